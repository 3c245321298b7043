"""How a server ends, and what dies and comes back, with threads and with gevent."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from urllib.request import Request, urlopen

import psycopg
import pytest

from tests.cast import House
from tests.unit.live.peer import CLOSE, Peer
from webapp import serving
from webapp.domain.chats import lifecycle, requests
from webapp.domain.storage import _HOUSE

from .conftest import Serve
from .served import AtWork, Served, Shopper, hear, until

both = pytest.mark.parametrize("worker", ["threads", "gevent"])
on_sqlite = pytest.mark.parametrize("environ", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("environ", ["postgresql and redis"], indirect=True)


@pytest.fixture
def jane(house: House) -> Shopper:
    """Jane, in a chat with Alice."""
    shopper = Shopper(house.site, "Jane Doe", "jane.doe@example.com")
    requests.route(shopper.chat.id)
    lifecycle.accept(shopper.chat, by=house.alice)
    return shopper


@contextmanager
def nobody_else_writes(url: str) -> Iterator[None]:
    """Another program holds the database for itself."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
    else:
        with psycopg.connect(url) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_HOUSE,))
            yield


def somebody_waits(url: str) -> bool:
    """Say whether a transaction waits for a lock."""
    with psycopg.connect(url) as connection:
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        return connection.execute(waiting).fetchone() is not None


def goodbye(peer: Peer) -> tuple[int, str]:
    """Read on until the server says goodbye; return the code and the reason."""
    opcode, payload = peer.read()
    while opcode != CLOSE:
        opcode, payload = peer.read()
    return struct.unpack("!H", payload[:2])[0], payload[2:].decode()


@both
@on_postgresql
def test_alice_and_jane_talk_and_a_server_that_is_told_to_end_ends(
    serve: Serve, house: House, jane: Shopper, environ: dict[str, str], worker: str
) -> None:
    served, alice = serve(worker=worker), AtWork(house.alice)
    chat = f"{jane.chat.public_id}"
    hers, janes = alice.come(served, f"conversation:{chat}"), jane.come(served, f"chat:{chat}")
    assert alice.write(served, jane.chat, "What may I do for you?").status == 200
    hear(janes, "What may I do for you?")
    assert jane.write(served, "A coat, please").status == 200
    hear(hers, "A coat, please")

    alice.come(served, f"conversation:{chat}")  # never reads again
    with ThreadPoolExecutor() as pool, nobody_else_writes(environ["RAPPORT_DATABASE_URL"]):
        under_way = pool.submit(jane.write, served, "In green")
        until(lambda: somebody_waits(environ["RAPPORT_DATABASE_URL"]))
        ended = pool.submit(served.end)
        for code, reason in (goodbye(janes), goodbye(hers)):
            assert (code, reason[:10]) == (1012, "restarting")
    assert under_way.result().status == 200
    code, seconds = ended.result()
    assert code == 0
    assert seconds < serving.GRACE + 5  # what a busy machine adds


@both
@on_postgresql
def test_a_process_that_dies_is_replaced_and_jane_comes_back(
    serve: Serve, house: House, jane: Shopper, worker: str
) -> None:
    served = serve("--processes", "2", worker=worker)
    until(lambda: len(served.workers()) == 2)  # the first answers before the second is there
    before, topic = served.workers(), f"chat:{jane.chat.public_id}"
    peers = [jane.come(served, topic) for _ in range(4)]
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    for peer in peers:
        with pytest.raises((EOFError, OSError)):
            while True:
                peer.read()
    until(lambda: len(served.workers() - before) == 2 and served.status("/readyz") == 200)
    again = jane.come(served, topic)
    assert AtWork(house.alice).write(served, jane.chat, "Here we are again").status == 200
    hear(again, "Here we are again")
    assert served.end()[0] == 0


@on_sqlite
def test_while_another_program_holds_the_file_writers_wait_and_are_told_to_try_again(
    serve: Serve, house: House, jane: Shopper, environ: dict[str, str]
) -> None:
    served, alice = serve(), AtWork(house.alice)
    with nobody_else_writes(environ["RAPPORT_DATABASE_URL"]):
        answer = alice.write(served, jane.chat, "Hello")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert alice.write(served, jane.chat, "Hello").status == 200


@on_sqlite
def test_it_says_what_is_unwise(serve: Serve) -> None:
    served: Served = serve("--processes", "2")
    until(lambda: len(served.workers()) == 2)
    assert "without RAPPORT_REDIS_URL" in served.said()


@on_sqlite
def test_whichever_process_is_asked_tells_the_figures_of_all(serve: Serve) -> None:
    served: Served = serve("--processes", "2", metrics_token="a token of nobody else's")
    request = Request(f"{served.address}/metrics", headers={"Authorization": "Bearer a token of nobody else's"})

    def told() -> set[int]:
        with urlopen(request, timeout=10) as answer:
            return {int(pid) for pid in re.findall(r'rapport_hub_queue\{process="(\d+)"\}', answer.read().decode())}

    until(lambda: told() == served.workers())
