"""One socket and its peer: whole frames out, nothing harmful in, and a goodbye with a reason."""

from __future__ import annotations

import hashlib
import random
import socket
import struct
import threading
import time
from contextlib import suppress

import pytest

from webapp.live.ear import ear
from webapp.live.socket import ConnectionClosed, LiveSocket
from webapp.live.writer import encode_text

from .peer import BINARY, CLOSE, PATIENCE, PING, PONG, TEXT, Pair, frame, letters

KIB = 1024


def next_message(live_socket: LiveSocket) -> str:
    while (text := live_socket.unread()) is None:
        live_socket.wait()
    return text


def test_a_browser_that_offers_compression_is_not_given_it(pair: Pair) -> None:
    _, peer = pair()
    assert peer.status == 101
    assert "sec-websocket-extensions" not in peer.headers


def test_a_browser_and_alice_exchange_words_of_any_language(pair: Pair) -> None:
    live_socket, peer = pair()
    peer.say("Bonjour, ça va ?", "你好 👋")
    assert [next_message(live_socket), next_message(live_socket)] == ["Bonjour, ça va ?", "你好 👋"]
    live_socket.send("Très bien")
    assert peer.text() == "Très bien"


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_a_frame_of_every_length_is_read_as_it_was_written(pair: Pair, size: int) -> None:
    live_socket, peer = pair()
    live_socket.send_frame(encode_text("x" * size))
    assert peer.read() == (TEXT, b"x" * size)


def test_a_message_of_64_kib_is_read_and_one_byte_more_is_too_big(pair: Pair) -> None:
    live_socket, peer = pair()
    peer.say("é" * 32 * KIB)
    assert next_message(live_socket) == "é" * 32 * KIB
    peer.say("é" * 32 * KIB + "!")
    assert peer.close_code() == 1009


def test_a_message_in_many_frames_is_not_allowed_to_be_bigger(pair: Pair) -> None:
    _, peer = pair()
    peer.write(frame(TEXT, b"x" * 32 * KIB, fin=False), frame(0, b"x" * 32 * KIB, fin=False), frame(0, b"x"))
    assert peer.close_code() == 1009


def test_sixty_four_unread_messages_wait_and_the_next_ends_it(pair: Pair) -> None:
    live_socket, peer = pair()
    peer.say(*(str(number) for number in range(64)))
    peer.write(frame(PING, b"read so far"))
    assert peer.read() == (PONG, b"read so far")
    assert live_socket.connected
    peer.say("one too many")
    assert peer.close_code() == 1008


BAD_FRAMES = {
    "binary": (frame(BINARY, b"\x00\x01"), 1003),
    "not UTF-8": (frame(TEXT, b"\xff\xfe"), 1007),
    "UTF-8 cut short": (frame(TEXT, "é".encode()[:1]), 1007),
    "a surrogate": (frame(TEXT, b"\xed\xa0\x80"), 1007),
    "unmasked": (frame(TEXT, b"hello", mask=False), 1002),
    "a reserved opcode": (frame(3, b"x"), 1002),
    "a reserved control opcode": (frame(11, b"x"), 1002),
    "a compressed frame": (frame(TEXT, b"x", rsv=4), 1002),
    "other reserved bits": (frame(TEXT, b"x", rsv=1), 1002),
    "a long ping": (frame(PING, b"x" * 126), 1002),
    "a ping in pieces": (frame(PING, b"x", fin=False), 1002),
    "a continuation of nothing": (frame(0, b"x"), 1002),
    "a message in a message": (frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), 1002),
    "close code 999": (frame(CLOSE, struct.pack("!H", 999)), 1002),
    "close code 1006": (frame(CLOSE, struct.pack("!H", 1006)), 1002),
    "half a close code": (frame(CLOSE, b"\x03"), 1002),
    "a close reason that is not UTF-8": (frame(CLOSE, struct.pack("!H", 1000) + b"\xff"), 1007),
    "a ping flood": (frame(PING, b"") * 101, 1008),
    "a message in 1-byte pieces": (frame(TEXT, b"x", fin=False) + frame(0, b"x", fin=False) * 65535, 1008),
    "a message in empty pieces": (frame(TEXT, b"", fin=False) + frame(0, b"", fin=False) * 200, 1008),
}


