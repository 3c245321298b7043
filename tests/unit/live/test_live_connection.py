"""One browser's commands, and the queue of what it is told."""

from __future__ import annotations

import json
import threading

import pytest

from webapp.live.bucket import TokenBucket
from webapp.live.connection import HERE, Connection, Typing, Watch, parse_command
from webapp.live.hub import Hub
from webapp.live.writer import encode_text

from .peer import PATIENCE, PING, PONG, Pair, Visit, frame

HUB = Hub(lambda events: [])


def test_what_the_document_shows_is_watched_from_where_it_stands() -> None:
    text = json.dumps({"watch": {"conversation:a_B-9": {"after": 7, "after_staff": 2}, "inbox:mine": {}}})
    assert parse_command(text) == Watch({"conversation:a_B-9": {"after": 7, "after_staff": 2}, "inbox:mine": {}})


def test_that_somebody_types_is_said_with_the_topic_alone() -> None:
    assert parse_command('{"typing": "chat:a_B-9"}') == Typing("chat:a_B-9")


def test_fifty_topics_and_names_of_a_hundred_characters_are_allowed() -> None:
    assert parse_command(json.dumps({"watch": {"p:" + "x" * 98: {"after": 2**31}}}))
    assert len(parse_command(json.dumps({"watch": {f"profile:{n}": {} for n in range(50)}})).topics) == 50


NONSENSE = {
    "nothing": "",
    "no JSON": "watch inbox:mine",
    "a list": '[{"watch": {}}]',
    "a number": "1",
    "null": "null",
    "no command": "{}",
    "an unknown command": '{"publish": {"inbox:mine": {}}}',
    "a second command": '{"watch": {}, "publish": {}}',
    "topics in a list": '{"watch": ["inbox:mine"]}',
    "no topics": '{"watch": null}',
    "no cursor": '{"watch": {"inbox:mine": null}}',
    "a cursor in a list": '{"watch": {"inbox:mine": [7]}}',
    "an unknown cursor": '{"watch": {"inbox:mine": {"before": 7}}}',
    "a cursor in words": '{"watch": {"inbox:mine": {"after": "7"}}}',
    "true": '{"watch": {"inbox:mine": {"after": true}}}',
    "a fraction": '{"watch": {"inbox:mine": {"after": 7.0}}}',
    "not a number": '{"watch": {"inbox:mine": {"after": NaN}}}',
    "a negative cursor": '{"watch": {"inbox:mine": {"after": -1}}}',
    "a cursor past 2^31": '{"watch": {"inbox:mine": {"after": 2147483649}}}',
    "a number of 5,000 digits": '{"watch": {"inbox:mine": {"after": ' + "9" * 5000 + "}}}",
    "a topic without a key": '{"watch": {"inbox:": {}}}',
    "a topic without a kind": '{"watch": {":mine": {}}}',
    "a topic with a line end": '{"watch": {"inbox:mine\\n": {}}}',
    "a topic with a surrogate": '{"watch": {"inbox:\\ud800": {}}}',
    "a topic in Greek": '{"watch": {"inbox:μ": {}}}',
    "a long topic": json.dumps({"watch": {"p:" + "x" * 99: {}}}),
    "fifty-one topics": json.dumps({"watch": {f"profile:{n}": {} for n in range(51)}}),
    "typing, and what": '{"typing": {"chat:1": "Hel"}}',
    "typing, and more": '{"typing": "chat:1", "text": "Hel"}',
    "typing in two places": '{"typing": ["chat:1", "chat:2"]}',
    "typing nowhere": '{"typing": ""}',
    "a deep well": "[" * 60_000,
    "a deep command": '{"watch": {"inbox:mine": ' + '{"after": ' * 5000 + "1" + "}" * 5002,
}


