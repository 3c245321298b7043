"""The load generator reads frames as the server writes them, and answers however they arrive."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks import wire
from benchmarks.messages import ID
from webapp.live.push import envelope
from webapp.live.writer import encode_text

LINE = '<li data-seq="2" data-client-id="m7">Bonjour Zoé</li>'


@pytest.mark.parametrize("size", [0, 5, 125, 126, 65_535, 65_536])
def test_a_text_of_any_size_comes_out_as_it_went_in(size: int) -> None:
    frame = encode_text("x" * size)
    assert wire.frames(frame) == [(1, True, b"x" * size, len(frame))]


def test_several_frames_come_apart_and_half_a_one_waits() -> None:
    first, second = encode_text("Jane"), encode_text("John" * 50)
    found = wire.frames(first + second + second[:30])
    assert [payload for _, _, payload, _ in found] == [b"Jane", b"John" * 50]
    assert found[-1][3] == len(first + second)
    assert wire.frames(first[:1]) == wire.frames(second[:3]) == wire.frames(b"") == []


def test_a_pushed_line_is_known_by_its_message() -> None:
    (_, _, payload, _) = wire.frames(envelope(LINE))[0]
    assert ID.findall(payload) == [b"m7"]


def test_an_answer_is_whole_when_its_body_is() -> None:
    sent = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: a=b; Path=/\r\n\r\nhello"

    async def ask() -> wire.Answer:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            for byte in sent:
                writer.write(bytes([byte]))
                await writer.drain()
            writer.close()
            await writer.wait_closed()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            http = await wire.Http.connect(server.sockets[0].getsockname()[1])
            try:
                return await http.ask(wire.request("GET", "/", {"Host": "bench"}))
            finally:
                await http.close()

    answer = asyncio.run(ask())
    assert (answer.status, answer.body, answer.cookie()) == (200, b"hello", "a=b")
