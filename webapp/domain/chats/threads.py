"""Conversations that come over a messaging channel: no widget, no form, and so no warning banner."""

from __future__ import annotations

import secrets

from .. import clock, lines
from ..db import emit, verb
from ..events import ChatRequested
from ..identity.linking import count_candidates
from ..profiles.contact import Given
from ..tables import Conversation, Store
from . import details, messages


@verb
def begin(
    channel: str,
    store: Store,
    given: Given,
    message: str,
    client_id: str,
    *,
    generated_name: str,
    locale: str = "en",
) -> Conversation:
    """Open a conversation with a customer whom the channel has named; it waits in the store as all do."""
    conversation: Conversation = Conversation.create(
        public_id=secrets.token_urlsafe(16),
        store=store,
        channel=channel,
        prechat_enabled=False,
        locale=locale,
        routed_at=clock.now(),
    )
    details.keep(conversation, given, generated_name)
    Conversation.update(identity_level="attested").where(Conversation.id == conversation.id).execute()
    lines.say(conversation.id, messages.check(message, client_id), client_id, None)
    count_candidates(conversation)
    emit(ChatRequested(conversation.id))
    return Conversation.get_by_id(conversation.id)
