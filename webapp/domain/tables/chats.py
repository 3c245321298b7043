"""Visitors, their conversations, what they said about themselves, and what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peewee import AutoField, BooleanField, CharField, IntegerField, TextField

from .. import clock
from .base import DataField, MomentField, Reference, Table
from .people import Associate, Store
from .sites import Site

OPEN_STATES = ("waiting", "active")
STATES = (*OPEN_STATES, "ended", "abandoned")


class Visitor(Table):
    """A browser that the widget knows; it outlives one chat. The token itself is only in the browser."""

    id = AutoField()
    site = Reference(Site)
    token_hash = CharField(unique=True)
    created_at = MomentField(default=clock.now)
    seen_at = MomentField(default=clock.now)
    forgotten_at = MomentField(null=True)  # the customer signed out, or cleared the device: its token opens nothing


class Conversation(Table):
    id = AutoField()
    public_id = CharField(unique=True)  # 128 random bits, for addresses
    site = Reference(Site, null=True)
    store_id: int
    store = Reference(Store)
    visitor_id: int | None
    visitor = Reference(Visitor, null=True, backref="conversations")
    channel = CharField(default="live_chat")
    state = CharField(default="waiting")
    associate_id: int | None
    associate = Reference(Associate, null=True)
    prechat_enabled = BooleanField()  # as it was when the conversation started
    identity_level = CharField(default="anonymous")
    locale = CharField(default="en")
    page_title = CharField(default="")
    details = IntegerField(null=True)  # id of the newest ContactDetails
    candidate_count = IntegerField(default=0)  # as last computed, for the inbox
    seq = IntegerField(default=0)  # last number given in the public lane
    staff_seq = IntegerField(default=0)  # and in the staff lane
    created_at = MomentField(default=clock.now)
    accepted_at = MomentField(null=True)
    ended_at = MomentField(null=True)
    last_at = MomentField(default=clock.now)  # of the last message
    last_text = TextField(default="")  # what it said, and who: for the inbox
    last_author = CharField(default="customer")
    waiting_since = MomentField(null=True)  # when the customer wrote what has no answer yet
    subject = CharField(null=True)  # the retailer's own id of the customer, from a valid signed identity
    proved_email = CharField(default="")  # and the address that it marked as verified
    routed_at = MomentField(null=True)  # when the customer was identified and the store got to see the request

    if TYPE_CHECKING:
        links: Any

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


# One open chat per visitor.
Conversation.add_index(
    Conversation.index(
        Conversation.visitor,
        unique=True,
        where=Conversation.state.in_(OPEN_STATES),
        name="one_open_chat_per_visitor",
    )
)
Conversation.add_index(Conversation.index(Conversation.store, Conversation.state, Conversation.last_at))
Conversation.add_index(Conversation.index(Conversation.associate, Conversation.state, Conversation.last_at))

Conversation.add_index(Conversation.index(Conversation.subject, Conversation.id))
Conversation.add_index(
    Conversation.index(Conversation.id, where=Conversation.routed_at.is_null(), name="not_routed_yet")
)


class ContactDetails(Table):
    """What the customer submitted, version by version; never changed, whatever is linked later."""

    id = AutoField()
    conversation = Reference(Conversation, backref="versions", on_delete="CASCADE")
    version = IntegerField()
    name = CharField()
    name_generated = BooleanField()
    email = CharField(default="")
    phone = CharField(default="")
    submitted_at = MomentField(default=clock.now)

    class Meta:
        indexes = ((("conversation", "version"), True),)


class Message(Table):
    """One line of a conversation. `seq` is gapless in its lane; staff lines have a lane of their own.

    A gap in the public lane would tell the customer that something happened.
    """

    id = AutoField()
    conversation = Reference(Conversation, backref="messages", on_delete="CASCADE")
    lane = CharField(default="public")
    seq = IntegerField()
    author = CharField()  # customer, associate or system
    associate = Reference(Associate, null=True)
    client_id = CharField(default="")  # made by the sender, so that sending twice stores once
    kind = CharField(default="text")  # "text", or the name of what the system says
    body = TextField(default="")
    data = DataField(default=dict)
    sent_at = MomentField(default=clock.now)

    class Meta:
        indexes = ((("conversation", "lane", "seq"), True),)


Message.add_index(
    Message.index(
        Message.conversation,
        Message.author,
        Message.client_id,
        unique=True,
        where=(Message.client_id != ""),
        name="a_message_is_stored_once",
    )
)
