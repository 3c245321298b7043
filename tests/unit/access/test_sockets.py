"""The access matrix of the sockets: who gets one, and what may be watched on it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import webapp
from tests.unit.live.peer import PATIENCE, Peer
from tests.unit.processes.served import until
from webapp.domain.chats import messages
from webapp.domain.db import database
from webapp.domain.tables import Associate, Conversation
from webapp.live import connection
from webapp.live.connection import HERE, Typing, Watch

from .sockets import SOCKET_OF, knock, socket_of
from .table import ACTORS, Row, row
from .world import World

# `open`, or refused before the handshake is accepted.
HANDSHAKES = (
    #                                       nobody jane zoe   alice bruno nadia charlie dana
    row("GET", "/live", "",                 "403  403  403    open open open open open"),
    row("GET", "/widget/live", "",          "403  open open   403  403  403  403  403", query="key={site}"),
    row("GET", "/widget/live", "",          "403  403  403    403  403  403  403  403", query="key={missing}"),
)  # fmt: skip

# Each on the socket that this actor gets: `given`, or `-` for what is not theirs, and is as if it did not exist.
TOPICS = (
    #                                       nobody jane zoe   alice bruno nadia charlie dana
    row("WATCH", "inbox:<name>", "=waiting",      "- - -      given given given given given"),
    row("WATCH", "inbox:<name>", "=mine",         "- - -      given given given given given"),
    row("WATCH", "inbox:<name>", "=all",          "- - -      given given given given given"),
    row("WATCH", "inbox:<name>", "=missing",      "- - -      - - - - -"),
    row("WATCH", "waiting:<name>", "=all",        "- - -      given given given given given"),
    row("WATCH", "waiting:<name>", "=lyon",       "- - -      - - - - -"),
    row("WATCH", "conversation:<id>", "chat",     "- - -      given - given - -"),
    row("WATCH", "conversation:<id>", "linked",   "- - -      given - given - -"),
    row("WATCH", "conversation:<id>", "waiting",  "- - -      given given given - -"),
    row("WATCH", "conversation:<id>", "london",   "- - -      - - - given given"),
    row("WATCH", "conversation:<id>", "missing",  "- - -      - - - - -"),
    row("WATCH", "context:<id>", "chat",          "- - -      given - given - -"),
    row("WATCH", "context:<id>", "linked",        "- - -      given - given - -"),
    row("WATCH", "context:<id>", "waiting",       "- - -      given given given - -"),
    row("WATCH", "context:<id>", "missing",       "- - -      - - - - -"),
    row("WATCH", "profile:<id>", "profile",       "- - -      given given given given given"),
    row("WATCH", "profile:<id>", "withdrawn",     "- - -      - - - - -"),
    row("WATCH", "profile:<id>", "none",          "- - -      - - - - -"),
    row("WATCH", "transcript:<id>", "linked",     "- - -      given given given given given"),
    row("WATCH", "transcript:<id>", "chat",       "- - -      given - given - -"),
    row("WATCH", "transcript:<id>", "missing",    "- - -      - - - - -"),
    row("WATCH", "chat:<id>", "chat",             "- given -  - - - - -"),
    row("WATCH", "chat:<id>", "waiting",          "- - given  - - - - -"),
    row("WATCH", "chat:<id>", "linked",           "- - -      - - - - -"),
    row("WATCH", "chat:<id>", "missing",          "- - -      - - - - -"),
)  # fmt: skip

# Each watches all that is theirs, and says that they type there: `told`, who reads it, or `-`: nobody hears anything.
TYPING = (
    #                                       nobody jane zoe   alice bruno nadia charlie dana
    row("TYPE", "chat:<id>", "chat",             "- staff -  - - - - -"),
    row("TYPE", "chat:<id>", "waiting",          "- - staff  - - - - -"),
    row("TYPE", "chat:<id>", "linked",           "- - -      - - - - -"),
    row("TYPE", "chat:<id>", "missing",          "- - -      - - - - -"),
    row("TYPE", "conversation:<id>", "chat",     "- - -      customer - - - -"),
    row("TYPE", "conversation:<id>", "linked",   "- - -      - - - - -"),
    row("TYPE", "conversation:<id>", "waiting",  "- - -      - - - - -"),
    row("TYPE", "conversation:<id>", "missing",  "- - -      - - - - -"),
    row("TYPE", "context:<id>", "chat",          "- - -      - - - - -"),
    row("TYPE", "inbox:<name>", "=all",          "- - -      - - - - -"),
)  # fmt: skip
READERS = {"staff": "conversation", "customer": "chat", "-": ""}


def test_every_socket_and_every_topic_has_a_row(world: World) -> None:
    sockets = {rule.rule for rule in world.app.url_map.iter_rules() if rule.websocket or rule.endpoint in (
        "_serve_workspace", "_serve_widget")}  # fmt: skip
    assert sockets == {row.rule for row in HANDSHAKES}
    home = Path(webapp.__file__).parent
    drawn = "".join(path.read_text() for path in home.glob("partials/**/*.html"))
    told = (home / "live" / "pushes.py").read_text()
    kinds = set(re.findall(r'data-watch="(\w+):', drawn)) | set(re.findall(r'f"(\w+):\{', told))
    assert kinds == {row.rule.partition(":")[0] for row in TOPICS}


def test_there_is_no_other_command() -> None:
    # With a third command this asks for rows of its own.
    assert set(get_args(get_type_hints(connection.parse_command)["return"])) == {Watch, Typing}


@pytest.mark.parametrize("row", HANDSHAKES, ids=str)
def test_who_gets_a_socket(world: World, port: int, row: Row) -> None:
    found = {}
    for actor in ACTORS:
        peer = knock(world, port, actor, row.path(world.ids))
        found[actor] = "open" if peer.status == 101 else str(peer.status)
        peer.hang_up()
        stranger = knock(world, port, actor, row.path(world.ids), origin="http://evil.example")
        assert stranger.status == 403, actor
        stranger.hang_up()
    assert found == row.expected


@pytest.mark.parametrize("actor", SOCKET_OF)
def test_who_may_watch_what(world: World, port: int, actor: str) -> None:
    peer, found = socket_of(world, port, actor), {}
    for line in TOPICS:
        peer.watch(topic := line.path(world.ids))
        assert not world.leaks(actor, peer.content(), topic), line
        found[str(line)] = "given" if world.app.extensions["hub"].subscribers(topic) else "-"
    peer.hang_up()
    assert found == {str(line): line.expected[actor] for line in TOPICS}


@pytest.mark.parametrize("actor", SOCKET_OF)
def test_who_may_ask_for_what_without_a_socket(world: World, actor: str) -> None:
    path = SOCKET_OF[actor].replace("/live", "/live/poll").format_map(world.ids)
    for line in TOPICS:
        topic = line.path(world.ids)
        answer = world.send(actor, "POST", path, json.dumps({"watch": {topic: {}}}).encode())
        assert answer.status_code in (200, 204), line
        assert not world.leaks(actor, answer.text, topic), line
        if line.expected[actor] == "given" and not topic.startswith("transcript:"):
            assert f'data-watch="{topic}"' in answer.text
        else:
            assert "data-watch=" not in answer.text


def test_nobody_hears_what_is_not_theirs(world: World, port: int) -> None:
    """Everybody asks for everything, and then everything happens."""
    peers = {actor: socket_of(world, port, actor) for actor in SOCKET_OF}
    topics = {line.path(world.ids): {} for line in TOPICS}
    for peer in peers.values():
        peer.say(json.dumps({"watch": topics}))
        peer.content()
    for name in ("chat", "linked", "waiting", "london"):
        conversation = Conversation.get(Conversation.public_id == world.ids[name])
        by = Associate.get_or_none(Associate.id == conversation.associate_id)
        messages.send(conversation, f"Something new for {name}", f"new-{name}", by=by)
    assert world.app.extensions["hub"].wait_idle(PATIENCE)
    heard = {actor: [] for actor in peers}
    for actor, peer in peers.items():
        peer.watch()  # its answer comes after all that
        while (content := peer.content()) != "<!-- up to date -->":
            heard[actor].append(content)
        peer.hang_up()
    for actor, contents in heard.items():
        assert contents, f"{actor} heard nothing at all"
        assert not world.leaks(actor, "".join(contents)), actor
    world.restore()
    assert database.execute_sql("SELECT count(*) FROM message WHERE body LIKE 'Something new%'").fetchone() == (0,)


@pytest.mark.parametrize("line", TYPING, ids=str)
def test_who_may_say_that_they_type_and_who_is_told(world: World, port: int, line: Row) -> None:
    """Nobody else hears of it, and neither does whoever says it."""
    everything = json.dumps({"watch": {other.path(world.ids): {} for other in TOPICS}})
    listeners = {actor: socket_of(world, port, actor) for actor in SOCKET_OF}
    for listener in listeners.values():
        listener.say(everything)
        listener.content()
    topic = line.path(world.ids)
    for actor in SOCKET_OF:
        typist = socket_of(world, port, actor)
        typist.say(everything)
        typist.content()
        typist.say(json.dumps({"typing": topic}))
        heard_by_herself = _until_here(typist) + _heard(typist, world)
        typist.hang_up()
        kind = READERS[line.expected[actor]]
        told = f"{kind}:{topic.partition(':')[2]}"
        readers = {name for name in SOCKET_OF if kind and _may_watch(name, told, world)}
        heard = {name: _heard(listener, world) for name, listener in listeners.items()}
        assert {name for name, contents in heard.items() if contents} == readers, actor
        assert not any(world.leaks(name, "".join(contents), topic) for name, contents in heard.items())
        assert bool(heard_by_herself) == (actor in readers)
    for listener in listeners.values():
        listener.hang_up()


def test_what_nobody_watches_nobody_types_in(world: World, port: int) -> None:
    jane, alice = socket_of(world, port, "jane"), socket_of(world, port, "alice")
    alice.watch(f"conversation:{world.ids['chat']}")
    alice.content()
    jane.say(json.dumps({"typing": f"chat:{world.ids['chat']}"}))
    assert _until_here(jane) + _heard(alice, world) == []
    for peer in (jane, alice):
        peer.hang_up()


def _may_watch(actor: str, topic: str, world: World) -> bool:
    return any(line.expected[actor] == "given" for line in TOPICS if line.path(world.ids) == topic)


def _heard(listener: Peer, world: World) -> list[str]:
    """What has come of typing until now: all that was queued is being written, and the answer comes after it."""
    until(lambda: not any(connection.queued()[0] for connection in world.app.extensions["hub"].connections()))
    return _until_here(listener)


def _until_here(peer: Peer) -> list[str]:
    peer.say(HERE)
    return [text for text in iter(peer.text, HERE) if "chat-typing" in text]
