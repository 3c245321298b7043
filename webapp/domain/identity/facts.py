"""From rows to what the pure rules compare: a conversation's contact details, and a profile's record."""

from __future__ import annotations

from ..errors import Refused
from ..profiles.records import Record
from ..tables import ContactDetails, Conversation, Link, Profile
from .matching import Details, Held


def details_of(conversation: Conversation) -> ContactDetails:
    """Return the newest contact details of the conversation."""
    found: ContactDetails = ContactDetails.get_by_id(conversation.details)
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
    found: Link | None = (
        Link.select(Link, Profile)
        .join(Profile)
        .where(Link.conversation == conversation, Link.ended_at.is_null())
        .first()
    )
    return found


def check_accepted(conversation: Conversation) -> None:
    """Raise `Refused` unless somebody has accepted the chat: until then its links are the rules' alone."""
    if Conversation.get_by_id(conversation.id).state == "waiting":
        raise Refused("not_accepted")
