"""The checker: decides from a history whether every promise was kept. Pure: it asks nobody and changes nothing.

Each rule is one function that gives what breaks it. A finding names the chat, the id of the message, and what had been
broken last before it went wrong. SECURITY.md, "What acknowledged means", says the same in words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from .book import Acknowledged, Deed, Failed, Fault, History, Holds, Place, PutOff, Saw, Stored, Tried

Key = tuple[str, str, str]  # of a message: chat, author, id


@dataclass(frozen=True, slots=True)
class Finding:
    """A promise that was broken; `at` is when what went wrong was begun, 0 when nobody knows."""

    rule: str
    chat: str
    id: str
    what: str
    at: float = 0.0
    after: str = ""  # the fault before it

    def __str__(self) -> str:
        return f"{self.rule}: {self.what} (chat {self.chat}, id {self.id or '-'}, after: {self.after or 'no fault'})"


@dataclass(slots=True)
class Told:
    """A history, looked up by what the rules ask for."""

    tried: dict[Key, Tried] = field(default_factory=dict)
    acknowledged: dict[Key, Acknowledged] = field(default_factory=dict)
    failed: dict[Key, Failed] = field(default_factory=dict)
    stored: dict[str, list[Stored]] = field(default_factory=lambda: defaultdict(list))  # by chat; by lane and number
    rows: dict[Key, list[Stored]] = field(default_factory=lambda: defaultdict(list))
    saw: list[Saw] = field(default_factory=list)
    put_off: list[PutOff] = field(default_factory=list)
    holds: list[Holds] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def began(self, key: Key) -> float:
        """Return when a message was first sent, or 0."""
        return self.tried[key].at if key in self.tried else 0.0


def check(history: History) -> list[Finding]:
    """Return every broken promise; none is what has to be."""
    told = _told(history)
    times = [fault.at for fault in told.faults]
    found = []
    for rule in RULES:
        for finding in rule(told):
            before = bisect_right(times, finding.at)
            after = told.faults[before - 1].what if finding.at and before else ""
            found.append(Finding(finding.rule, finding.chat, finding.id, finding.what, finding.at, after))
    return found


def _told(history: History) -> Told:
    told = Told()
    for deed in sorted(history.deeds, key=lambda deed: deed.at):
        _file(told, deed)
    for row in sorted(history.stored, key=lambda row: (row.chat, row.lane, row.seq)):
        told.stored[row.chat].append(row)
        if row.author != "system":
            told.rows[row.chat, row.author, row.id].append(row)
    return told


def _file(told: Told, deed: Deed) -> None:
    match deed:
        case Tried():
            told.tried.setdefault((deed.chat, deed.author, deed.id), deed)
        case Acknowledged():
            told.acknowledged.setdefault((deed.chat, deed.author, deed.id), deed)
        case Failed():
            told.failed[deed.chat, deed.author, deed.id] = deed
        case PutOff():
            told.put_off.append(deed)
        case Saw():
            told.saw.append(deed)
        case Holds():
            told.holds.append(deed)
        case Fault():
            told.faults.append(deed)


def _nothing_is_lost(told: Told) -> Iterator[Finding]:
    for key, deed in told.acknowledged.items():
        rows = told.rows.get(key, [])
        at = told.began(key)
        if not rows:
            yield Finding("lost", key[0], key[2], f"acknowledged as number {deed.seq}, and not stored", at)
        elif all(row.seq != deed.seq for row in rows):
            yield Finding("moved", key[0], key[2], f"acknowledged as number {deed.seq}, stored as {rows[0].seq}", at)


def _nothing_is_acknowledged_without_database(told: Told) -> Iterator[Finding]:
    cuts = [(fault.at, mended.at) for fault, mended in pairwise(told.faults) if fault.away]
    for key, deed in told.acknowledged.items():
        began = told.began(key)
        if any(cut < began and deed.at < mended for cut, mended in cuts):
            yield Finding("vain", key[0], key[2], "acknowledged while nothing could be stored", began)


def _nothing_is_stored_twice(told: Told) -> Iterator[Finding]:
    for key, rows in told.rows.items():
        if len(rows) > 1:
            numbers = " and ".join(str(row.seq) for row in rows)
            yield Finding("twice", key[0], key[2], f"stored as {numbers}", told.began(key))


def _nothing_is_shown_twice(told: Told) -> Iterator[Finding]:
    for held in told.holds:
        places = Counter((lane, seq) for lane, seq, _ in held.places)
        ids = Counter(id for _, _, id in held.places if id)
        for (lane, seq), times in places.items():
            if times > 1:
                yield Finding("shown twice", held.chat, "", f"{held.who} has {lane} {seq} {times} times", held.at)
        shared = Counter(row.id for row in told.stored.get(held.chat, ()) if row.id)  # two authors may choose one id
        for id, times in ids.items():
            if times > max(1, shared[id]):
                yield Finding("shown twice", held.chat, id, f"{held.who} has it {times} times", held.at)


def _nothing_is_invented(told: Told) -> Iterator[Finding]:
    ours = {chat for chat, _, _ in told.tried}
    for key, rows in told.rows.items():
        if key[0] not in ours:
            continue  # another chat, of which nobody has written
        tried = told.tried.get(key)
        if tried is None:
            yield Finding("ghost", key[0], key[2], f"stored as {rows[0].seq}, and nobody sent it")
        elif any(row.body != tried.body for row in rows):
            yield Finding("changed", key[0], key[2], "stored with another text than was sent", tried.at)


def _numbers_have_no_gap(told: Told) -> Iterator[Finding]:
    for chat, rows in told.stored.items():
        lanes: dict[str, list[Stored]] = defaultdict(list)
        for row in rows:
            lanes[row.lane].append(row)
        for lane, theirs in lanes.items():
            for number, row in enumerate(theirs, start=1):
                if row.seq != number:
                    at = told.began((chat, row.author, row.id))
                    yield Finding("gap", chat, row.id, f"{lane} {number} is missing, or there twice", at)
                    break


def _each_sender_is_in_order(told: Told) -> Iterator[Finding]:
    sent: dict[tuple[str, str], list[Tried]] = defaultdict(list)
    for key, tried in told.tried.items():
        if key in told.acknowledged:  # what nobody knows about may come at any time
            sent[tried.chat, tried.who].append(tried)
    for (chat, who), messages in sent.items():
        last, before = 0, ""
        for tried in messages:
            rows = told.rows.get((chat, tried.author, tried.id))
            if not rows:
                continue
            if rows[0].seq < last:
                what = f"{who} sent it after {before}, and it is stored before"
                yield Finding("order", chat, tried.id, what, tried.at)
            last, before = max(last, rows[0].seq), tried.id


def _everybody_has_it_all(told: Told) -> Iterator[Finding]:
    for held in told.holds:
        if not held.connected:
            yield Finding("away", held.chat, "", f"{held.who} did not come back", held.at)
            continue
        for lane in held.lanes:
            is_there = [place for place in held.places if place[0] == lane]
            has_to_be: list[Place] = [(lane, r.seq, r.id) for r in told.stored.get(held.chat, ()) if r.lane == lane]
            if is_there != has_to_be:
                yield _differs(told, held, lane, is_there, has_to_be)


def _differs(told: Told, held: Holds, lane: str, is_there: list[Place], has_to_be: list[Place]) -> Finding:
    missing = [place for place in has_to_be if place not in is_there]
    beyond = [place for place in is_there if place not in has_to_be]
    odd = (missing or beyond or is_there)[0]
    kind = "lacks" if missing else "has beyond what is stored" if beyond else "has in another order"
    sent = [tried.at for key, tried in told.tried.items() if key[0] == held.chat and key[2] == odd[2]]
    what = f"{held.who} {kind}: {lane} {odd[1]}" + (f" and {len(missing) - 1} more" if len(missing) > 1 else "")
    rule = "not shown" if missing else "not the same"
    return Finding(rule, held.chat, odd[2], what, min(sent, default=held.at))


def _nothing_else_was_seen(told: Told) -> Iterator[Finding]:
    stored = {(row.chat, row.lane, row.seq, row.id) for rows in told.stored.values() for row in rows}
    for saw in told.saw:
        if (saw.chat, *saw.place) not in stored:
            lane, seq, id = saw.place
            yield Finding("seen, not stored", saw.chat, id, f"{saw.who} was shown {lane} {seq}", saw.at)


def _what_failed_is_not_there(told: Told) -> Iterator[Finding]:
    for key, failed in told.failed.items():
        if key in told.rows:
            what = f"refused for good with {failed.status}, and stored as {told.rows[key][0].seq}"
            yield Finding("refused, stored", key[0], key[2], what, told.began(key))


def _who_is_put_off_is_told_so(told: Told) -> Iterator[Finding]:
    for deed in told.put_off:
        if deed.status == 500:
            yield Finding("500", deed.chat, deed.id, "an accident, where it has to be said what is the matter", deed.at)
        elif deed.status == 503 and not deed.after:
            yield Finding("until when?", deed.chat, deed.id, "503 without Retry-After", deed.at)


RULES: tuple[Callable[[Told], Iterator[Finding]], ...] = (
    _nothing_is_lost,
    _nothing_is_acknowledged_without_database,
    _nothing_is_stored_twice,
    _nothing_is_shown_twice,
    _nothing_is_invented,
    _numbers_have_no_gap,
    _each_sender_is_in_order,
    _everybody_has_it_all,
    _nothing_else_was_seen,
    _what_failed_is_not_there,
    _who_is_put_off_is_told_so,
)
