"""Erasing a person: the profile, its log, and every chat that is linked to it now.

What is left of the profile is a row without any personal data, so that neither its id nor its place in the audit log is
ever another person's.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from peewee import fn

from .. import acting, audit, clock
from ..db import emit, verb
from ..errors import Refused
from ..events import PersonErased, VisitorForgotten
from ..profiles import records
from ..profiles.creating import key_of
from ..profiles.normalise import phone_digits
from ..tables import (
    ActivityEntry,
    Associate,
    ContactDetails,
    ContactPoint,
    Conversation,
    Erasure,
    Link,
    MatchKey,
    Message,
    Profile,
    Rejection,
    SearchKey,
    Store,
    Visitor,
)  # fmt: skip
from ..tables.chats import OPEN_STATES
from . import marks, scope, scrub

_SURE_DIGITS = 6  # last ones, by which phone numbers are picked for comparing


@dataclass(frozen=True, slots=True)
class Going:
    """What erasing takes away, and what it leaves."""

    chats: int
    messages: int
    entries: int
    is_running: bool  # a linked chat is open: not now
    left: int  # chats not linked, in which the person's e-mail or phone was typed, or which were signed as hers


@dataclass(frozen=True, slots=True)
class _Gone:
    """Ids of what is to be erased."""

    profiles: list[int]
    chats: list[int]
    public_ids: list[str]
    visitors: list[int]
    links: list[int]
    once_linked: list[int]  # chats that stay


def what_goes(profile: Profile) -> Going:
    """Return what erasing this person would take away; raises `NotFound` when it has been done."""
    profile = scope.standing(profile)
    chats = scope.chats_of([profile.id])
    ids = [chat.id for chat in chats]
    return Going(
        chats=len(chats),
        messages=Message.select().where(Message.conversation.in_(ids), Message.kind == "text").count(),
        entries=ActivityEntry.select().where(ActivityEntry.profile == profile).count(),
        is_running=any(chat.is_open for chat in chats),
        left=len(_left(profile)),
    )


@verb
def erase(profile: Profile, *, by: Associate | None) -> None:
    """Erase the person whose profile this is, for good; `by` is nobody for the program `rapport`.

    Open chats may have counted the person among their candidates: `linking.recount_all` has to follow.
    Raises `Refused("chat_running")` while a linked chat is open, `NotFound` when it has been done.
    """
    acting.check_manager(by)
    profile = scope.standing(profile)
    gone = _everything(profile)
    if Conversation.select().where(Conversation.id.in_(gone.chats), Conversation.state.in_(OPEN_STATES)).exists():
        raise Refused("chat_running")
    shown_in = _shown_in(gone)
    for chat in gone.once_linked:
        for line in scrub.lines_naming(chat, gone.profiles):
            scrub.clear_line(line)
    others = scrub.clear_logs(gone.profiles, gone.chats, gone.once_linked, gone.links)
    _note(gone)
    _delete(gone)
    for id in gone.profiles:
        _bury(id)
    touched = shown_in | set(gone.once_linked)
    audit.record("person_erased", f"profile #{profile.id}", by=by)
    emit(
        PersonErased(
            profiles=tuple(gone.profiles),
            chats=tuple(gone.public_ids),
            touched_chats=tuple(sorted(touched)),
            touched_profiles=tuple(sorted(others)),
        )
    )
    for visitor in gone.visitors:
        emit(VisitorForgotten(visitor))


def _note(gone: _Gone) -> None:
    """Write down what to erase again from a backup."""
    rows = Profile.select().where(Profile.id.in_(gone.profiles))
    noted = [marks.of_profile(row.id, row.created_at) for row in rows] + [marks.of_chat(id) for id in gone.public_ids]
    for mark in noted:
        Erasure.insert(mark=mark).on_conflict_ignore().execute()


def _everything(profile: Profile) -> _Gone:
    chats = scope.chats_of([profile.id])
    ids = [chat.id for chat in chats]
    # A profile that was made from one of these chats and taken back holds what was typed there.
    made = Link.select(Link.profile).join(Profile).where(
        Link.conversation.in_(ids), Link.provenance == "created", Profile.withdrawn_at.is_null(False)
    )
    profiles = [profile.id, *sorted({link.profile_id for link in made} - {profile.id})]
    links = list(Link.select().where(Link.profile.in_(profiles) | Link.conversation.in_(ids)))
    return _Gone(
        profiles=profiles,
        chats=ids,
        public_ids=[str(chat.public_id) for chat in chats],
        visitors=sorted({chat.visitor_id for chat in chats if chat.visitor_id is not None}),
        links=[link.id for link in links],
        once_linked=sorted({link.conversation_id for link in links} - set(ids)),
    )


def _shown_in(gone: _Gone) -> set[int]:
    """Return the open chats whose panels may show the person: of browsers that were hers, or were said not to be."""
    refused = Rejection.select(Rejection.visitor).where(Rejection.profile.in_(gone.profiles))
    hers = Conversation.visitor.in_(gone.visitors) | Conversation.visitor.in_(refused)
    query = Conversation.select(Conversation.id).where(hers, Conversation.state.in_(OPEN_STATES))
    return {row.id for row in query}


def _delete(gone: _Gone) -> None:
    delete_chats(gone.chats, gone.links)
    of_profile: Any
    for of_profile in (ContactPoint, MatchKey, SearchKey, ActivityEntry, Rejection):
        of_profile.delete().where(of_profile.profile.in_(gone.profiles)).execute()


def delete_chats(chats: list[int], links: list[int]) -> None:
    """Delete chats with all that was written in them, these links, and browsers in which nothing else was written.

    From within a verb; what logs say of them is to be taken care of before.
    """
    theirs = Conversation.select(Conversation.visitor).where(
        Conversation.id.in_(chats), Conversation.visitor.is_null(False)
    )
    visitors = [row.visitor_id for row in theirs]
    Link.delete().where(Link.id.in_(links)).execute()
    for of_chat in (Message, ContactDetails):
        of_chat.delete().where(of_chat.conversation.in_(chats)).execute()
    Conversation.delete().where(Conversation.id.in_(chats)).execute()
    known = Conversation.select(Conversation.visitor).where(Conversation.visitor.is_null(False))
    Visitor.delete().where(Visitor.id.in_(visitors), Visitor.id.not_in(known)).execute()


def _bury(id: int) -> None:
    now = clock.now()
    Profile.update(
        customer_number=f"erased-{secrets.token_hex(8)}",
        external_id=None,
        name="",
        name_generated=False,
        language=None,
        region="",
        created_at=now,
        withdrawn_at=now,
        erased_at=now,
    ).where(Profile.id == id).execute()


def _left(profile: Profile) -> set[int]:
    """Return chats without a link in which the profile's e-mail or phone was given, or that were signed as its."""
    record = records.of(profile)
    emails = {str(point.key) for point in record.emails}
    phones = {str(point.key) for point in record.phones}
    linked = Link.select(Link.conversation).where(Link.ended_at.is_null())
    signed = Conversation.select(Conversation.id).where(
        Conversation.id.not_in(linked),
        (Conversation.subject.is_null(False) & (Conversation.subject == profile.external_id))
        | fn.LOWER(Conversation.proved_email).in_(_spellings(record.emails)),
    )
    found = {row.id for row in signed}
    for row in _resembling(record, linked):
        region = str(row.conversation.store.region)
        if key_of("email", str(row.email), region) in emails or key_of("phone", str(row.phone), region) in phones:
            found.add(int(row.conversation.id))
    return found


def _resembling(record: records.Record, linked: object) -> list[ContactDetails]:
    """Return details that may be the same, picked in the database: comparing all of them would take long."""
    typed: Any = ContactDetails.phone
    for sign in " .-()/+":
        typed = fn.REPLACE(typed, sign, "")
    wanted = fn.LOWER(ContactDetails.email).in_(_spellings(record.emails))
    for point in record.phones:
        digits = phone_digits(str(point.key))
        if len(digits) >= _SURE_DIGITS:
            wanted |= fn.SUBSTR(typed, fn.LENGTH(typed) - _SURE_DIGITS + 1) == digits[-_SURE_DIGITS:]
    query = ContactDetails.select(ContactDetails, Conversation, Store).join(Conversation).join(Store)
    return list(query.where(ContactDetails.conversation.not_in(linked), wanted))


def _spellings(emails: tuple[ContactPoint, ...]) -> list[str]:
    return [spelling for point in emails for spelling in (str(point.value).lower(), str(point.key))]
