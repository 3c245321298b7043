"""What came of it, as a table of designs, and our ratios to them beside what has to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..figures import Line, Spread, table
from ..messages import Run

OURS = "Rapport"
# How many times as many messages a second as this design; on the slow disk, as any that commits each message.
HAS_TO_BE = {"Flask + Peewee": 3.0, "Django Channels": 4.5}
ON_A_SLOW_DISK = 6.0
_LEGEND = """\
ms: p50 / p95 / p99 to the sender's own socket. With all in flight: shares of a core (`others` took theirs from the
server: compare no lines where they differ), CPU time of the server for each message, and frames for each message to
those who look at the inbox."""


@dataclass(slots=True)
class Found:
    """A design and its runs: at a rate, with all in flight, and the same on the slow disk."""

    name: str
    sends: str
    commits_each: bool
    quiet: Run
    full: Run
    slow: Run | None = None

    def as_data(self) -> dict[str, Any]:
        return {
            "sends": self.sends, "commits_each": self.commits_each,
            "quiet": self.quiet.as_data(), "full": self.full.as_data(), "slow": self.slow and self.slow.as_data(),
        }  # fmt: skip


def grid(every: Sequence[Found], delay: float) -> str:
    """Return the table, a line for each design."""
    rate = every[0].quiet.load.rate
    head = ["", "by", "messages/s", f"ms at {rate:g}/s", "server", "others", "CPU ms", "generator", "rows", "lost"]
    head.append(f"/s with {delay:g} ms")
    rows = [head, *(_row(found) for found in every)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    told = [
        "  ".join(f"{cell:{'<' if column < 2 else '>'}{width}}" for column, (cell, width) in enumerate(pairs)).rstrip()
        for pairs in ([*zip(row, widths, strict=True)] for row in rows)
    ]
    return "\n".join(["", *told, _LEGEND])


def _row(found: Found) -> list[str]:
    full, slow = found.full, found.slow
    rows = full.inbox_frames / full.rate if full.rate else 0
    lost = sum(run.lost + run.refused for run in (found.quiet, full, slow) if run)
    cpu = f"{full.server / full.rate * 1000:.2f}" if full.rate else "–"
    return [
        found.name, found.sends, f"{full.rate:.0f}", str(Spread.of(found.quiet.own)),
        f"{full.server:.0%}", f"{full.others:.0%}", cpu, f"{full.generator:.0%}",
        f"{rows:.1f}", str(lost), f"{slow.rate:.0f}" if slow else "",
    ]  # fmt: skip


def ratios(every: Sequence[Found], delay: float) -> str:
    """Return how many times as many messages we take, and what has to be."""
    ours, *others = every
    lines = []
    for other in others:
        has_to_be = HAS_TO_BE.get(other.name)
        lines.append(Line(f"× {other.name}", _times(ours.full, other.full), f"≥ {has_to_be:g}" if has_to_be else ""))
    for other in others:
        if ours.slow and other.slow:
            promised = f"≥ {ON_A_SLOW_DISK:g}" if other.commits_each else ""
            lines.append(Line(f"× {other.name}, {delay:g} ms added", _times(ours.slow, other.slow), promised))
    return table("\nmessages a second, ours to theirs", lines)


def _times(ours: Run, theirs: Run) -> str:
    return f"{ours.rate / theirs.rate:.1f}" if theirs.rate else "–"
