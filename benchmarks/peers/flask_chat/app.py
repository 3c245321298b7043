"""Plain Flask and Peewee: a connection and a commit per request, sockets by flask-sock.

The shapes are those of the documentation of each: Peewee's page on Flask (connect before a request, close after it),
Flask-WTF's CSRFProtect for a header, Flask-Sock's example of a handler that waits in `receive`. Generous in two
points: writers wait for each other (IMMEDIATE) instead of failing, and a socket holds no connection to the database.
"""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, abort, g, render_template, request, session
from flask_sock import Sock
from flask_wtf.csrf import CSRFProtect, generate_csrf
from peewee import CharField, DateTimeField, ForeignKeyField, IntegerField, Model, SqliteDatabase, TextField

LONGEST = 4000
database = SqliteDatabase(
    Path(os.environ["PEER_FOLDER"]) / "chat.db",
    pragmas={"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1},
    timeout=30,
)
app = Flask(__name__, template_folder=Path(__file__).parents[1] / "templates")
app.config["SECRET_KEY"] = os.environ["PEER_SECRET"]
CSRFProtect(app)
sock = Sock(app)


class Base(Model):
    class Meta:
        database = database


class Person(Base):
    name = CharField()
    role = CharField()
    number = IntegerField()


class Chat(Base):
    customer = ForeignKeyField(Person)
    associate = ForeignKeyField(Person)
    unread = IntegerField(default=0)
    last_text = TextField(default="")
    last_at = DateTimeField(null=True)


class Message(Base):
    chat = ForeignKeyField(Chat, backref="messages")
    author = ForeignKeyField(Person)
    body = TextField()
    client_id = CharField()
    sent_at = DateTimeField()

    class Meta:
        indexes = ((("chat", "author", "client_id"), True),)


class Room:
    """Who listens to what."""

    def __init__(self) -> None:
        self._members: dict[str, set[Any]] = defaultdict(set)
        self._lock = threading.Lock()  # two threads must not write into one socket at the same time

    def join(self, topic: str, ws: Any) -> None:
        with self._lock:
            self._members[topic].add(ws)

    def leave(self, topic: str, ws: Any) -> None:
        with self._lock:
            self._members[topic].discard(ws)

    def send(self, topic: str, html: str) -> None:
        with self._lock:
            for ws in tuple(self._members[topic]):
                if ws.connected:
                    ws.send(html)


room = Room()


@app.before_request
def connect() -> None:
    database.connect()
    g.person = Person.get_or_none(Person.id == session["person"]) if "person" in session else None


@app.teardown_request
def disconnect(error: BaseException | None) -> None:
    if not database.is_closed():
        database.close()


@app.get("/enter/<role>/<int:number>")
def enter(role: str, number: int) -> str:
    """Sign somebody in: in the place of a form with a password."""
    session["person"] = Person.get(Person.role == role, Person.number == number).id
    return f'<meta name="csrf-token" content="{generate_csrf()}">'


@app.post("/chats/<int:id>/messages")
def send(id: int) -> str:
    """Store a message, tell everybody, and answer with it."""
    chat = Chat.get_or_none(Chat.id == id)
    if g.person is None or chat is None or g.person.id not in (chat.customer_id, chat.associate_id):
        abort(404)
    body, client_id = request.form.get("body", "").strip(), request.form.get("client_id", "")
    if not 0 < len(body) <= LONGEST or not 0 < len(client_id) <= 64:
        abort(422)
    now, by_customer = datetime.now(UTC), g.person.id == chat.customer_id
    with database.atomic("IMMEDIATE"):
        message = Message.create(chat=chat, author=g.person, body=body, client_id=client_id, sent_at=now)
        unread = Chat.unread + 1 if by_customer else 0
        Chat.update(unread=unread, last_text=body, last_at=now).where(Chat.id == id).execute()
    shown = {
        "id": message.id, "author": g.person.name, "by_customer": by_customer, "client_id": client_id, "body": body,
        "sent_at": now.isoformat(), "clock": f"{now:%H:%M}",
    }  # fmt: skip
    listed = {
        "id": id, "customer": chat.customer.name, "initial": chat.customer.name[0], "associate": chat.associate.name,
        "unread": chat.unread + 1 if by_customer else 0,
    }  # fmt: skip
    html = render_template("message.html", message=shown)
    room.send(f"chat:{id}", html)
    room.send("inbox", render_template("row.html", chat=listed, message=shown))
    return html


@sock.route("/live/<topic>")
def live(ws: Any, topic: str) -> None:
    """Listen: to the inbox, or to a chat of one's own; an associate to all of hers."""
    topics = _topics(topic)
    database.close()
    for each in topics:
        room.join(each, ws)
    try:
        ws.send("ready")
        while True:
            ws.receive()
    finally:
        for each in topics:
            room.leave(each, ws)


def _topics(topic: str) -> list[str]:
    if g.person is None or (topic == "inbox" and g.person.role == "customer"):
        abort(403)
    if topic == "inbox":
        return ["inbox"]
    mine = Chat.select().where((Chat.customer == g.person) | (Chat.associate == g.person))
    return [f"chat:{chat.id}" for chat in mine]


def furnish(chats: int, viewers: int, of_one: int) -> None:
    """Make everybody."""
    database.create_tables([Person, Chat, Message])
    with database.atomic():
        for number in range(viewers):
            Person.create(name=f"Viewer {number}", role="viewer", number=number)
        associates = [
            Person.create(name=f"Associate {number}", role="associate", number=number)
            for number in range(-(-chats // of_one))
        ]
        for number in range(chats):
            customer = Person.create(name=f"Customer {number}", role="customer", number=number)
            Chat.create(customer=customer, associate=associates[number // of_one])


with database.connection_context():
    furnish(*(int(os.environ[f"PEER_{name}"]) for name in ("CHATS", "VIEWERS", "CHATS_OF_ONE")))
