"""A push: one piece of news for a topic, the frame that carries it, and how often it may go out."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from webapp.live.writer import encode_text


@dataclass(frozen=True)
class Push:
    """One piece of news for a topic.

    `group` names the audience of a viewer: viewers with equal groups are shown the same; None is not told.
    `content` renders the envelope for a viewer of a group, on the hub's thread; None sends nothing.
    `coalesce` names state that is worth sending a few times a second only, the latest alone: it must name all
    that `content` replaces. `unsubscribe` ends the subscription of those whom the news was for.
    """

    topic: str
    group: Callable[[Any], Hashable | None]
    content: Callable[[Any], str | None]
    coalesce: str | None = None
    unsubscribe: bool = False


def envelope(content: str) -> bytes:
    """Frame HTML as the message that the browser's hx-ws swaps part by part."""
    return encode_text(json.dumps({"swap": "none", "content": content}, ensure_ascii=False))


class Pace:
    """Keeps of a coalesced push the latest: it is due at once, or when the interval (seconds) of the last is over."""

    def __init__(self, clock: Callable[[], float], interval: float) -> None:
        self._clock, self._interval = clock, interval
        self._quiet: dict[Hashable, float] = {}  # until when
        self._kept: dict[Hashable, Push] = {}

    def admit(self, push: Push) -> bool:
        """Say whether to send it now; else it is kept."""
        if push.coalesce is None:
            return True
        key = (push.topic, push.coalesce)
        self._kept[key] = push
        self._quiet.setdefault(key, self._clock())
        return False

    def delay(self) -> float | None:
        """Return the seconds until a kept push is due, or None."""
        times = [self._quiet[key] for key in self._kept]
        return max(0.0, min(times) - self._clock()) if times else None

    def take_due(self) -> Push | None:
        """Take the push that has been due longest, if there is one; it begins its next interval."""
        now = self._clock()
        key = min(self._kept, key=self._quiet.__getitem__, default=None)
        if key is None or self._quiet[key] > now:
            self._quiet = {key: until for key, until in self._quiet.items() if until > now}
            return None
        self._quiet[key] = now + self._interval
        return self._kept.pop(key)
