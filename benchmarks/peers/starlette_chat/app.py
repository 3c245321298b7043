"""Starlette, Jinja2Templates and aiosqlite on uvicorn: one connection for all, a commit per message.

The shapes are those of the documentation: a lifespan that opens the database, SessionMiddleware, a connection manager
that sends to each socket in turn. As statements of one connection would mix, a lock keeps transactions apart.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiosqlite
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.templating import Jinja2Templates
from starlette.websockets import WebSocket, WebSocketDisconnect

LONGEST = 4000
templates = Jinja2Templates(Path(__file__).parents[1] / "templates")
SCHEMA = """
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, number INTEGER NOT NULL,
    UNIQUE (role, number));
CREATE TABLE chat (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES person,
    associate_id INTEGER NOT NULL REFERENCES person, unread INTEGER NOT NULL DEFAULT 0,
    last_text TEXT NOT NULL DEFAULT '', last_at TEXT);
CREATE INDEX chat_customer ON chat (customer_id);
CREATE INDEX chat_associate ON chat (associate_id);
CREATE TABLE message (id INTEGER PRIMARY KEY, chat_id INTEGER NOT NULL REFERENCES chat,
    author_id INTEGER NOT NULL REFERENCES person, body TEXT NOT NULL, client_id TEXT NOT NULL, sent_at TEXT NOT NULL,
    UNIQUE (chat_id, author_id, client_id));
"""
CHAT = """
SELECT chat.id, customer_id, associate_id, unread, customer.name AS customer, associate.name AS associate
FROM chat JOIN person AS customer ON customer.id = customer_id JOIN person AS associate ON associate.id = associate_id
WHERE chat.id = ? AND ? IN (customer_id, associate_id)
"""


class ConnectionManager:
    """Who listens to what."""

    def __init__(self) -> None:
        self.members: dict[str, set[WebSocket]] = defaultdict(set)

    async def broadcast(self, topic: str, html: str) -> None:
        for socket in tuple(self.members[topic]):
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await socket.send_text(html)


manager = ConnectionManager()


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with aiosqlite.connect(Path(os.environ["PEER_FOLDER"]) / "chat.db") as db:
        db.row_factory = aiosqlite.Row
        await db.execute("PRAGMA journal_mode = WAL")
        await db.execute("PRAGMA synchronous = FULL")
        await db.execute("PRAGMA foreign_keys = ON")
        await furnish(db, *(int(os.environ[f"PEER_{name}"]) for name in ("CHATS", "VIEWERS", "CHATS_OF_ONE")))
        app.state.db, app.state.lock = db, asyncio.Lock()
        yield


async def one(db: aiosqlite.Connection, sql: str, *values: Any) -> Any:
    async with db.execute(sql, values) as cursor:
        return await cursor.fetchone()


async def enter(request: Request) -> Response:
    """Sign somebody in: in the place of a form with a password."""
    role, number = request.path_params["role"], request.path_params["number"]
    person = await one(request.app.state.db, "SELECT id FROM person WHERE role = ? AND number = ?", role, number)
    token = request.session["csrf"] = secrets.token_hex(20)
    request.session["person"] = person["id"]
    return HTMLResponse(f'<meta name="csrf-token" content="{token}">')


async def send(request: Request) -> Response:
    """Store a message, tell everybody, and answer with it."""
    db, lock, id = request.app.state.db, request.app.state.lock, request.path_params["id"]
    given = request.headers.get("x-csrf-token", "")
    if not secrets.compare_digest(given.encode(), request.session.get("csrf", "").encode()) or not given:
        raise HTTPException(403)
    person = await one(db, "SELECT id, name FROM person WHERE id = ?", request.session["person"])
    chat = person and await one(db, CHAT, id, person["id"])
    if not chat:
        raise HTTPException(404)
    form = await request.form()
    body, client_id = str(form.get("body", "")).strip(), str(form.get("client_id", ""))
    if not 0 < len(body) <= LONGEST or not 0 < len(client_id) <= 64:
        raise HTTPException(422)
    now, by_customer = datetime.now(UTC), person["id"] == chat["customer_id"]
    async with lock:
        cursor = await db.execute(
            "INSERT INTO message (chat_id, author_id, body, client_id, sent_at) VALUES (?, ?, ?, ?, ?)",
            (id, person["id"], body, client_id, now.isoformat()),
        )
        await db.execute(
            "UPDATE chat SET unread = CASE WHEN ? THEN unread + 1 ELSE 0 END, last_text = ?, last_at = ? WHERE id = ?",
            (by_customer, body, now.isoformat(), id),
        )
        await db.commit()
    shown = {
        "id": cursor.lastrowid, "author": person["name"], "by_customer": by_customer, "client_id": client_id,
        "body": body, "sent_at": now.isoformat(), "clock": f"{now:%H:%M}",
    }  # fmt: skip
    listed = dict(chat) | {"initial": chat["customer"][0], "unread": chat["unread"] + 1 if by_customer else 0}
    html = templates.get_template("message.html").render(message=shown)
    await manager.broadcast(f"chat:{id}", html)
    await manager.broadcast("inbox", templates.get_template("row.html").render(chat=listed, message=shown))
    return HTMLResponse(html)


async def live(socket: WebSocket) -> None:
    """Listen: to the inbox, or to a chat of one's own; an associate to all of hers."""
    topics = await _topics(socket)
    await socket.accept()
    for topic in topics:
        manager.members[topic].add(socket)
    try:
        await socket.send_text("ready")
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        pass
    finally:
        for topic in topics:
            manager.members[topic].discard(socket)


async def _topics(socket: WebSocket) -> list[str]:
    db = socket.app.state.db
    person = await one(db, "SELECT id, role FROM person WHERE id = ?", socket.session.get("person"))
    if person is None or (socket.path_params["topic"] == "inbox" and person["role"] == "customer"):
        raise HTTPException(403)
    if socket.path_params["topic"] == "inbox":
        return ["inbox"]
    mine = "SELECT id FROM chat WHERE customer_id = ? OR associate_id = ?"
    async with db.execute(mine, (person["id"], person["id"])) as cursor:
        return [f"chat:{row['id']}" for row in await cursor.fetchall()]


async def furnish(db: aiosqlite.Connection, chats: int, viewers: int, of_one: int) -> None:
    """Make everybody."""
    await db.executescript(SCHEMA)
    counts = {"viewer": viewers, "associate": -(-chats // of_one), "customer": chats}
    people = [(f"{role.title()} {n}", role, n) for role, count in counts.items() for n in range(count)]
    await db.executemany("INSERT INTO person (name, role, number) VALUES (?, ?, ?)", people)
    first = viewers + counts["associate"] + 1
    pairs = [(first + number, viewers + 1 + number // of_one) for number in range(chats)]
    await db.executemany("INSERT INTO chat (customer_id, associate_id) VALUES (?, ?)", pairs)
    await db.commit()


app = Starlette(
    routes=[
        Route("/enter/{role}/{number:int}", enter),
        Route("/chats/{id:int}/messages", send, methods=["POST"]),
        WebSocketRoute("/live/{topic}", live),
    ],
    middleware=[Middleware(SessionMiddleware, secret_key=os.environ["PEER_SECRET"], same_site="lax")],
    lifespan=lifespan,
)
