"""What the customer says about themselves: version by version, each kept as it was submitted."""

from __future__ import annotations

from peewee import fn

from .. import clock, lines
from ..db import emit, verb_of
from ..errors import NotFound, Refused
from ..events import DetailsChanged
from ..identity import facts
from ..prepared import given as comes
from ..prepared import prepared
from ..profiles.contact import Given
from ..profiles.normalise import clean
from ..tables import ContactDetails, Conversation
from ..tables.sites import FIELDS

_conversation = prepared(Conversation.select().where(Conversation.id == comes("id")))
_versions = prepared(
    ContactDetails.select(fn.COUNT(ContactDetails.id)).where(ContactDetails.conversation == comes("conversation"))
)
_columns = ("conversation", "version", "name", "name_generated", "email", "phone", "submitted_at")
_fields = [ContactDetails._meta.fields[name] for name in _columns]
_insert = prepared(
    ContactDetails.insert({field: comes(field.name, like=field) for field in _fields}).returning(ContactDetails)
)
_of_conversation = (Conversation.details, Conversation.identity_level)
_update = prepared(
    Conversation.update({field: comes(field.name, like=field) for field in _of_conversation}).where(
        Conversation.id == comes("id")
    )
)


def keep(conversation: Conversation, given: Given, generated_name: str) -> ContactDetails:
    """Store one version, from within a verb; a name left blank is filled with the generated one."""
    generated = not clean(given.name)
    row: ContactDetails = _insert.first(
        conversation=conversation,
        version=_versions.rows(conversation=conversation)[0][0] + 1,
        submitted_at=clock.now(),
        name=generated_name if generated else given.name,
        name_generated=generated,
        email=given.email,
        phone=given.phone,
    )
    conversation.details = row.id
    if conversation.identity_level in ("anonymous", "typed"):  # what is proved is not unproved by typing
        conversation.identity_level = "typed" if given != Given() else "anonymous"
    _update.rows(id=conversation.id, details=row.id, identity_level=conversation.identity_level)
    return row


@verb_of("conversation")
def change(conversation: Conversation, given: Given, *, generated_name: str) -> bool:
    """Store changed details of a running chat; returns whether anything changed.

    The profile is not touched, and nothing is linked: candidates and conflicts are computed anew when shown. How many
    candidates there are is counted by `linking.recount`, which has to follow.
    """
    conversation = _conversation.first(id=conversation.id)
    if conversation is None:
        raise NotFound
    if not conversation.is_open:
        raise Refused("chat_ended")
    row = facts.details_of(conversation)
    if row.name_generated:  # a name left blank again is still the same visitor
        generated_name = str(row.name)
    before = Given("" if row.name_generated else str(row.name), str(row.email), str(row.phone))
    changed = [field for field in FIELDS if getattr(before, field) != getattr(given, field)]
    if not changed:
        return False
    keep(conversation, given, generated_name)
    line = lines.write(conversation, "system", lane="staff", kind="details_changed", fields=changed)
    emit(DetailsChanged(conversation.id, line.id))
    return True
