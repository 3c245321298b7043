"""A house to measure: an empty folder, filled through the product's own verbs, and a real server on it."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from webapp.domain import db, schema, storage
from webapp.domain.people import sites, stores
from webapp.domain.profiles import creating
from webapp.domain.profiles.contact import Given

from . import processes

KEY = "pk_bench"
_SECRET = secrets.token_urlsafe(48)
_BATCH = 500  # profiles in one transaction


def furnish(folder: Path, people: Iterable[Given], *, origin: str) -> None:
    """Make a store, a site and these profiles in a new database in `folder`."""
    with opened(folder):
        add_shop(origin)
        batch: list[Given] = []
        for given in people:
            batch.append(given)
            if len(batch) == _BATCH:
                _create(batch)
                batch = []
        _create(batch)


@contextmanager
def opened(folder: Path, database: str = "") -> Iterator[None]:
    """Open the database of this address, else the one in the folder, for the block."""
    storage.open_database(database or f"sqlite:///{folder / 'rapport.db'}")
    schema.migrate(folder / "migrate.lock")
    with db.database.connection_context():
        yield
    db.database.close_all()


def add_shop(origin: str) -> None:
    """Make the store, and the site whose pages come from this origin."""
    stores.add("lyon", "Lyon", "FR", "Europe/Paris")
    sites.add("Bench", [origin], key=KEY)


@db.verb
def _create(people: list[Given]) -> None:
    for given in people:
        creating.create(given, region="FR")


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class NotServing(Exception):
    """The server has ended before it answered; says what it said last."""


@contextmanager
def serving(folder: Path, port: int, **settings: str) -> Iterator[int]:
    """Serve the folder as in production until the block ends; gives the process id.

    `settings` are added to the environment.
    """
    environ = {
        "RAPPORT_ENV": "production", "RAPPORT_SECRET_KEY": _SECRET, "RAPPORT_BASE_URL": f"http://127.0.0.1:{port}",
        "RAPPORT_DATA_DIR": str(folder), "RAPPORT_PORT": str(port),
    }  # fmt: skip
    command = [sys.executable, "-m", "webapp.cli", "serve"]
    with running(command, folder, f"http://127.0.0.1:{port}/healthz", environ | settings) as pid:
        yield pid


@contextmanager
def running(
    command: list[str], folder: Path, ready: str, settings: dict[str, str], *, cwd: Path | None = None
) -> Iterator[int]:
    """Run a server in a process of its own until the block ends, which begins when this address answers.

    What it says goes into `server.log` in the folder. It keeps to a core of its own, and whoever measures to another.
    Raises NotServing.
    """
    environ = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=cwd, env=environ | settings, stdout=log, stderr=log)
    processes.pin(process.pid)
    try:
        while process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(ready, timeout=5):
                break
            time.sleep(0.05)
        if process.poll() is not None:
            raise NotServing((folder / "server.log").read_text())
        with processes.as_load():
            yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:  # it has thousands of threads to end
            process.kill()
            process.wait()
