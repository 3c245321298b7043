"""Profiles: the list, one of them with its fields open, its activity log, and transcripts of its chats."""

from __future__ import annotations

from dataclasses import dataclass

from peewee import JOIN

from .. import render
from ..auth import Viewer
from ..domain.chats import messages
from ..domain.identity import facts, linking
from ..domain.people import access
from ..domain.prepared import given, prepared
from ..domain.profiles import activity, editing, records, search
from ..domain.profiles.normalise import show_phone
from ..domain.tables import ActivityEntry, Associate, Conversation, Message, Profile, Store
from ..i18n import Reader
from . import rights

_chat = prepared(
    Conversation.select(Conversation, Store, Associate)
    .join(Store)
    .switch(Conversation)
    .join(Associate, JOIN.LEFT_OUTER)
    .where(Conversation.id == given("id"))
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log with what it is drawn from; `undoes` says what its Undo would take back, if anything."""

    row: ActivityEntry
    conversation: Conversation | None
    undoes: str


def page_pane(viewer: Viewer, profile: Profile) -> str:
    """Draw the page of a profile."""
    record = records.of(profile)
    return render.partial(
        "profile/page",
        viewer.reader,
        record=record,
        details=details(viewer, profile),
        log=log(viewer, profile),
        rights=rights.offer(viewer, profile),
    )


def details(viewer: Viewer, profile: Profile, *, editing_them: bool = False) -> str:
    """Draw a profile's details on its page: to read, or with their fields open."""
    record = records.of(profile)
    return render.partial(
        "profile/details",
        viewer.reader,
        record=record,
        phone=show_phone(record.phone, str(record.profile.region)),
        fields=fields(viewer, profile) if editing_them else "",
        others=others(viewer, profile) if editing_them else "",
    )


def listing(viewer: Viewer, query: str, before: int | None) -> str:
    """Draw the list of profiles: those that fit the query, or all by number, a page at a time."""
    found = search.search(query) if query.strip() else search.latest(before=before)
    phones = {record.id: show_phone(record.phone, str(record.profile.region)) for record in found.records}
    return render.partial("profile/list", viewer.reader, query=query, found=found, phones=phones)


def fields(viewer: Viewer, profile: Profile, conversation: Conversation | None = None) -> str:
    """Draw a profile's fields, each of which saves itself."""
    record = records.of(profile)
    values = {field: editing.value_of(record.profile, field) for field in editing.FIELDS}
    return render.partial("profile/fields", viewer.reader, record=record, values=values, conversation=conversation)


def others(viewer: Viewer, profile: Profile, conversation: Conversation | None = None) -> str:
    """Draw the addresses and numbers besides the primary ones, and where to add another."""
    record = records.of(profile)
    region = str(record.profile.region)
    values = {
        "email": [str(point.value) for point in record.emails[1:]],
        "phone": [show_phone(str(point.value), region) for point in record.phones[1:]],
    }
    return render.partial("profile/others", viewer.reader, record=record, others=values, conversation=conversation)


def log(viewer: Viewer, profile: Profile, before: int | None = None) -> str:
    """Draw the activity log's first page; with `before`, only the entries of a further one."""
    page = activity.page(profile, before=before)
    return render.partial(
        "activity/entries" if before else "activity/log",
        viewer.reader,
        profile=profile,
        entries=_entries(viewer, profile, page),
        more_before=page.more_before,
    )


def transcript(viewer: Viewer, conversation: Conversation) -> str:
    """Draw what was written, as everybody who reads the log may see it: without staff lines."""
    return render.partial(
        "activity/transcript",
        viewer.reader,
        conversation=conversation,
        lines=messages.log(conversation),
        customer_name=str(facts.details_of(conversation).name),
    )


def transcript_line(reader: Reader, conversation: Conversation, message: Message) -> str:
    """Draw one line of a transcript."""
    name = str(facts.details_of(conversation).name)
    return render.partial(
        "activity/transcript_line", reader, conversation=conversation, message=message, customer_name=name
    )


def readable(viewer: Viewer, public_id: str) -> Conversation:
    """Return a conversation whose transcript the viewer may read: in a profile's log, or hers; raises `NotFound`."""
    found = Conversation.get_or_none(Conversation.public_id == public_id)
    if found and facts.current_link(found):
        return found
    return access.conversation(Associate.get_by_id(viewer.associate), public_id)


def _entries(viewer: Viewer, profile: Profile, page: activity.Page) -> list[Entry]:
    record = records.of(profile)
    # One by one, and each once: a page has few, and making up one query for them takes longer than these all.
    chats = {id: _chat.first(id=id) for id in {row.conversation for row in page.entries if row.conversation}}
    return [Entry(row, chats.get(row.conversation or 0), _undoes(viewer, row, record)) for row in page.entries]


def _undoes(viewer: Viewer, row: ActivityEntry, record: records.Record) -> str:
    if editing.can_undo(row, record):
        return "field"
    # Only who may open the chat may link it again.
    may = row.kind == "unlinked" and linking.can_undo(row) and _may_open(viewer, row.conversation)
    return "unlink" if may else ""


def _may_open(viewer: Viewer, conversation: int | None) -> bool:
    allowed = access.visible_conversations(Associate.get_by_id(viewer.associate))
    return bool(allowed.where(Conversation.id == conversation).exists())
