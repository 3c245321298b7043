"""Linking a conversation to a profile, moving it, and taking it back. Links are a journal; one is current.

The chat's entry moves with the link: it is in the activity log of the profile that the conversation is linked
to, and of no other. Both logs keep a line saying that it happened.
"""

from __future__ import annotations

from .. import clock, lines
from ..db import emit, verb, verb_of
from ..errors import NotFound, Refused
from ..events import CandidateRejected, CandidatesCounted, ConversationLinked, ConversationUnlinked
from ..profiles import activity, creating, records
from ..tables import ActivityEntry, Associate, Conversation, Link, Message, Profile, Rejection
from ..tables.chats import OPEN_STATES
from . import facts
from .candidates import find
from .matching import Evidence, compare


@verb
def link(
    conversation: Conversation,
    profile: Profile,
    provenance: str,
    *,
    by: Associate | None,
    evidence: Evidence | None = None,
) -> ActivityEntry:
    """Link the conversation to the profile, moving it if it is linked to another; returns the log's entry.

    `by` is nobody when a rule did it. Raises `Refused` before the chat is accepted, and when it is linked to
    this profile already; `NotFound` when the profile has been withdrawn.
    """
    if by is not None:
        facts.check_accepted(conversation)
    if _is_withdrawn(profile):
        raise NotFound
    former = facts.current_link(conversation)
    if former and former.profile_id == profile.id:
        raise Refused("already_linked", name=profile.name)
    if former:
        _end(former, by)
        _log_leaving(former, by, moved_to=profile)
        _reject(conversation, former.profile, by)
    _forgive(conversation, profile)
    made, line = _make(conversation, profile, provenance, by, evidence)
    entry = _log_coming(made, former)
    emit(ConversationLinked(conversation.id, profile.id, line.id, former.profile_id if former else None))
    return entry


@verb
def unlink(conversation: Conversation, *, by: Associate, seen_link: int | None = None) -> ActivityEntry:
    """Undo the conversation's link, and remember that visitor and profile do not belong together.

    Raises `Refused("changed_since")` when the chat has moved to another profile since `seen_link`.
    """
    facts.check_accepted(conversation)
    current = facts.current_link(conversation)
    if current is None:
        raise Refused("not_linked")
    if seen_link not in (None, current.id):
        raise Refused("changed_since")
    _end(current, by)
    entry = _log_leaving(current, by)
    _reject(conversation, current.profile, by)
    _leave(current, conversation, by)
    count_candidates(conversation)
    return entry


@verb
def reject(conversation: Conversation, profile: Profile, *, by: Associate) -> None:
    """Remember that this visitor is not this profile's person: it stands apart, and is not linked by itself.

    Raises `Refused` before the chat is accepted, and when somebody has linked it to this profile meanwhile.
    """
    facts.check_accepted(conversation)
    current = facts.current_link(conversation)
    if current and current.profile_id == profile.id:
        raise Refused("changed_since")
    _reject(conversation, profile, by)
    count_candidates(conversation)
    emit(CandidateRejected(conversation.id, profile.id))


@verb
def undo(entry: ActivityEntry, *, by: Associate) -> None:
    """Take back what a `linked` or `unlinked` entry tells; raises `Refused` when the link has moved on since.

    A link taken back is remembered as not the same person; a profile that was created with it is withdrawn.
    """
    if not can_undo(entry):
        raise Refused("changed_since")
    made = Link.get_by_id(entry.data["link"])
    conversation = Conversation.get_by_id(made.conversation_id)
    facts.check_accepted(conversation)
    ActivityEntry.update(undone_at=clock.now()).where(ActivityEntry.id == entry.id).execute()
    if entry.kind == "unlinked":
        _restore(made, conversation, by)
    else:
        _take_back(entry, made, conversation, by)


def can_undo(entry: ActivityEntry) -> bool:
    """Say whether a `linked` or `unlinked` entry can still be taken back: no link was made or ended since."""
    if entry.kind not in ("linked", "unlinked") or entry.undone_at is not None:
        return False
    newest = Link.select().where(Link.conversation == entry.conversation).order_by(Link.id.desc()).first()
    if newest is None or newest.id != entry.data["link"] or _is_withdrawn(newest.profile):
        return False
    return bool((newest.ended_at is None) == (entry.kind == "linked"))


def recount(conversation_id: int) -> None:
    """Count the candidates anew after the details have changed: apart, so that saving them takes no longer for it.

    They are looked for outside of the verb, which holds up others. Of a chat that is linked nobody sees how many there
    are; once it is not, they are counted.
    """
    conversation: Conversation | None = Conversation.get_or_none(Conversation.id == conversation_id)
    if conversation is None or facts.current_link(conversation):
        return
    count = _number_of_candidates(conversation)
    if count != conversation.candidate_count:
        _note_count(conversation, count)


