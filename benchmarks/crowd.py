"""Who is in a house that is measured: associates with their sessions, customers with their chats.

Store, site, associates and sessions are made by verbs. Visitors, chats and profiles by the thousand are rows, written
in one transaction straight into the tables: the same rows that the verbs would leave, in seconds rather than minutes.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peewee import fn

from webapp.domain import clock, db, storage
from webapp.domain.identity import linking
from webapp.domain.people import associates, sessions
from webapp.domain.profiles import keys
from webapp.domain.tables import (
    ContactDetails,
    ContactPoint,
    Conversation,
    Counter,
    MatchKey,
    Message,
    Profile,
    SearchKey,
    Site,
    Store,
    Table,
    Visitor,
)

from . import house

CHATS_OF_ONE = 50  # that an associate has accepted; also the most topics that one socket may watch
VIEWERS = 20  # who look at the inbox


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody of the staff, signed in."""

    id: int
    token: str


@dataclass(frozen=True, slots=True)
class Chat:
    """An open chat: the customer's token, and whose it is."""

    public_id: str
    token: str
    associate: Staff
    profile: int | None


@dataclass(slots=True)
class Crowd:
    """Everybody who will connect."""

    origin: str
    viewers: list[Staff] = field(default_factory=list)
    associates: list[Staff] = field(default_factory=list)
    chats: list[Chat] = field(default_factory=list)


