"""A house to measure: an empty folder, filled through the product's own verbs, and a real server on it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from webapp.domain import db, schema
from webapp.domain.people import sites, stores
from webapp.domain.profiles import creating
from webapp.domain.profiles.contact import Given

KEY = "pk_bench"
_BATCH = 500  # profiles in one transaction


def furnish(folder: Path, people: Iterable[Given], *, origin: str) -> None:
    """Make a store, a site and these profiles in a new database in `folder`."""
    db.open_sqlite(folder / "rapport.db")
    schema.migrate(folder / "migrate.lock")
    with db.database.connection_context():
        stores.add("lyon", "Lyon", "FR", "Europe/Paris")
        sites.add("Bench", [origin], key=KEY)
        batch: list[Given] = []
        for given in people:
            batch.append(given)
            if len(batch) == _BATCH:
                _create(batch)
                batch = []
        _create(batch)
    db.database.close_all()


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


@contextmanager
def serving(folder: Path, port: int) -> Iterator[None]:
    """Serve the folder in a process of its own until the block ends."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    environ |= {"RAPPORT_DATA_DIR": str(folder), "PORT": str(port)}
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "webapp.cli", "serve"], env=environ, stdout=log, stderr=log)
    try:
        while process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                break
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)
