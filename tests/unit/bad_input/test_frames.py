"""What comes over a socket that should not: it closes that socket, and nobody else's."""

from __future__ import annotations

import pytest

from tests.unit.access.sockets import knock, socket_of
from tests.unit.access.world import World
from tests.unit.live.peer import TEXT, frame

from .corpus import Line, lines


def bytes_of(line: Line, world: World) -> bytes:
    """Build the frame that a line describes."""
    how = dict(line.payload)
    data, opcode = how.pop("data"), how.pop("opcode", TEXT)
    return frame(opcode, data if isinstance(data, bytes) else data.replace("{chat}", world.ids["chat"]).encode(), **how)


@pytest.mark.parametrize("line", lines("frame"), ids=str)
def test_a_frame(world: World, port: int, line: Line) -> None:
    alice, bruno = socket_of(world, port, "alice"), socket_of(world, port, "bruno")
    alice.write(bytes_of(line, world))
    if line.expected == "nothing given":
        assert not world.leaks("nobody", alice.content())
        hers = [c for c in world.app.extensions["hub"].connections() if c.viewer.associate == int(world.ids["alice"])]
        assert not any(connection.topics for connection in hers)
    else:
        assert alice.close_code() == line.expected
    bruno.watch("inbox:waiting")
    assert "inbox-waiting" in bruno.content()
    for peer in (alice, bruno):
        peer.hang_up()


@pytest.mark.parametrize("line", [line for line in lines("frame") if list(line.payload) == ["data"]], ids=str)
def test_the_same_without_a_socket(world: World, line: Line) -> None:
    data = line.payload["data"]
    sent = data if isinstance(data, bytes) else data.replace("{chat}", world.ids["chat"]).encode()
    type = {"Content-Type": "application/json"}
    for actor, path in (("alice", "/live/poll"), ("jane", "/widget/live/poll?key={site}")):
        answer = world.send(actor, "POST", path.format_map(world.ids), sent, headers=type)
        assert answer.status_code in ((200, 204) if line.expected == "nothing given" else (400,))


@pytest.mark.parametrize("line", lines("origin"), ids=str)
def test_where_a_socket_comes_from(world: World, port: int, line: Line) -> None:
    for actor, path in (("alice", "/live"), ("jane", "/widget/live?key={site}")):
        peer = knock(world, port, actor, path.format_map(world.ids), origin=line.payload)
        assert peer.status == 403
        peer.hang_up()


def test_a_flood_of_commands_closes_the_socket_that_sends_it(world: World, port: int) -> None:
    alice, bruno = socket_of(world, port, "alice"), socket_of(world, port, "bruno")
    alice.write(*[frame(TEXT, b'{"watch": {}}')] * 1000)
    assert alice.close_code() == 1008
    bruno.watch("inbox:mine")
    assert "inbox-mine" in bruno.content()
    for peer in (alice, bruno):
        peer.hang_up()
