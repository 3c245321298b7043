"""Who is typing: a fact that the other side is told, and that is kept nowhere. What is typed stays where it is.

The browser forgets it a few seconds after it was told last, or when the message has come.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from ..auth import Customer, Viewer
from ..domain.chats import messages
from ..domain.db import database
from ..domain.errors import Refused
from ..domain.tables import Associate, Conversation
from ..render import dom_id, swap
from ..screens import signs
from . import catching_up
from .bucket import TokenBucket
from .connection import Connection
from .hub import Hub
from .push import Push

OFTEN = 0.5  # a second, and two at once: no browser of ours says it as often
# Where a side writes, and where the other side is told of it.
WRITES = {"customer": "chat", "associate": "conversation"}
READS = {"customer": "conversation", "associate": "chat"}


class Typists:
    """Tells those who type apart from those who only say so, and tells the other side."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.tell_others: Callable[..., None] = lambda **_: None  # the other processes, once there is a way to them

    def of(self, connection: Connection, clock: Callable[[], float] = time.monotonic) -> Callable[[str], None]:
        """Return what hears of a connection's typing, with the topic; what it may not say, it has not said."""
        allowance = TokenBucket(rate=OFTEN, burst=2, clock=clock)

        def typing(topic: str) -> None:
            side = "customer" if isinstance(connection.viewer, Customer) else "associate"
            is_its_own = topic in connection.topics and topic.startswith(f"{WRITES[side]}:")
            if is_its_own and allowance.take():
                self._typing(connection.viewer, topic, side)

        return typing

    def heard(self, _process: str, *, chat: str, side: str) -> None:
        """Tell of somebody who types at another process."""
        if side in READS and self._hub.subscribers(f"{READS[side]}:{chat}"):
            with database.connection_context():
                conversation = Conversation.get_or_none(Conversation.public_id == chat)
                if conversation is not None and conversation.is_open:
                    self._tell(conversation, side)

    def _typing(self, looker: object, topic: str, side: str) -> None:
        assert isinstance(looker, catching_up.Looker)
        with database.connection_context():
            conversation = catching_up.find(looker, topic)
            if conversation is None:
                return
            by = Associate.get_by_id(looker.associate) if isinstance(looker, Viewer) else None
            with suppress(Refused):
                messages.check_may_write(conversation, by)
                self._tell(conversation, side)
                self.tell_others(chat=str(conversation.public_id), side=side)

    def _tell(self, conversation: Conversation, side: str) -> None:
        target = dom_id("typing", conversation.public_id)
        self._hub.deliver(
            Push(
                f"{READS[side]}:{conversation.public_id}",
                lambda looker: looker.reader,
                lambda looker: swap(target, signs.typing(looker.reader, conversation, side), "outerHTML"),
            )
        )
