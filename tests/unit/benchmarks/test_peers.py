"""What stands beside the peers: their locks, what is sent to them, and the table."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from benchmarks.messages import Load, Run
from benchmarks.peers.designs import HERE
from benchmarks.peers.speaking import Channels, Form, Person, SocketIo
from benchmarks.peers.telling import Found, grid, ratios

JANE = Person("session=jane", "her-token", socket="her socket")  # type: ignore[arg-type]


def ran(rate: int) -> Run:
    return Run(Load(rate=100), answer=[0.001] * rate, own=[0.002] * rate, seconds=1, server=0.5, inbox_frames=20 * rate)


def test_the_packages_of_peers_are_locked_with_hashes_and_no_address() -> None:
    lock = (HERE / "requirements.lock").read_text()
    pinned = re.findall(r"^([a-z0-9-]+)==\S+ \\\n    --hash=sha256:", lock, re.MULTILINE)
    wanted = re.findall(r"^[a-z0-9-]+", (HERE / "requirements.in").read_text(), re.MULTILINE)
    assert set(wanted) <= set(pinned)
    assert len(pinned) == len(re.findall(r"^[a-z]", lock, re.MULTILINE))
    packages = json.loads((HERE / "socketio_chat" / "package-lock.json").read_text())["packages"]
    assert all("integrity" in package and "resolved" not in package for name, package in packages.items() if name)


@pytest.mark.parametrize("name", ["message", "row"])
def test_all_peers_draw_the_same_markup(name: str) -> None:
    jinja = (HERE / "templates" / f"{name}.html").read_text()
    ejs = (HERE / "socketio_chat" / "views" / f"{name}.ejs").read_text()
    assert re.sub(r"{%.*?%}|{{.*?}}", "", jinja) == re.sub(r"<%.*?%>", "", ejs)
    assert re.findall(r"{{ (\S+) }}", jinja) == re.findall(r"<%= (\S+) %>", ejs)


def test_jane_writes_by_form_with_her_session_and_token() -> None:
    head, _, body = Form(5000).message(JANE, 7, "m1", "Blue & green").partition(b"\r\n\r\n")
    assert head.startswith(b"POST /chats/7/messages HTTP/1.1\r\n")
    assert b"\r\nCookie: session=jane\r\n" in head
    assert b"\r\nX-CSRF-Token: her-token\r\n" in head
    assert parse_qs(body.decode()) == {"body": ["Blue & green"], "client_id": ["m1"]}


def test_jane_writes_on_her_socket_where_the_peer_takes_it_there() -> None:
    socket, text = Channels(5000).message(JANE, 7, "m1", "Blue?")
    assert (socket, json.loads(text)) == (JANE.socket, {"chat": 7, "client_id": "m1", "body": "Blue?"})
    peer = SocketIo(5000)
    assert peer.message(JANE, 7, "m1", "Blue?")[1] == '421["message", 7, "Blue?", "m1"]'
    assert peer.message(JANE, 7, "m2", "Green?")[1].startswith('422["message"'), "each is acknowledged by its number"


def test_the_table_says_how_many_times_as_many_and_what_has_to_be() -> None:
    ours = Found("Rapport", "POST", False, ran(100), ran(1200), ran(1100))
    flask = Found("Flask + Peewee", "POST", True, ran(100), ran(300), ran(100))
    shared = replace(flask, name="socket.io, commits shared", commits_each=False)
    lines = grid([ours, flask, shared], 5).splitlines()
    assert lines[3].split() == "Flask + Peewee POST 300 2.0 / 2.0 / 2.0 50% 0% 1.67 0% 20.0 0 100".split()
    told = re.sub(" +", " ", ratios([ours, flask, shared], 5))
    assert "× Flask + Peewee 4.0 ≥ 3\n" in told
    assert "× Flask + Peewee, 5 ms added 11.0 ≥ 6\n" in told
    assert told.endswith("× socket.io, commits shared, 5 ms added 11.0")
