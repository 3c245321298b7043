"""What a run amounts to, for people: a few lines of text, and a page that can be kept."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from benchmarks.figures import Line, Spread

from .book import Acknowledged, Fault, History, PutOff, Saw, Tried, Wire
from .run import Outcome

NEAR = 3.0  # seconds after a fault in which nobody promises how fast an answer is


@dataclass(frozen=True, slots=True)
class Times:
    """How long things took, in seconds."""

    calm: list[float]  # to the answer, of messages that were begun and answered away from every fault
    rough: list[float]  # of the others
    shown: list[float]  # from sending to the other side's screen
    away: list[float]  # without a live connection, of one person at a time


def times(history: History) -> Times:
    """Read the times from the deeds."""
    faults = [deed.at for deed in history.deeds if isinstance(deed, Fault)]
    told = Times([], [], [], [])
    tried: dict[tuple[str, str, str], Tried] = {}
    senders: dict[tuple[str, str], list[Tried]] = {}
    down: dict[str, float] = {}
    for deed in history.deeds:
        match deed:
            case Tried():
                tried.setdefault((deed.chat, deed.author, deed.id), deed)
                senders.setdefault((deed.chat, deed.id), []).append(deed)
            case Acknowledged():
                began = tried[deed.chat, deed.author, deed.id].at
                calm = bisect_right(faults, deed.at) == bisect_right(faults, began - NEAR)
                (told.calm if calm else told.rough).append(deed.at - began)
            case Saw() if deed.place[2]:
                of = senders.get((deed.chat, deed.place[2]), [])
                if len(of) == 1 and of[0].who != deed.who:
                    told.shown.append(deed.at - of[0].at)
            case Wire(up=False):
                down[deed.who] = deed.at
            case Wire(up=True) if deed.who in down:
                told.away.append(deed.at - down.pop(deed.who))
    return told


def lines(outcome: Outcome) -> list[Line]:
    """Return the table of a run."""
    history, found = outcome.history, outcome.findings
    counted = times(history)
    acknowledged = sum(isinstance(deed, Acknowledged) for deed in history.deeds)
    unknown = sum(isinstance(deed, Tried) for deed in history.deeds) - acknowledged
    statuses = Counter(deed.status for deed in history.deeds if isinstance(deed, PutOff))
    put_off = ", ".join(f"{times} × {status or 'no answer'}" for status, times in sorted(statuses.items()))
    rules = [finding.rule for finding in found]
    others = len(found) - sum(rules.count(rule) for rule in ("lost", "twice", "shown twice", "order", "not shown"))
    return [
        Line("messages acknowledged", str(acknowledged)),
        Line("of which nobody knows", str(unknown)),
        Line("tries put off, by status", put_off or "none", "no 500"),
        Line("faults", str(sum(isinstance(deed, Fault) for deed in history.deeds) - 1)),
        Line("processes started", str(outcome.starts)),
        Line("lost", str(rules.count("lost")), "0"),
        Line("stored or shown twice", str(rules.count("twice") + rules.count("shown twice")), "0"),
        Line("out of order", str(rules.count("order")), "0"),
        Line("not on somebody's screen at the end", str(rules.count("not shown")), "0"),
        Line("other findings", str(others), "0"),
        Line("s until all had the same", "never" if outcome.settled is None else f"{outcome.settled:.2f}", "≤ 2"),
        Line("ms to the answer, away from faults", str(Spread.of(counted.calm)), "p99 ≤ 1500"),
        Line("ms to the answer, near them", str(Spread.of(counted.rough)), "p50 / p95 / p99"),
        Line("ms to the other side", str(Spread.of(counted.shown))),
        Line("ms without a live connection", str(Spread.of(counted.away))),
        Line("the longest of them", f"{max(counted.away, default=0) * 1000:.0f}"),
        *outcome.also,
    ]


def page(title: str, told: Iterable[Line], outcome: Outcome) -> str:
    """Return a page with the table, what was found, and the faults in their order."""
    faults = [deed for deed in outcome.history.deeds if isinstance(deed, Fault)]
    begun = min((deed.at for deed in outcome.history.deeds), default=0.0)
    rows = "".join(
        f"<tr><th>{escape(line.what)}<td>{escape(line.figure)}<td>{escape(line.has_to_be)}" for line in told
    )
    found = "".join(f"<li>{escape(str(finding))}" for finding in outcome.findings) or "<li>nothing"
    broken = "".join(f"<li>{fault.at - begun:.1f} s: {escape(fault.what)}" for fault in faults)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><h1>{escape(title)}</h1>'
        f"<table><tr><th><th>is<th>has to be{rows}</table><h2>Found</h2><ul>{found}</ul>"
        f"<h2>Faults</h2><ol>{broken}</ol>"
    )
