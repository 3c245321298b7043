"""`./dev bench` lists the benchmarks; `./dev bench NAME` runs one, with the rest of the line as its arguments."""

from __future__ import annotations

import sys

from . import (
    backup,
    banner,
    chaos,
    chat_latency,
    chat_throughput,
    grows,
    oracle,
    peers,
    races,
    slow_disk,
    soak,
    sockets,
    starts,
    two_processes,
)

BENCHMARKS = {
    "chat-latency": chat_latency,
    "chat-throughput": chat_throughput,
    "sockets": sockets,
    "banner": banner,
    "starts": starts,
    "slow-disk": slow_disk,
    "two-processes": two_processes,
    "peers": peers,
    "growth": grows,
    "soak": soak,
    "chaos": chaos,
    "races": races,
    "backup": backup,
    "oracle": oracle,
}


def main() -> None:
    name, arguments = (sys.argv[1:2] or [""])[0], sys.argv[2:]
    if name in BENCHMARKS:
        sys.exit(BENCHMARKS[name].main(arguments))
    for known, module in BENCHMARKS.items():
        print(f"{known:18}{(module.__doc__ or '').splitlines()[0]}")
    sys.exit(2 if name else 0)


main()
