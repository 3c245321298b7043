"""The whole record of one person, gathered from an allow-list of fields.

What is for the staff alone is not in it, associates have their first names, and nothing of another customer is: of a
chat that turned out to be somebody else's the record only says that it was linked, and when.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import JOIN

from .. import clock
from ..chats import messages
from ..profiles import records
from ..tables import ActivityEntry, Associate, ContactDetails, Conversation, Link, Message, Profile, Site, Store
from . import scope

PROVED = ("attested", "verified")  # identity levels; a chat of any other is the person's by what was typed
_OF_EVIDENCE = ("field", "given", "held", "verdict", "level")
_OF_A_LINE = ("name", "store")
_OF_AN_ENTRY = ("provenance", "field", "before", "after", "how")


@dataclass(frozen=True, slots=True)
class Point:
    kind: str
    value: str
    is_primary: bool


@dataclass(frozen=True, slots=True)
class Details:
    """What was typed into the form, in one version."""

    version: int
    name: str
    name_generated: bool
    email: str
    phone: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """A public line; `data` is what the sentence of a system line needs."""

    number: int
    author: str
    name: str | None  # first name of the associate
    kind: str
    text: str
    data: dict[str, str]
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Chat:
    number: int  # in this record
    site: str | None
    store: str
    channel: str
    state: str
    identity_level: str
    signed_subject: str | None
    signed_email: str | None
    language: str
    page_title: str
    associate: str | None
    created_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    details: tuple[Details, ...]
    messages: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class LinkMade:
    """A link of a chat; `chat` is its number, or none, and then without evidence, for a chat that is not hers now."""

    chat: int | None
    provenance: str
    evidence: tuple[dict[str, str], ...]
    made_by: str | None  # nobody: a rule did it
    made_at: datetime
    ended_by: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the activity log; a value of somebody else in its `data` is none."""

    kind: str
    at: datetime
    by: str | None
    chat: int | None
    data: dict[str, Any]
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """Everything; `attributed` are the chats that were linked by typed details only, to be looked at by a person."""

    made_at: datetime
    customer_number: str
    external_id: str | None
    name: str
    name_generated: bool
    language: str | None
    created_at: datetime
    contact_points: tuple[Point, ...]
    chats: tuple[Chat, ...]
    attributed: tuple[Chat, ...]
    links: tuple[LinkMade, ...]
    activity: tuple[Entry, ...]


def gather(profile: Profile) -> PersonRecord:
    """Return the record of the person whose profile this is; raises `NotFound` once it has been erased."""
    profile = scope.standing(profile)
    rows = scope.chats_of([profile.id])
    numbers = {row.id: number for number, row in enumerate(rows, start=1)}
    every = tuple(_chat(row, numbers[row.id]) for row in rows)
    return PersonRecord(
        made_at=clock.now(),
        customer_number=str(profile.customer_number),
        external_id=profile.external_id,
        name=str(profile.name),
        name_generated=bool(profile.name_generated),
        language=profile.language,
        created_at=profile.created_at,
        contact_points=_points(profile),
        chats=tuple(chat for chat in every if chat.identity_level in PROVED),
        attributed=tuple(chat for chat in every if chat.identity_level not in PROVED),
        links=_links(profile, numbers),
        activity=_activity(profile, numbers),
    )


def _points(profile: Profile) -> tuple[Point, ...]:
    record = records.of(profile)
    return tuple(
        Point(str(point.kind), str(point.value), place == 0)
        for points in (record.emails, record.phones)
        for place, point in enumerate(points)
    )


def _chat(row: Conversation, number: int) -> Chat:
    site: Site | None = row.site
    store: Store = row.store
    versions = ContactDetails.select().where(ContactDetails.conversation == row).order_by(ContactDetails.version)
    return Chat(
        number=number,
        site=str(site.name) if site else None,
        store=str(store.name),
        channel=str(row.channel),
        state=str(row.state),
        identity_level=str(row.identity_level),
        signed_subject=row.subject,
        signed_email=str(row.proved_email) or None,
        language=str(row.locale),
        page_title=str(row.page_title),
        associate=_first_name(row.associate),
        created_at=row.created_at,
        accepted_at=row.accepted_at,
        ended_at=row.ended_at,
        details=tuple(_details(version) for version in versions),
        messages=tuple(_line(message) for message in messages.log(row)),
    )


def _details(row: ContactDetails) -> Details:
    return Details(
        version=int(row.version),
        name=str(row.name),
        name_generated=bool(row.name_generated),
        email=str(row.email),
        phone=str(row.phone),
        submitted_at=row.submitted_at,
    )


def _line(row: Message) -> Line:
    return Line(
        number=int(row.seq),
        author=str(row.author),
        name=_first_name(row.associate),
        kind=str(row.kind),
        text=str(row.body),
        data={key: str(row.data[key]) for key in _OF_A_LINE if row.data.get(key)},
        sent_at=row.sent_at,
    )


def _links(profile: Profile, numbers: dict[int, int]) -> tuple[LinkMade, ...]:
    def made(row: Link) -> LinkMade:
        chat = numbers.get(row.conversation_id)
        evidence = row.evidence if chat else ()
        return LinkMade(
            chat=chat,
            provenance=str(row.provenance),
            evidence=tuple({key: str(line[key]) for key in _OF_EVIDENCE} for line in evidence),
            made_by=_first_name(row.made_by),
            made_at=row.made_at,
            ended_by=_first_name(row.ended_by),
            ended_at=row.ended_at,
        )

    return tuple(made(row) for row in Link.select().where(Link.profile == profile).order_by(Link.id))


def _activity(profile: Profile, numbers: dict[int, int]) -> tuple[Entry, ...]:
    query = ActivityEntry.select(ActivityEntry, Associate).join(Associate, JOIN.LEFT_OUTER)
    rows = list(query.where(ActivityEntry.profile == profile).order_by(ActivityEntry.at, ActivityEntry.id))
    foreign = scope.borrowed(profile.id, _from_other_chats(rows, numbers))
    return tuple(
        Entry(
            kind=str(row.kind),
            at=row.at,
            by=_first_name(row.associate),
            chat=numbers.get(row.conversation or 0),
            data=_data(row, foreign),
            undone_at=row.undone_at,
        )
        for row in rows
    )


def _from_other_chats(rows: Iterable[ActivityEntry], numbers: dict[int, int]) -> list[ActivityEntry]:
    return [row for row in rows if row.conversation is not None and row.conversation not in numbers]


def _data(row: ActivityEntry, foreign: set[tuple[str, str]]) -> dict[str, Any]:
    data = {key: row.data[key] for key in _OF_AN_ENTRY if key in row.data}
    for key in ("before", "after"):
        if (data.get("field"), data.get(key)) in foreign:
            data[key] = None
    if row.kind == "unlinked":
        data["moved"] = row.data.get("moved_to") is not None  # to whom is the other's affair
    return data


def _first_name(associate: Associate | None) -> str | None:
    return associate.first_name if associate else None