@pytest.mark.parametrize(("data", "code"), BAD_FRAMES.values(), ids=BAD_FRAMES.keys())
def test_what_no_browser_sends_is_answered_with_a_close(pair: Pair, data: bytes, code: int) -> None:
    _, peer = pair()
    with suppress(BrokenPipeError, ConnectionResetError):  # it may hang up before it has heard everything
        peer.write(data)
    assert peer.close_code() == code


def test_garbage_ends_its_own_socket_and_nothing_else(pair: Pair) -> None:
    dice = random.Random(7)
    for _ in range(200):
        live_socket, peer = pair(close_timeout=0.01)
        good = [frame(opcode, dice.randbytes(dice.choice([0, 2, 125]))) for opcode in (TEXT, PING, PONG, CLOSE)]
        garbage = bytearray(b"".join(dice.choices(good, k=5)))
        for _ in range(dice.randrange(8)):
            garbage[dice.randrange(len(garbage))] = dice.randrange(256)
        with suppress(BrokenPipeError):
            peer.write(bytes(garbage))
        peer.hang_up()
        assert live_socket._over.wait(PATIENCE)
        assert not live_socket.connected


def test_a_browser_that_half_closes_is_not_told_to_stay_away(pair: Pair) -> None:
    live_socket, peer = pair()
    peer.sock.shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionClosed):
        next_message(live_socket)
    live_socket.finish()
    with pytest.raises(EOFError):
        peer.read()


def test_a_frame_that_promises_exabytes_is_closed_once_it_passes_64_kib(pair: Pair) -> None:
    _, peer = pair()
    peer.write(struct.pack("!BBQ4s", 0x81, 0x80 | 127, 2**62, b"\0\0\0\0"), b"x" * (64 * KIB + 1))
    assert peer.close_code() == 1009


def test_ten_megabytes_arrive_whole_through_a_small_buffer(pair: Pair) -> None:
    live_socket, peer = pair(buffer=4 * KIB)
    text = letters(10_000_000)
    sender = threading.Thread(target=live_socket.send, args=(text,))
    sender.start()
    assert hashlib.sha256(peer.text().encode()).digest() == hashlib.sha256(text.encode()).digest()
    sender.join(PATIENCE)


def test_many_senders_and_pings_never_tear_a_frame(pair: Pair) -> None:
    live_socket, peer = pair(buffer=4 * KIB, ping_interval=0.005)
    told = {f"sender {number}": [f"sender {number} {letters(40 * KIB)}" for _ in range(15)] for number in range(6)}
    senders = [
        threading.Thread(target=lambda texts=texts: [live_socket.send(text) for text in texts])
        for texts in told.values()
    ]
    for sender in senders:
        sender.start()
    for number in range(50):
        peer.write(frame(PING, str(number).encode()))
    heard: dict[str, list[str]] = {name: [] for name in told}
    pongs: list[int] = []
    while len(pongs) < 50 or sum(map(len, heard.values())) < 90:
        opcode, payload = peer.read()
        if opcode == PING:
            peer.write(frame(PONG, payload))
        elif opcode == PONG:
            pongs.append(int(payload))
        else:
            heard[payload.decode().rpartition(" ")[0]].append(payload.decode())
    assert heard == told
    assert pongs == list(range(50))
    for sender in senders:
        sender.join(PATIENCE)


def test_unless_told_otherwise_a_silent_peer_is_gone_within_45_seconds(pair: Pair) -> None:
    live_socket, _ = pair()
    assert (live_socket.ping_interval, live_socket.pong_timeout, live_socket.send_timeout) == (25, 20, 20)