def gather(
    folder: Path, origin: str, *, chats: int, profiles: int = 0, closed: int = 0, linked: bool = False,
    viewers: int = VIEWERS, database: str = "",
) -> Crowd:
    """Make a house in an empty database, with so many open and closed chats; `linked` ones have a profile."""
    with house.opened(folder, database):
        house.add_shop(origin)
        crowd = Crowd(origin)
        crowd.viewers = [_staff(f"Viewer {number}", "manager") for number in range(viewers)]
        crowd.associates = [_staff(f"Associate {number}", "associate") for number in range(-(-chats // CHATS_OF_ONE))]
        _fill(crowd, chats, max(profiles, chats if linked else 0), closed, linked)
    return crowd


def _staff(name: str, role: str) -> Staff:
    email = f"{name.lower().replace(' ', '.')}@bench.example"
    # Nobody signs in by password here, and hashing takes its time.
    made = associates.add(name, email, None, role=role, stores=[Store.get()], password_hash="none")
    return Staff(made.id, sessions.sign_in(made))


@db.verb
def _fill(crowd: Crowd, chats: int, profiles: int, closed: int, linked: bool) -> None:
    site, store = Site.get(), Store.get()
    for first in range(0, profiles, 10_000):
        _write_profiles(range(first, min(first + 10_000, profiles)))
    for number in range(chats):
        token, public_id = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
        theirs = crowd.associates[number // CHATS_OF_ONE]
        crowd.chats.append(Chat(public_id, token, theirs, number + 1 if linked else None))
    _write_chats(site, store, crowd.chats, is_open=True)
    _link([chat for chat in crowd.chats if chat.profile])
    old = (crowd.viewers + crowd.associates)[0]
    for first in range(0, closed, 10_000):
        some = [Chat(secrets.token_urlsafe(16), "", old, None) for _ in range(min(10_000, closed - first))]
        _write_chats(site, store, some, is_open=False)


    if storage.is_postgresql():
        _count_on()


def _count_on() -> None:
    """Let PostgreSQL give the ids that follow those which were written."""
    for table in (Visitor, Conversation, ContactDetails, Profile):
        name = table._meta.table_name
        newest = f'(SELECT coalesce(max(id), 1) FROM "{name}")'
        db.database.execute_sql(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {newest})")


def _write_chats(site: Site, store: Store, chats: Sequence[Chat], *, is_open: bool) -> None:
    """Write visitors, conversations, details and a first message of each; the ids follow those that are there."""
    now, first = clock.now(), _next_id(Conversation)
    visitor, details = _next_id(Visitor), _next_id(ContactDetails)
    _insert(Visitor, [
        {"id": visitor + n, "site": site.id, "token_hash": sessions.hash_token(chat.token or chat.public_id)}
        for n, chat in enumerate(chats)
    ])
    _insert(Conversation, [
        {
            "id": first + n, "public_id": chat.public_id, "site": site.id, "store": store.id, "visitor": visitor + n,
            "state": "active" if is_open else "ended", "associate": chat.associate.id, "prechat_enabled": True,
            "identity_level": "typed", "details": details + n, "seq": 1, "accepted_at": now, "routed_at": now,
            "ended_at": None if is_open else now, "last_text": "Do you have this in blue?",
            "last_author": "customer", "last_at": now, "waiting_since": now,
        }
        for n, chat in enumerate(chats)
    ])
    _insert(ContactDetails, [
        {
            "id": details + n, "conversation": first + n, "version": 1, "name": person_name(n), "email": mail(n),
            "name_generated": False,
        }
        for n, _ in enumerate(chats)
    ])
    _insert(Message, [
        {"conversation": first + n, "seq": 1, "author": "customer", "body": "Do you have this in blue?",
         "client_id": f"first-{first + n}", "sent_at": now}
        for n, _ in enumerate(chats)
    ])


@db.verb
def _link(chats: Sequence[Chat]) -> None:
    """Link each chat to the profile that it fits: by the verb, for what it keeps is more than a row."""
    for chat in chats:
        conversation = Conversation.get(Conversation.public_id == chat.public_id)
        linking.link(conversation, Profile.get_by_id(chat.profile), "exact_match", by=None)


def _write_profiles(numbers: range) -> None:
    """Write profiles with name, e-mail and telephone, and the keys under which they are found."""
    matching, searching, points, people = [], [], [], []
    for n in numbers:
        id, name, email, phone, number = n + 1, person_name(n), mail(n), telephone(n), f"C-{1001 + n}"
        people.append({"id": id, "customer_number": number, "name": name, "region": "FR", "created_at": clock.now()})
        for kind, value in (("email", email), ("phone", phone)):
            points.append({"profile": id, "kind": kind, "value": value, "key": value, "position": kind == "phone"})
        matching += [(kind, key, id) for kind, key in keys.match_keys(name, [email], [phone], "FR")]
        searching += [(key, id) for key in keys.search_keys(name, [email], [phone], number, "FR")]
    _insert(Profile, people)
    _insert(ContactPoint, points)
    _insert_tuples(MatchKey, matching)
    _insert_tuples(SearchKey, searching)
    Counter.delete().execute()
    Counter.create(name="customer_number", value=1000 + numbers.stop)


def person_name(number: int) -> str:
    """Return the name of a person; some share a first name, some a last name, none both."""
    return f"{_syllables(number % 997)} {_syllables(number // 997 + 7 * (number % 31))}{_syllables(number % 509)}"


def mail(number: int) -> str:
    """Return the address of a person, which nobody else has."""
    return f"person.{number:07d}@example.com"


def telephone(number: int) -> str:
    """Return the telephone number of a person, which nobody else has, as E.164."""
    return f"+336{number:08d}"


def _syllables(number: int) -> str:
    parts = "ba ce di fo gu la me ni po ru sa te vi zo".split()
    return (parts[number % 14] + parts[number // 14 % 14] + parts[number // 196 % 14]).title()


def _next_id(table: type[Table]) -> int:
    id: Any = table._meta.primary_key
    return int(table.select(fn.MAX(id)).scalar() or 0) + 1


def _insert(table: type[Table], rows: Sequence[dict[str, Any]], size: int = 1000) -> None:
    for first in range(0, len(rows), size):
        table.insert_many(rows[first : first + size]).execute()


def _insert_tuples(table: type[Table], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows of all columns of a table in their order, as fast as the driver can: of keys there are millions."""
    meta: Any = table._meta
    columns = ", ".join(f'"{column.column_name}"' for column in meta.sorted_fields)
    places = ", ".join([db.database.param] * len(meta.sorted_fields))
    db.database.cursor().executemany(f'INSERT INTO "{meta.table_name}" ({columns}) VALUES ({places})', rows)
