"""The same work by several designs, ours among them, one after the other on the same machine.

Each is one process on the first core, its database SQLite (WAL, `synchronous=FULL`). One message is received,
validated, stored in a committed transaction, rendered by templates, and pushed to 1 customer, 1 associate and 20 who
look at the inbox. Peers draw and push a row of the inbox for each message; we draw lists at most four times a second:
the column `rows` says how many of these frames went out for each message.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .. import house, results
from ..crowd import VIEWERS
from ..messages import Load, Run, Writing, run
from . import install
from .designs import CHATS_OF_ONE, HERE, Design, in_node, in_python
from .place import Place
from .telling import OURS, Found, grid, ratios

DELAY = 5  # milliseconds that the slow disk takes longer


def main(arguments: Sequence[str]) -> int:
    """Measure each, and print."""
    parser = argparse.ArgumentParser(prog="./dev bench peers", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--chats", type=int, default=500, help="open chats, each with its customer's socket")
    parser.add_argument("--rate", type=float, default=100, help="messages a second for the latency")
    parser.add_argument("--in-flight", type=int, default=100, help="messages that are not everywhere yet")
    parser.add_argument("--seconds", type=float, default=8, help="of each of three runs of each design")
    parser.add_argument("--only", nargs="+", default=[], help="designs whose names begin so; ours is always there")
    parser.add_argument("--redis", default="", help="an address; adds Django Channels with its Redis layer")
    options = parser.parse_args(arguments)
    quiet = Load(options.chats, options.rate, seconds=options.seconds)
    full = Load(options.chats, in_flight=options.in_flight, seconds=options.seconds)
    slow = _slow_disk()
    every = []
    for name, sends, commits_each, measure in _designs(options.redis, tuple(options.only)):
        found = Found(name, sends, commits_each, measure(quiet, {}), measure(full, {}))
        found.slow = measure(full, slow) if slow else None
        every.append(found)
        print(f"{name}: {found.full.rate:.0f} messages a second", flush=True)
    print(grid(every, DELAY))
    print(ratios(every, DELAY))
    kept = {found.name: found.as_data() for found in every}
    print(results.keep("peers", kept))
    return 0


Measure = Callable[[Load, dict[str, str]], Run]


def _designs(redis: str, only: tuple[str, ...]) -> list[tuple[str, str, bool, Measure]]:
    """Return name, way of sending, whether each message has its commit, and how to measure it; ours comes first."""
    found: list[tuple[str, str, bool, Measure]] = [(OURS, "POST", False, _measure_ours)]
    makes: list[Callable[[], list[Design]]] = [lambda: in_python(redis), in_node]
    for make in makes:
        try:
            designs = make()
        except install.Missing as error:
            print(f"left out: {error}")
            continue
        for each in designs:
            if not only or each.name.startswith(only):
                found.append((each.name, each.sends, each.commits_each, _measuring(each)))
    return found


def _measure_ours(load: Load, settings: dict[str, str]) -> Run:
    return run(Load(load.chats, load.rate, load.in_flight, load.seconds, settings=settings))


def _measuring(design: Design) -> Measure:
    return lambda load, settings: _measure(design, load, settings)


def _measure(design: Design, load: Load, settings: dict[str, str]) -> Run:
    """Serve a new folder with this design, write into it, and take it down."""
    with tempfile.TemporaryDirectory() as folder:
        port = house.free_port()
        environ: dict[str, Any] = {
            "PEER_FOLDER": folder, "PEER_PORT": port, "PEER_SECRET": secrets.token_urlsafe(48),
            "PEER_CHATS": load.chats, "PEER_VIEWERS": VIEWERS, "PEER_CHATS_OF_ONE": CHATS_OF_ONE,
            "PYTHONDONTWRITEBYTECODE": 1,
        }  # fmt: skip
        environ = {name: str(value) for name, value in environ.items()} | design.settings
        where = HERE / design.folder
        if design.before:
            subprocess.run(design.before, cwd=where, env=environ, check=True)
        sockets = load.chats + -(-load.chats // CHATS_OF_ONE) + VIEWERS
        command, ready = design.command(port, sockets), f"http://127.0.0.1:{port}/enter/viewer/0"
        with house.running(command, Path(folder), ready, environ | settings, cwd=where) as pid:
            place = Place(design.speaks(port), load.chats, VIEWERS)
            return asyncio.run(Writing(load, place, [pid]).through())


def _slow_disk() -> dict[str, str]:
    try:
        return {"LD_PRELOAD": str(install.slow_sync()), "BENCH_SYNC_US": str(DELAY * 1000)}
    except install.Missing as error:
        print(f"no slow disk: {error}")
        return {}