def test_a_peer_that_answers_pings_stays(pair: Pair) -> None:
    live_socket, peer = pair(ping_interval=0.01)
    for _ in range(5):
        opcode, payload = peer.read()
        assert opcode == PING
        peer.write(frame(PONG, payload))
    assert live_socket.connected


def test_a_peer_that_does_not_answer_a_ping_is_dropped_and_may_come_back(pair: Pair) -> None:
    _, peer = pair(ping_interval=0.01, pong_timeout=0.02)
    assert peer.read() == (PING, b"")
    assert peer.close_code() == 1013


def test_a_peer_that_talks_but_does_not_answer_pings_is_dropped_too(pair: Pair) -> None:
    live_socket, peer = pair(ping_interval=0.01, pong_timeout=0.05)

    def talk() -> None:
        while True:
            peer.say("still here")
            next_message(live_socket)

    with pytest.raises(ConnectionClosed):
        talk()
    assert peer.close_code() == 1013


def test_a_peer_that_does_not_read_is_dropped_and_its_threads_return(pair: Pair) -> None:
    live_socket, peer = pair(buffer=4 * KIB, send_timeout=0.05, close_timeout=0.05)
    with pytest.raises(ConnectionClosed) as closed:
        live_socket.send("x" * 1_000_000)
    assert closed.value.reason == 1013
    live_socket.finish()
    assert live_socket not in ear._next
    with pytest.raises((EOFError, AssertionError)):
        peer.text()


def test_closing_does_not_wait_for_a_writer_that_is_stuck(pair: Pair) -> None:
    live_socket, peer = pair(buffer=4 * KIB, send_timeout=3600, close_timeout=0.05)
    outcome: list[int] = []

    def write() -> None:
        try:
            live_socket.send("x" * 1_000_000)
        except ConnectionClosed as closed:
            outcome.append(closed.reason)

    writer = threading.Thread(target=write)
    writer.start()
    assert peer.sock.recv(10)  # it is writing
    started = time.monotonic()
    live_socket.close(4401, "signed out")
    assert time.monotonic() - started < PATIENCE / 2  # it does not wait for who reads nothing
    writer.join(PATIENCE)
    assert outcome == [4401]


def test_the_first_reason_to_close_is_the_one_that_is_given(pair: Pair) -> None:
    live_socket, peer = pair()
    live_socket.close(4401, "signed out")
    live_socket.close(1012, "restarting")
    peer.say("not heard any more")
    threading.Thread(target=live_socket.finish).start()
    assert peer.close_code() == 4401
    with pytest.raises(ConnectionClosed):
        live_socket.send("nor said")


def test_a_goodbye_that_is_answered_is_not_waited_for_any_longer(pair: Pair) -> None:
    live_socket, peer = pair(close_timeout=3600)
    live_socket.close(1012, "restarting")
    handler = threading.Thread(target=live_socket.finish)
    handler.start()
    assert peer.close_code() == 1012  # and its own end stays open
    handler.join(PATIENCE)
    assert not handler.is_alive()


def test_a_handler_that_forgets_to_close_does_not_tell_the_browser_to_stay_away(pair: Pair) -> None:
    live_socket, peer = pair()
    threading.Thread(target=live_socket.finish).start()
    assert peer.close_code() == 1011


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
def test_a_browser_that_says_goodbye_is_answered(pair: Pair, code: int) -> None:
    live_socket, peer = pair()
    peer.write(frame(PING, b"?"), frame(CLOSE, struct.pack("!H", code)))
    assert peer.close_code() == code
    with pytest.raises(ConnectionClosed):
        next_message(live_socket)


def test_a_browser_that_vanishes_is_noticed(pair: Pair) -> None:
    live_socket, peer = pair()
    peer.hang_up()
    with pytest.raises(ConnectionClosed) as closed:
        next_message(live_socket)
    assert closed.value.reason == 1006
