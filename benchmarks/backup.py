"""Backups while everybody writes: is everything in them that was acknowledged before, and who waits for them?

Writers send messages with the verb that the views call, at a rate. Meanwhile `rapport backup` is run again and again;
each backup is verified, and restored into a folder of its own by `rapport restore`, where the messages are read.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from webapp.domain import db
from webapp.domain.chats import messages, requests
from webapp.domain.people import associates
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Conversation, Site, Store

from . import house, results
from .figures import Line, Spread, table

MOST = 20.0  # ms that half of the messages may take while backups are made


def main(arguments: Sequence[str]) -> int:
    """Make the backups, look at each, and print; returns 1 when a message is missing."""
    parser = argparse.ArgumentParser(prog="./dev bench backup", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--backups", type=int, default=20)
    parser.add_argument("--rate", type=float, default=100, help="messages a second")
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--before", type=int, default=20_000, help="messages that are there at the start")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        house.furnish(folder, [], origin="https://shop.example")
        with house.opened(folder):
            associates.add("Alice Martin", "alice@maison.example", "nobody signs in", stores=list(Store.select()))
            writers = Writers(options.writers, options.rate, options.before)
            writers.start()
            made = [_back_up(folder, number, writers) for number in range(options.backups)]
            writers.stop()
        missing = [len(before - _restored(folder, file)) for file, before, _ in made]
    slowest, spread = max(seconds for _, _, seconds in made), Spread.of(writers.took)
    print(table(f"backup: {options.backups} while {options.rate:g} messages a second are sent", [
        Line("messages acknowledged before a backup, and missing in it", str(sum(missing)), "0"),
        Line("messages acknowledged in all", str(len(writers.acknowledged))),
        Line("slowest backup, s", f"{slowest:.2f}"),
        Line("a message meanwhile, p50 / p95 / p99 ms", str(spread), f"p50 ≤ {MOST:g}"),
    ]))  # fmt: skip
    seconds = [seconds for _, _, seconds in made]
    print(results.keep("backup", {"missing": missing, "seconds": seconds, "p50": spread.p50, "p99": spread.p99}))
    return int(sum(missing) > 0 or spread.p50 > MOST)


class Writers:
    """Customers who write, each into a chat of their own, and what they know to be stored."""

    def __init__(self, number: int, rate: float, before: int) -> None:
        self.acknowledged: set[str] = set()
        self.took: list[float] = []
        self._pause = number / rate
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(_chat(),)) for _ in range(number)]
        chat = _chat()
        for each in range(before):
            self._send(chat, f"before {each}")
        self.took.clear()

    def start(self) -> None:
        """Let them write."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let them finish."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _write(self, chat: Conversation) -> None:
        number = 0
        with db.database.connection_context():
            while not self._stopped.wait(self._pause):
                self._send(chat, f"{chat.id} {number}")
                number += 1

    def _send(self, chat: Conversation, body: str) -> None:
        began = time.perf_counter()
        messages.send(chat, body, body.replace(" ", "-"), by=None)
        self.took.append(time.perf_counter() - began)
        self.acknowledged.add(body)


def _chat() -> Conversation:
    request = requests.Request(Given(), "Hello!", "first", "Visitor 1")
    chat, _ = requests.request_chat(Site.get(), None, request)
    requests.route(chat.id)
    return chat


def _back_up(folder: Path, number: int, writers: Writers) -> tuple[Path, set[str], float]:
    """Make one; return it with what was acknowledged before it began, and the seconds that it took."""
    file = folder / f"{number}.rapport"
    before, began = set(writers.acknowledged), time.perf_counter()
    _rapport(folder, "backup", str(file))
    return file, before, time.perf_counter() - began


def _restored(folder: Path, file: Path) -> set[str]:
    """Return what is written in a backup that has been verified and restored elsewhere."""
    _rapport(folder, "backup", "verify", str(file))
    elsewhere = folder / f"{file.stem}-restored"
    _rapport(elsewhere, "restore", str(file))
    with closing(sqlite3.connect(elsewhere / "rapport.db")) as there:
        return {body for (body,) in there.execute("SELECT body FROM message")}


def _rapport(folder: Path, *arguments: str) -> None:
    told = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    command = [sys.executable, "-m", "webapp.cli", *arguments]
    ended = subprocess.run(command, env=told | {"RAPPORT_DATA_DIR": str(folder)}, capture_output=True, text=True)
    if ended.returncode:
        sys.exit(f"{' '.join(arguments)}: {ended.stderr}")
