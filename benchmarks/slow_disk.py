"""What a slow disk costs: as chat-throughput, with milliseconds added to each commit, the writer locked meanwhile.

The product is not touched: see `inside/sitecustomize.py`, which the server finds at its start. A design that commits
each message by itself cannot do more than one message per commit; that bound is printed beside.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from . import inside, results
from .chat_latency import lines, title
from .figures import Line, Spread, table
from .messages import Load, Run, run

TIMES_A_COMMIT_EACH, SHARE, P99 = 6, 0.9, 70


def main(arguments: Sequence[str]) -> int:
    """Run once for each delay, and once at a rate, and print."""
    parser = argparse.ArgumentParser(prog="./dev bench slow-disk", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--chats", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--delays", type=float, nargs="+", default=[0, 5, 20], help="milliseconds")
    parser.add_argument("--rate", type=float, default=500, help="messages a second for the latency at 5 ms")
    options = parser.parse_args(arguments)
    found: dict[float, Run] = {}
    for delay in options.delays:
        load = Load(chats=options.chats, seconds=options.seconds, settings=inside.slow_commits(delay))
        found[delay] = run(load)
        print(table(f"{title(load)}, {delay:g} ms added", lines(found[delay])), flush=True)
    load = Load(options.chats, options.rate, seconds=options.seconds, settings=inside.slow_commits(5))
    steady = run(load)
    print(table(f"{title(load)}, 5 ms added", lines(steady)), flush=True)
    print(table("slow-disk", _summary(found, steady)))
    kept = {f"{delay:g} ms": each.as_data() for delay, each in found.items()}
    print(results.keep("slow-disk", kept | {"steady": steady.as_data()}))
    return 0


def _summary(found: dict[float, Run], steady: Run) -> list[Line]:
    told = []
    undelayed = found.get(0)
    sync = results.sync_time() * 1000
    for delay, each in found.items():
        if not delay:
            continue
        bound, is_promised = 1000 / (delay + sync), delay == 5
        what = f"{delay:g} ms: × the bound of a commit for each ({bound:.0f}/s)"
        told.append(Line(what, f"{each.rate / bound:.1f}", f"≥ {TIMES_A_COMMIT_EACH}" if is_promised else ""))
        if undelayed and undelayed.rate:
            share = f"{each.rate / undelayed.rate:.2f}"
            told.append(Line(f"{delay:g} ms: share of the rate without", share, f"≥ {SHARE}" if is_promised else ""))
    told.append(Line(f"p99 at {steady.load.rate:g} a second, ms", f"{Spread.of(steady.own).p99:.0f}", f"≤ {P99}"))
    return told
