"""How many messages a second one process takes, with so many in flight all the time."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from . import results
from .chat_latency import lines, title
from .figures import Line, table
from .messages import PER_CHAT, Load, run

PROMISED = 1000  # messages a second


def main(arguments: Sequence[str]) -> int:
    """Run once, and print."""
    parser = argparse.ArgumentParser(prog="./dev bench chat-throughput", description=__doc__)
    parser.add_argument("--chats", type=int, default=1000, help="open chats, each with its customer's socket")
    parser.add_argument("--in-flight", type=int, default=100, help="messages that are not everywhere yet")
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args(arguments)
    load = Load(chats=options.chats, in_flight=options.in_flight, seconds=options.seconds)
    found = run(load)
    most = f"≥ {PROMISED}; the limits of these chats allow {2 * PER_CHAT * load.chats:.0f}"
    told = [Line("messages a second, all at once", f"{found.rate:.0f}", most), *lines(found)]
    print(table(title(load), told))
    print(results.keep("chat-throughput", found.as_data()))
    return 0