@verb_of("conversation")
def _note_count(conversation: Conversation, count: int) -> None:
    """Keep the count, unless the details or the count have changed since the conversation was read."""
    changed = Conversation.update(candidate_count=count).where(
        Conversation.id == conversation.id,
        Conversation.details == conversation.details,
        Conversation.candidate_count == conversation.candidate_count,
    )
    if changed.execute():
        emit(CandidatesCounted(conversation.id))


def recount_all() -> None:
    """Count the candidates of all open chats that have any: a profile has gone. Each chat for itself, in no hurry."""
    query = Conversation.select(Conversation.id).where(
        Conversation.state.in_(OPEN_STATES), Conversation.candidate_count > 0
    )
    for row in list(query):
        recount(row.id)


def count_candidates(conversation: Conversation) -> None:
    """Note how many candidates there are, for the inbox; from within a verb."""
    count = _number_of_candidates(conversation)
    Conversation.update(candidate_count=count).where(Conversation.id == conversation.id).execute()


def _number_of_candidates(conversation: Conversation) -> int:
    details = facts.given(facts.details_of(conversation), conversation.store.region)
    return len(find(details, conversation.visitor_id).offered)


def _is_withdrawn(profile: Profile) -> bool:
    return Profile.get_by_id(profile.id).withdrawn_at is not None


def _is_first(made: Link) -> bool:
    return not Link.select().where(Link.profile == made.profile_id, Link.id < made.id).exists()


def _take_back(entry: ActivityEntry, made: Link, conversation: Conversation, by: Associate) -> None:
    former: Link | None = Link.get_or_none(Link.id == entry.data["former_link"])
    if former and _is_withdrawn(former.profile):
        former = None
    _end(made, by)
    _log_leaving(made, by, moved_to=former.profile if former else None)
    _reject(conversation, made.profile, by)
    if former:
        _restore(former, conversation, by, moved_from=made.profile_id)
    else:
        _leave(made, conversation, by)
    if made.provenance == "created" and _is_first(made):
        creating.withdraw(made.profile)
    count_candidates(conversation)


def _restore(former: Link, conversation: Conversation, by: Associate, moved_from: int | None = None) -> None:
    _forgive(conversation, former.profile)
    evidence = Evidence.from_data(former.evidence)
    again, line = _make(conversation, former.profile, former.provenance, by, evidence)
    _log_coming(again, None)
    emit(ConversationLinked(conversation.id, former.profile_id, line.id, moved_from))


def _leave(made: Link, conversation: Conversation, by: Associate) -> None:
    activity.move_chat(conversation.id, conversation.created_at, None)
    name = made.profile.name
    line = lines.write(conversation, "system", lane="staff", kind="unlinked", by=by, profile=name)
    emit(ConversationUnlinked(conversation.id, made.profile_id, line.id))


def _make(
    conversation: Conversation,
    profile: Profile,
    provenance: str,
    by: Associate | None,
    evidence: Evidence | None,
) -> tuple[Link, Message]:
    if evidence is None:
        details = facts.given(facts.details_of(conversation), conversation.store.region)
        evidence = compare(details, facts.held(records.of(profile)))
    made: Link = Link.create(
        conversation=conversation,
        profile=profile,
        provenance=provenance,
        evidence=evidence.as_data(),
        made_by=by,
    )
    activity.move_chat(conversation.id, conversation.created_at, profile)
    line = lines.write(
        conversation,
        "system",
        lane="staff",
        kind="linked",
        by=by,
        profile=profile.name,
        provenance=provenance,
    )
    return made, line


def _end(current: Link, by: Associate | None) -> None:
    ended = Link.update(ended_at=clock.now(), ended_by=by).where(
        Link.id == current.id, Link.ended_at.is_null()
    )
    if not ended.execute():
        raise Refused("changed_since")


def _log_coming(made: Link, former: Link | None) -> ActivityEntry:
    return activity.record(
        made.profile_id,
        "linked",
        by=made.made_by,
        conversation=made.conversation_id,
        link=made.id,
        provenance=made.provenance,
        former_link=former.id if former else None,
    )


def _log_leaving(former: Link, by: Associate | None, moved_to: Profile | None = None) -> ActivityEntry:
    return activity.record(
        former.profile_id,
        "unlinked",
        by=by,
        conversation=former.conversation_id,
        link=former.id,
        moved_to=moved_to.id if moved_to else None,
        moved_to_name=moved_to.name if moved_to else None,
    )


def _reject(conversation: Conversation, profile: Profile, by: Associate | None) -> None:
    if conversation.visitor_id is not None and by is not None:
        Rejection.insert(
            visitor=conversation.visitor_id, profile=profile, associate=by
        ).on_conflict_ignore().execute()


def _forgive(conversation: Conversation, profile: Profile) -> None:
    """Forget a rejection: somebody chose the profile after all."""
    Rejection.delete().where(
        Rejection.visitor == conversation.visitor_id, Rejection.profile == profile
    ).execute()