@pytest.mark.parametrize("text", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_ends_the_connection_before_anything_is_done(visit: Visit, text: str) -> None:
    obeyed: list[Watch] = []
    _, peer = visit(HUB, "Jane", lambda _connection, command: obeyed.append(command))
    peer.say(text)
    assert peer.close_code() == 1008
    assert not obeyed


def test_a_flood_of_commands_ends_the_connection(visit: Visit) -> None:
    _, peer = visit(HUB, "Jane")
    for _ in range(200):
        try:
            peer.watch("inbox:mine")
        except (BrokenPipeError, ConnectionResetError):
            break
    assert peer.close_code() == 1008


def test_thirty_commands_at_once_and_ten_a_second_are_allowed() -> None:
    now = 100.0
    bucket = TokenBucket(rate=10, burst=30, clock=lambda: now)
    assert [bucket.take() for _ in range(31)] == [True] * 30 + [False]
    now += 1
    assert [bucket.take() for _ in range(11)] == [True] * 10 + [False]
    now += 3600
    assert sum(bucket.take() for _ in range(100)) == 30


def test_what_is_sent_arrives_in_order_however_it_was_framed(visit: Visit) -> None:
    connection, peer = visit(HUB, "Alice")
    for number in range(100):
        connection.send(f"{number}" if number % 2 else encode_text(f"{number}"))
    assert [peer.text() for _ in range(100)] == [str(number) for number in range(100)]


def test_frames_that_no_buffer_takes_at_once_arrive_whole_and_in_order(visit: Visit) -> None:
    connection, peer = visit(HUB, "Alice", buffer=4 * 1024)
    told = [f"{number} " + "x" * size for number, size in enumerate([60_000, 5, 100_000, 5, 5, 200_000, 5])]
    for text in told:
        connection.send(text)
        peer.write(frame(PING, text[:3].encode()))
    heard, pongs = [], []
    while len(heard) < len(told) or len(pongs) < len(told):
        opcode, payload = peer.read()
        (pongs if opcode == PONG else heard).append(payload.decode())
    assert (heard, pongs) == (told, [text[:3] for text in told])


def test_what_is_pushed_while_the_backlog_is_read_follows_it(visit: Visit) -> None:
    def catch_up(connection: Connection, _command: Watch) -> None:
        connection.send("message 3, just in")
        connection.write("message 1")
        connection.send("message 4, just in")
        connection.write("message 2")

    _, peer = visit(HUB, "Alice", catch_up)
    peer.watch("conversation:1")
    assert [peer.text() for _ in range(4)] == [
        "message 1",
        "message 2",
        "message 3, just in",
        "message 4, just in",
    ]


@pytest.mark.parametrize(("frames", "size"), [(256, 10), (16, 64 * 1024 - 4)])
def test_a_full_queue_is_still_delivered_and_one_frame_more_ends_it(pair: Pair, frames: int, size: int) -> None:
    live_socket, peer = pair()
    connection = Connection(live_socket, "Alice")
    for _ in range(frames):
        connection.send("x" * size)
    runner = threading.Thread(target=connection.run, args=(lambda _command: None,))
    runner.start()
    assert [len(peer.text()) for _ in range(frames)] == [size] * frames
    connection.close(4401, "signed out")
    runner.join(PATIENCE)

    live_socket, peer = pair()
    connection = Connection(live_socket, "Alice")
    for _ in range(frames + 1):
        assert live_socket.connected
        connection.send("x" * size)
    assert not live_socket.connected
    connection.run(lambda _command: None)  # returns at once
    threading.Thread(target=live_socket.finish).start()
    assert peer.close_code() == 1013


def test_a_command_that_fails_for_lack_of_a_socket_ends_quietly(visit: Visit) -> None:
    def catch_up(connection: Connection, _command: Watch) -> None:
        connection.close(4403, "not yours any more")
        connection.write("the backlog")

    _, peer = visit(HUB, "Bruno", catch_up)
    peer.watch("conversation:1")
    assert peer.close_code() == 4403


def test_who_asks_whether_anybody_is_there_is_answered_and_watches_what_she_watched(visit: Visit) -> None:
    connection, peer = visit(HUB, "Alice")
    peer.watch("inbox:mine")
    assert peer.content() == "watching"
    topics = dict(connection.topics)
    peer.say(HERE)
    assert peer.text() == HERE
    assert connection.topics == topics


def test_asking_too_often_is_a_flood_like_any_other(visit: Visit) -> None:
    _, peer = visit(HUB, "Mallory")
    peer.write(*[frame(1, HERE.encode())] * 60)
    assert peer.close_code() == 1008


def test_a_command_in_pieces_with_a_ping_between_them_is_obeyed(visit: Visit) -> None:
    _, peer = visit(HUB, "Alice")
    text = json.dumps({"watch": {"inbox:mine": {}}}).encode()
    peer.write(frame(1, text[:9], fin=False), frame(9, b"?"), frame(0, text[9:]))
    assert peer.content() == "watching"
