"""`rapport serve` as an operator starts it, in processes of its own, and people at its door."""

from __future__ import annotations

import hashlib
import hmac
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from tests.conftest import SECRET
from tests.unit.live.peer import Peer
from webapp.domain.chats import requests
from webapp.domain.people import sessions
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Associate, Conversation, Site, Visitor

ROOT = Path(__file__).parents[3]
PATIENCE = 30.0  # seconds, for what takes one or two unless the machine is busy


def until(condition: Callable[[], object], within: float = PATIENCE) -> None:
    """Wait until it is so."""
    give_up, pause = time.monotonic() + within, threading.Event()
    while not condition():
        assert time.monotonic() < give_up, "it did not come to be"
        pause.wait(0.02)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str]


class Served:
    """One `rapport serve`; its folder and settings are in `environ`."""

    def __init__(self, environ: dict[str, str], *arguments: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.peers: list[Peer] = []
        outside = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
        self._log = Path(environ["RAPPORT_DATA_DIR"]) / f"served-{self.port}.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "webapp.cli", "serve", *arguments],
                env=outside | environ | {"RAPPORT_PORT": str(self.port), "PYTHONPATH": str(ROOT)},
                stdout=log, stderr=log,
            )  # fmt: skip

    def wait(self) -> None:
        """Wait until it answers."""
        until(lambda: self.process.poll() is not None or self.status("/healthz") == 200)
        assert self.process.poll() is None, self.said()

    def said(self) -> str:
        return self._log.read_text()

    def status(self, path: str) -> int:
        """The status of an answer; 0 while nobody listens."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=PATIENCE) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def workers(self) -> set[int]:
        """The processes that serve."""
        children: set[int] = set()
        for task in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            with suppress(OSError):
                children |= {int(child) for child in task.read_text().split()}
        return children

    def end(self) -> tuple[int, float]:
        """Tell it to end, as an operator does; return its exit code, and after how many seconds."""
        told = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE), time.monotonic() - told

    def kill(self) -> None:
        """End it, and whatever it has started, without asking."""
        for pid in self.workers() | {self.process.pid}:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        for peer in self.peers:
            peer.hang_up()


class Somebody:
    """Who has a cookie and the token that goes with it, and may come to any of the processes."""

    socket_path = "/live"

    def __init__(self, cookie: str, purpose: str) -> None:
        self.cookie = cookie
        self._token = hmac.new(SECRET.encode(), f"csrf:{purpose}".encode(), hashlib.sha256).hexdigest()

    def post(self, at: Served, path: str, **fields: str) -> Answer:
        headers = {"Cookie": self.cookie, "Origin": at.address, "X-CSRF-Token": self._token, "HX-Request": "true"}
        request = urllib.request.Request(at.address + path, urlencode(fields).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return Answer(answer.status, answer.read().decode(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode(), dict(error.headers))

    def come(self, at: Served, *topics: str) -> Peer:
        """Open a socket and watch; what was there before has been read."""
        peer = Peer.connect(
            at.port, path=self.socket_path, Host=f"127.0.0.1:{at.port}", Origin=at.address, Cookie=self.cookie
        )
        at.peers.append(peer)
        peer.sock.settimeout(PATIENCE)
        assert peer.status == 101
        peer.watch(*topics)
        peer.content()
        return peer


class AtWork(Somebody):
    """An associate who has signed in."""

    def __init__(self, associate: Associate) -> None:
        token = sessions.sign_in(associate)
        session = sessions.current(token)
        assert session
        super().__init__(f"rapport={token}", f"session:{session.id}")

    def write(self, at: Served, chat: Conversation, text: str) -> Answer:
        return self.post(at, f"/conversations/{chat.public_id}/messages", body=text, client_id=f"said-{text}"[:40])


class Shopper(Somebody):
    """A customer with a chat; nobody has routed it yet."""

    def __init__(self, site: Site, name: str, email: str) -> None:
        asked = requests.Request(Given(name, email), f"Hello, I am {name}", f"asked-{name}", "Visitor 1")
        self.chat, token = requests.request_chat(site, None, asked)
        self._query = f"?{urlencode({'key': site.key, 'locale': 'en', 'zone': 'UTC'})}"
        self.socket_path = f"/widget/live{self._query}"
        super().__init__(f"rapport_visitor_{site.id}={token}", "widget")

    @property
    def visitor(self) -> Visitor:
        return Visitor.get_by_id(self.chat.visitor_id)

    def write(self, at: Served, text: str) -> Answer:
        path = f"/widget/chats/{self.chat.public_id}/messages{self._query}"
        return self.post(at, path, body=text, client_id=f"said-{text}"[:40])


def hear(peer: Peer, words: str) -> None:
    """Read on until these words come."""
    while words not in peer.content():
        pass
