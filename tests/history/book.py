"""What is written down: by each client what it did and saw, and beside it what was broken, and when.

A client writes before it sends and after it knows, so that what was going on when it died can be read as well. One file
for each client, one line of JSON for each deed. Times are seconds of `time.perf_counter`, the same for the whole run.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

Place = tuple[str, int, str]  # of a line in a log: its lane, its number there, and the id that its sender gave it


@dataclass(frozen=True, slots=True)
class Tried:
    """A message is about to be sent, for the first time."""

    at: float
    who: str
    chat: str
    author: str  # customer or associate
    id: str
    body: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The server has answered that the message is stored, under this number."""

    at: float
    who: str
    chat: str
    author: str
    id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The server has refused the message for good."""

    at: float
    who: str
    chat: str
    author: str
    id: str
    status: int


@dataclass(frozen=True, slots=True)
class PutOff:
    """A try came to nothing, for now; `status` is 0 when no answer came, `after` the seconds to wait, if said."""

    at: float
    who: str
    chat: str
    id: str
    status: int
    after: float


@dataclass(frozen=True, slots=True)
class Saw:
    """A line has come, and was not there yet."""

    at: float
    who: str
    chat: str
    place: Place


@dataclass(frozen=True, slots=True)
class Wire:
    """The socket of a client is open and caught up, or it is gone."""

    at: float
    who: str
    up: bool


@dataclass(frozen=True, slots=True)
class Holds:
    """What stands in a client's log at the end, from top to bottom; `lanes` are those that it is shown."""

    at: float
    who: str
    chat: str
    connected: bool
    lanes: list[str]
    places: list[Place]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something was broken, or mended; while the database is away, from now until the next, nothing can be stored."""

    at: float
    what: str
    away: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of the database."""

    chat: str
    lane: str
    seq: int
    author: str  # customer, associate or system
    id: str
    body: str


Deed = Tried | Acknowledged | Failed | PutOff | Saw | Wire | Holds | Fault
_KINDS: dict[str, Callable[..., Deed]] = {
    kind.__name__: kind for kind in (Tried, Acknowledged, Failed, PutOff, Saw, Wire, Holds, Fault)
}


@dataclass(slots=True)
class History:
    """All that was written down, and what is stored at the end."""

    deeds: list[Deed] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)


class Book:
    """The file of one client; every line is on its way to the disk when the call returns."""

    def __init__(self, folder: Path, who: str) -> None:
        self.who = who
        self.acknowledged = self.put_off = 0
        self._file = (folder / f"{who}.jsonl").open("a", encoding="utf-8", buffering=1)

    def write(self, deed: Deed) -> None:
        """Write down a deed."""
        self.acknowledged += isinstance(deed, Acknowledged)
        self.put_off += isinstance(deed, PutOff)
        self._file.write(json.dumps({"deed": type(deed).__name__, **asdict(deed)}, ensure_ascii=False) + "\n")

    def fault(self, what: str, *, away: bool = False) -> None:
        """Write down what is broken or mended now, and whether nobody reaches the database until the next is."""
        self.write(Fault(now(), what, away))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def now() -> float:
    """Return the time of the run, in seconds."""
    return time.perf_counter()


def read(folder: Path) -> list[Deed]:
    """Return all deeds of all files in the order of time; half a line at the end of a file never happened."""
    deeds = [deed for file in sorted(folder.glob("*.jsonl")) for deed in _deeds(file)]
    return sorted(deeds, key=lambda deed: deed.at)


def _deeds(file: Path) -> Iterator[Deed]:
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            values: dict[str, Any] = json.loads(line)
        except ValueError:
            return
        kind = _KINDS[values.pop("deed")]
        if "places" in values:
            values["places"] = [tuple(place) for place in values["places"]]
        if "place" in values:
            values["place"] = tuple(values["place"])
        yield kind(**values)
