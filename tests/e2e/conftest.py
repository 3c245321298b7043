"""Stories run against the real program, in a process of its own, in real browsers.

Each story has its own server on its own copy of the demo data, so that none sees what another has done.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from .actors import PASSWORD, Associate, Customer
from .network import Network
from .program import Imported, Process, Start
from .talk import Talk

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# The shell draws pages only, and no window round them: a third less work for the same engine.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSERS_OF = pytest.StashKey[list[BrowserContext]]()  # a story
SCREEN = 1500  # characters that are told of a screen
PATIENCE = 20_000  # milliseconds a story waits for what it expects; it takes a tenth of a second unless all are busy

expect.set_options(timeout=PATIENCE)


class Server:
    """The program, serving on a port of its own; it can be restarted in mid-story."""

    def __init__(self, folder: Path, start: Start, *arguments: str) -> None:
        self.folder = folder
        self._start, self._arguments = start, ["serve", *arguments]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: Process | None = None

    @property
    def workspace(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def shop(self) -> str:
        """The shop is on another host than the program, so that its frame is truly third-party."""
        return f"http://localhost:{self.port}/demo/shop"

    @property
    def environ(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("RAPPORT_")}
        return kept | {"RAPPORT_DATA_DIR": str(self.folder), "PORT": str(self.port), "RAPPORT_THREADS": "48"}

    def rapport(self, *arguments: str) -> str:
        """Run a command of the program beside the server; return what it prints."""
        command = [sys.executable, "-m", "webapp.cli", *arguments]
        return subprocess.run(command, env=self.environ, check=True, capture_output=True, text=True).stdout.strip()

    def start(self) -> None:
        self.process = self._start(self._arguments, self.environ, self.folder / "server.log")
        self._wait_until_it_answers()

    def stop(self, how: int = signal.SIGTERM) -> None:
        assert self.process
        with suppress(ProcessLookupError):
            self.process.send_signal(how)
        self.process.wait(timeout=15)

    def _wait_until_it_answers(self) -> None:
        assert self.process
        while self.process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"{self.workspace}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        raise AssertionError((self.folder / "server.log").read_text())


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's database, made once by the program itself; its passwords are checked in no time."""
    folder = tmp_path_factory.mktemp("demo")
    environ = {k: v for k, v in os.environ.items() if not k.startswith("RAPPORT_")} | {"RAPPORT_DATA_DIR": str(folder)}
    subprocess.run([sys.executable, "-m", "webapp.cli", "demo"], env=environ, check=True, capture_output=True)
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with closing(sqlite3.connect(folder / "rapport.db")) as database, database:
        database.execute("UPDATE associate SET password_hash = ?", (cheap,))
    return folder


@pytest.fixture(scope="session")
def imported() -> Iterator[Imported]:
    """The program, imported once for the servers of all stories."""
    program = Imported()
    yield program
    program.close()


@pytest.fixture
def server(demo_folder: Path, tmp_path: Path, imported: Imported) -> Iterator[Server]:
    folder = tmp_path / "data"
    shutil.copytree(demo_folder, folder)
    running = Server(folder, imported.start, "--demo")
    running.start()
    yield running
    running.stop()
    log = (folder / "server.log").read_text()
    assert "Traceback" not in log, log


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def new_context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser of its own for each person; in the end none may have met an error in its console."""
    contexts = request.node.stash[BROWSERS_OF] = list[BrowserContext]()
    complaints: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: _note(message.type, message.text, complaints))

    def open_context(**how: object) -> BrowserContext:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", **how})  # type: ignore[arg-type]
        context.on("page", watch)
        contexts.append(context)
        return context

    yield open_context
    for context in contexts:
        context.close()
    assert not complaints


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A story that failed tells what stood on everybody's screen, in the frames, too."""
    report = yield
    if call.when == "call" and report.failed:
        for page in [page for context in item.stash.get(BROWSERS_OF, []) for page in context.pages]:
            for frame in page.frames:
                with suppress(Error):  # a tab that has crashed tells nothing
                    seen = " | ".join(frame.inner_text("body").split("\n"))
                    report.sections.append((f"On the screen: {frame.url}", seen[:SCREEN]))
    return report


def _note(kind: str, text: str, complaints: list[str]) -> None:
    # While a server restarts or a network is gone, and for answers that refuse.
    expected = (
        "WebSocket connection", "Failed to load resource", "net::ERR_", "htmx:ws:error", "Failed to fetch",
        "htmx:error: timeout",
    )  # fmt: skip
    if kind == "error" and not any(words in text for words in expected):
        complaints.append(text)


@pytest.fixture
def associate(server: Server, new_context: Callable[..., BrowserContext]) -> Callable[..., Associate]:
    """`associate("alice")` signs her in, in a browser of her own."""

    def sign_in(name: str, **how: object) -> Associate:
        someone = Associate(name, new_context(**how).new_page(), server.workspace)
        someone.signs_in()
        return someone

    return sign_in


@pytest.fixture
def customer(server: Server, new_context: Callable[..., BrowserContext]) -> Callable[..., Customer]:
    """`customer()` opens the shop and the chat in a browser of their own."""

    def visit(query: str = "", **how: object) -> Customer:
        someone = Customer(new_context(**how).new_page(), server.shop + query)
        someone.opens_the_chat()
        return someone

    return visit


@pytest.fixture
def networks(server: Server) -> Iterator[Callable[[], Network]]:
    made: list[Network] = []

    def make() -> Network:
        made.append(Network(server.port))
        return made[-1]

    yield make
    for network in made:
        network.close()


@pytest.fixture
def talk(
    networks: Callable[[], Network], associate: Callable[..., Associate], customer: Callable[..., Customer]
) -> Talk:
    hers, janes = networks(), networks()
    alice = associate("alice", proxy={"server": hers.address})
    jane = customer(proxy={"server": janes.address})
    jane.asks("Good morning", name="Jane Doe", email="jane.doe@example.com")
    alice.accepts("Good morning")
    jane.says("My lamp hums")
    expect(alice.line("My lamp hums")).to_be_visible()
    return Talk(alice, jane, hers, janes)


@pytest.fixture
def browser_without_watch(browser: Browser) -> Iterator[BrowserContext]:
    """A browser in which pages are refused on purpose, so that complaints in its console are right."""
    context = browser.new_context()
    yield context
    context.close()
