"""Sixty want to write while somebody else's verb takes its time: nobody else notices, and nothing is lost."""

from __future__ import annotations

import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from tests.cast import House, chat
from tests.databases import waiting_for_locks
from webapp.domain import clock, events, storage
from webapp.domain.chats import messages
from webapp.domain.tables import Conversation, Outbox

from .conftest import Serve
from .served import PATIENCE, AtWork, Served, hear, until

FOR_WRITING = 15  # of the twenty connections


def write(alice: AtWork, at: Served, conversation: Conversation, text: str, refused: list[str]) -> None:
    """Send until it is stored, as a browser does; each time that it is not, that is noted."""
    while (status := alice.write(at, conversation, text).status) != 200:
        assert status == 503
        refused.append(text)


@pytest.mark.parametrize("environ", ["postgresql and redis"], indirect=True)
def test_pages_and_sockets_go_on_while_sixty_wait_to_write(
    serve: Serve, house: House, environ: dict[str, str]
) -> None:
    here = serve()
    chats = [chat(house, "Jane") for _ in range(3)]
    asked = messages.log(chats[0])[0]
    alice = AtWork(house.alice)
    refused: list[str] = []
    alices = alice.come(here, *[f"conversation:{each.public_id}" for each in chats])
    with (
        ThreadPoolExecutor(60) as browsers,
        closing(psycopg.connect(environ["RAPPORT_DATABASE_URL"])) as somebody,
    ):
        somebody.execute("SELECT pg_advisory_xact_lock(%s)", (storage._HOUSE,))
        sent = [
            browsers.submit(write, alice, here, each, f"message {number} of {each.id}", refused)
            for each in chats
            for number in range(20)
        ]
        try:
            until(lambda: waiting_for_locks() >= FOR_WRITING)
            with urllib.request.urlopen(f"{here.address}/widget/frame?key={house.site.key}", timeout=PATIENCE) as page:
                assert page.status == 200
            # What another process committed a moment before reaches her as well.
            told = events.to_text([events.MessageSent(chats[0].id, asked.id)])
            Outbox.create(process="another", happened=told, at=clock.now())
            hear(alices, asked.body)
            assert not any(one.done() for one in sent)  # they wait
            assert not refused
        finally:
            somebody.rollback()
        for one in sent:
            one.result(PATIENCE)
    last = {f"message {number} of {each.id}" for each in chats for number in range(20)}
    while last:  # on the same socket
        content = alices.content()
        last -= {text for text in last if f"{text}<" in content}
    for each in chats:
        said = [line.body for line in messages.log(each) if line.author == "associate"]
        assert sorted(said) == sorted(f"message {number} of {each.id}" for number in range(20))
