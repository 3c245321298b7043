"""How the cost of a message grows with profiles, closed chats, idle sockets and open chats: it should not.

Each is run at three sizes, at one rate. The cost is the server's CPU time for a message, inbox and all.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from . import results
from .figures import Line, Spread, growth, table
from .messages import Load, Run, run

SIZES = {
    "profiles": (1000, 10_000, 100_000),
    "closed": (1000, 10_000, 100_000),
    "idle": (100, 500, 1500),
    "chats": (250, 500, 1000),
}


def main(arguments: Sequence[str]) -> int:
    """Run along each dimension, and print."""
    parser = argparse.ArgumentParser(prog="./dev bench growth", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("along", nargs="*", help=f"of {', '.join(SIZES)}; else all")
    parser.add_argument("--sizes", type=int, nargs="+", help="else three")
    parser.add_argument("--rate", type=float, default=20, help="messages a second")
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args(arguments)
    usual = Load(chats=250, rate=options.rate, seconds=options.seconds, viewers=options.viewers)
    kept = {}
    for along in options.along or SIZES:
        sizes = options.sizes or SIZES[along]
        runs = [run(replace(usual, **_sized(along, size))) for size in sizes]
        costs = [_cost(found) for found in runs]
        told = [_line(size, found) for size, found in zip(sizes, runs, strict=True)]
        print(table(f"{along}: CPU ms of the server for a message, and ms to the other side", told))
        print("  grows", growth(sizes, costs), flush=True)
        kept[along] = {str(size): found.as_data() for size, found in zip(sizes, runs, strict=True)}
    print(results.keep("growth", kept))
    return 0


def _sized(along: str, size: int) -> dict[str, Any]:
    return {along: size}


def _cost(found: Run) -> float:
    return found.server / max(found.rate, 0.01) * 1000


def _line(size: int, found: Run) -> Line:
    lost = f"lost {found.lost}" if found.lost else ""
    return Line(f"{size}", f"{_cost(found):.1f} ms; {Spread.of(found.other)}", lost)
