"""From rows to what the pure rules compare: a conversation's contact details, and a profile's record."""

from __future__ import annotations

from ..errors import NotFound, Refused
from ..prepared import given as comes
from ..prepared import prepared
from ..profiles.records import Record
from ..tables import ContactDetails, Conversation, Link, Profile
from .matching import Details, Held

_details = prepared(ContactDetails.select().where(ContactDetails.id == comes("id")))
_link = prepared(
    Link.select(Link, Profile).join(Profile).where(Link.conversation == comes("conversation"), Link.ended_at.is_null())
)


def details_of(conversation: Conversation) -> ContactDetails:
    """Return the newest contact details of the conversation; raises `NotFound` when it has been erased."""
    found: ContactDetails | None = _details.first(id=conversation.details)
    if found is None:
        raise NotFound
    return found


def given(row: ContactDetails, region: str) -> Details:
    """Return contact details as the rules read them; `region` is that of the conversation's store."""
    return Details(
        name=str(row.name),
        email=str(row.email),
        phone=str(row.phone),
        name_generated=bool(row.name_generated),
        region=region,
    )


def held(record: Record) -> Held:
    """Return a profile's record as the rules read it."""
    return Held(
        name=record.name,
        emails=tuple(str(point.value) for point in record.emails),
        phones=tuple(str(point.value) for point in record.phones),
        name_generated=bool(record.profile.name_generated),
        region=str(record.profile.region),
    )


def current_link(conversation: Conversation | int) -> Link | None:
    """Return the conversation's current link with its profile loaded, or None."""
    found: Link | None = _link.first(conversation=conversation)
    return found


def check_accepted(conversation: Conversation) -> None:
    """Raise `Refused` unless somebody has accepted the chat: until then its links are the rules' alone."""
    if Conversation.get_by_id(conversation.id).state == "waiting":
        raise Refused("not_accepted")
