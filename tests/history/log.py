"""The log of a document, kept as static/js/shared/log.js keeps it, and the lines as the server draws them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .book import Place

_PART = re.compile(r'<hx-partial hx-target="#log-([\w-]+)" hx-swap="log">(.*?)</hx-partial>', re.DOTALL)
_LOG = re.compile(r'<ol class="log" id="log-([\w-]+)"[^>]*>(.*?)</ol>', re.DOTALL)
_LINE = re.compile(r"<li ([^>]*\bdata-seq=[^>]*)>")
_VALUE = re.compile(r'([\w-]+)="([^"]*)"')


@dataclass(slots=True)
class Log:
    """The lines of one conversation, from top to bottom."""

    places: list[Place] = field(default_factory=list)

    def take(self, place: Place) -> bool:
        """Put a line where its number says; say whether it was not there yet."""
        lane, seq, _ = place
        if any(there[:2] == (lane, seq) for there in reversed(self.places)):
            return False
        later = (at for at, there in enumerate(self.places) if there[0] == lane and there[1] > seq)
        self.places.insert(next(later, len(self.places)), place)
        return True

    def cursor(self) -> dict[str, int]:
        """Return how far it has come in each lane without a gap."""
        return {"after": self._last("public"), "after_staff": self._last("staff")}

    def _last(self, lane: str) -> int:
        last = 0
        for there, seq, _ in self.places:
            last += there == lane and seq == last + 1
        return last


def added(fragments: str) -> Iterator[tuple[str, Place]]:
    """Give chat and place of each line that an answer or a push adds to a log.

    A log that is drawn anew around them is left alone by a browser that has one, and so it is here.
    """
    for part in _PART.finditer(fragments):
        for place in _lines(part[2]):
            yield part[1], place


def drawn(page: str) -> dict[str, Log]:
    """Return the logs of a page that was loaded."""
    return {part[1]: Log(list(_lines(part[2]))) for part in _LOG.finditer(page)}


def pushed(message: bytes) -> str:
    """Return the fragments in a message of the socket."""
    content: str = json.loads(message)["content"]
    return content


def _lines(fragment: str) -> Iterator[Place]:
    for line in _LINE.finditer(fragment):
        values = dict(_VALUE.findall(line[1]))
        yield values["data-lane"], int(values["data-seq"]), html.unescape(values.get("data-client-id", ""))
