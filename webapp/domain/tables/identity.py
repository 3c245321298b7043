"""Which profile a conversation is linked to, and which it must not be. Links are a journal: all are kept."""

from __future__ import annotations

from peewee import AutoField, CharField

from .. import clock
from .base import DataField, MomentField, Reference, Table
from .chats import Conversation, Visitor
from .people import Associate
from .profiles import Profile

PROVENANCES = ("exact_match", "verified_identity", "returning_visitor", "candidate", "search", "created")


class Link(Table):
    id = AutoField()
    conversation_id: int
    conversation = Reference(Conversation, backref="links", on_delete="CASCADE")
    profile_id: int
    profile = Reference(Profile, backref="links", on_delete="CASCADE")
    provenance = CharField()  # of PROVENANCES
    evidence = DataField(default=list)  # field by field, as it was when the link was made
    made_by = Reference(Associate, null=True, backref="links_made")
    made_at = MomentField(default=clock.now)
    ended_by = Reference(Associate, null=True, backref="links_ended")
    ended_at = MomentField(null=True)


# One current link per conversation.
Link.add_index(
    Link.index(
        Link.conversation,
        unique=True,
        where=Link.ended_at.is_null(),
        name="one_current_link_per_conversation",
    )
)


class Rejection(Table):
    """Not the same person: this visitor and this profile are not linked again by themselves."""

    id = AutoField()
    visitor = Reference(Visitor, on_delete="CASCADE")
    profile_id: int
    profile = Reference(Profile, on_delete="CASCADE")
    associate = Reference(Associate)
    at = MomentField(default=clock.now)

    class Meta:
        indexes = ((("visitor", "profile"), True),)
