"""How long a message takes from its sender to both sides, at a rate that does not fill the machine."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from . import results
from .crowd import VIEWERS
from .figures import Line, Spread, table
from .messages import Load, Run, run

PROMISED = {1000: (4, 8, 16), 5000: (4, 12, 30)}  # open chats: p50, p95 and p99 in milliseconds


def main(arguments: Sequence[str]) -> int:
    """Run once, and print."""
    parser = argparse.ArgumentParser(prog="./dev bench chat-latency", description=__doc__)
    parser.add_argument("--chats", type=int, default=1000, help="open chats, each with its customer's socket")
    parser.add_argument("--rate", type=float, default=0, help="messages a second; else a tenth of the chats")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--warm", type=float, default=2, help="seconds that come first and are not counted")
    parser.add_argument("--viewers", type=int, default=VIEWERS, help="who look at the inbox")
    options = parser.parse_args(arguments)
    rate = options.rate or options.chats / 10
    load = Load(options.chats, rate, seconds=options.seconds, warm=options.warm, viewers=options.viewers)
    found = run(load)
    print(table(title(load), lines(found, PROMISED.get(load.chats))))
    print(results.keep("chat-latency", found.as_data()))
    return 0


def title(load: Load) -> str:
    """Say what was asked of the house."""
    pace = f"{load.rate:g} messages a second" if load.rate else f"{load.in_flight} messages in flight"
    return f"{load.chats} open chats, {pace}, {load.seconds:g} s"


def lines(found: Run, promised: tuple[int, int, int] | None = None) -> list[Line]:
    """Return the table of a run; p50, p95 and p99 in milliseconds stand in one cell."""
    has_to_be = "≤ {} / {} / {}".format(*promised) if promised else ""
    return [
        Line("ms to the answer", str(Spread.of(found.answer)), "p50 / p95 / p99"),
        Line("ms to the sender's own socket", str(Spread.of(found.own)), has_to_be),
        Line("ms to the other side's socket", str(Spread.of(found.other)), has_to_be),
        Line("messages a second", f"{found.rate:.0f}"),
        Line("lost, refused", f"{found.lost}, {found.refused}", "0, 0"),
        Line("inbox frames a second", f"{found.inbox_frames:.0f}"),
        Line("the server's share of a core", f"{found.server:.0%}"),
        Line("the generator's", f"{found.generator:.0%}"),
        Line("ms that it sent too late", str(Spread.of(found.late))),
    ]
