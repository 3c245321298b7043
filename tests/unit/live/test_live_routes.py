"""Who gets a socket at all, on each server that Rapport runs on; and that a page can still be had."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from .peer import PATIENCE, Peer
from .shop_app import LIMIT, ORIGIN, create_app

WRONG_ORIGINS = {
    "missing": None,
    "empty": "",
    "null": "null",
    "a star": "*",
    "another": "https://evil.example",
    "a longer host": "https://chat.example.com.evil.example",
    "a longer name": "https://evilchat.example.com",
    "a subdomain": "https://a.chat.example.com",
    "the parent": "https://example.com",
    "a sibling": "https://shop.example.com",
    "a dash for a dot": "https://chat-example.com",
    "plain http": "http://chat.example.com",
    "a socket's scheme": "wss://chat.example.com",
    "no scheme": "chat.example.com",
    "no scheme but slashes": "//chat.example.com",
    "the usual port": "https://chat.example.com:443",
    "another port": "https://chat.example.com:8443",
    "an upper case host": "https://CHAT.example.com",
    "an upper case scheme": "HTTPS://chat.example.com",
    "a trailing dot": "https://chat.example.com.",
    "a trailing slash": "https://chat.example.com/",
    "a path": "https://chat.example.com/live",
    "it as a user": "https://chat.example.com@evil.example",
    "a user": "https://evil@chat.example.com",
    "it in a query": "https://evil.example/?https://chat.example.com",
    "two in one": "https://chat.example.com, https://evil.example",
    "two headers": "https://chat.example.com\r\nOrigin: https://evil.example",
    "a letter that looks alike": "https://сhat.example.com".encode().decode("latin-1"),
    "a file": "file:" + "//",
    "an extension": "chrome-extension://chat.example.com",
}


@pytest.fixture(scope="module")
def werkzeug_port() -> Iterator[int]:
    server = make_server("127.0.0.1", 0, create_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join(PATIENCE)
    server.server_close()


@pytest.fixture(scope="module")
def gunicorn_port() -> Iterator[int]:
    with gunicorn() as (port, _):
        yield port


@contextmanager
def gunicorn() -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run the application under gunicorn; who connects before it is up waits in the listener's queue."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        process = start_gunicorn(listener)
    yield port, process
    process.terminate()
    process.wait(PATIENCE)


def start_gunicorn(listener: socket.socket) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{listener.fileno()}"]
    command += ["--worker-class", "gthread", "--threads", str(LIMIT + 2), "--graceful-timeout", "5"]
    command += ["--no-control-socket", "--config", "python:tests.unit.live.shop_app"]
    return subprocess.Popen(
        [*command, "tests.unit.live.shop_app:create_app()"],
        cwd=Path(__file__).parents[3],
        pass_fds=[listener.fileno()],
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture(params=["werkzeug", "gunicorn"])
def port(request: pytest.FixtureRequest) -> int:
    return int(request.getfixturevalue(f"{request.param}_port"))


def page(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE) as response:
        return bytes(response.read())


def alice(port: int) -> Peer:
    """Return Alice's browser once there is room: a thread that ends gives its place back a moment later."""
    for _ in range(1000):
        peer = Peer.connect(port, Origin=ORIGIN, User_Agent="Alice")
        if peer.status == 101:
            return peer
        assert peer.status == 503
        peer.hang_up()
    raise AssertionError("no place became free")


@pytest.mark.parametrize("origin", WRONG_ORIGINS.values(), ids=WRONG_ORIGINS.keys())
def test_a_page_of_somebody_else_gets_no_socket(port: int, origin: str | None) -> None:
    peer = Peer.connect(port, Origin=origin, User_Agent="Mallory")
    assert peer.status == 403
    peer.hang_up()


def test_our_own_page_gets_one_without_compression(port: int) -> None:
    peer = alice(port)
    assert "sec-websocket-extensions" not in peer.headers
    peer.watch("inbox:mine", "inbox:all")
    assert peer.content() == "Alice watches 2"
    peer.hang_up()


def test_a_socket_too_many_is_asked_to_try_later_and_pages_still_answer(port: int) -> None:
    peers = [alice(port) for _ in range(LIMIT)]
    refused = Peer.connect(port, Origin=ORIGIN, User_Agent="Bruno")
    assert refused.status == 503
    assert "retry-after: 5" in refused.headers
    assert page(port) == b"ok"
    for peer in (*peers, refused):
        peer.hang_up()
    alice(port).hang_up()


@pytest.mark.parametrize(
    "odd",
    [
        {"Sec_WebSocket_Version": "12"},
        {"Sec_WebSocket_Version": None},
        {"Sec_WebSocket_Key": None},
        {"Upgrade": None},
        {"Connection": "close"},
    ],
    ids=str,
)
def test_what_is_not_a_handshake_is_a_bad_request(port: int, odd: dict[str, str | None]) -> None:
    peer = Peer.connect(port, Origin=ORIGIN, User_Agent="Alice", **odd)
    assert peer.status == 400
    peer.hang_up()


def test_a_command_that_crashes_closes_with_1011_and_the_server_lives(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    peer = alice(port)
    with caplog.at_level(logging.CRITICAL, "webapp.live.routes"):
        peer.watch("crash:now")
        assert peer.close_code() == 1011
    peer.hang_up()
    assert page(port) == b"ok"


def test_a_browser_that_says_goodbye_frees_its_place(port: int) -> None:
    for _ in range(LIMIT * 3):
        peer = alice(port)
        peer.write(b"\x88\x82\0\0\0\0\x03\xe9")  # 1001, masked
        assert peer.close_code() == 1001
        peer.hang_up()
    assert page(port) == b"ok"


def test_a_restart_tells_every_browser_to_come_back_and_ends_in_time() -> None:
    with gunicorn() as (port, process):
        peers = [alice(port) for _ in range(LIMIT)]
        for peer in peers:
            peer.watch("inbox:mine")
            assert peer.content() == "Alice watches 1"
        process.send_signal(signal.SIGTERM)
        assert [peer.close_code() for peer in peers] == [1012] * LIMIT
        for peer in peers:
            peer.hang_up()
        assert process.wait(PATIENCE) == 0
