"""Whoever is erased by one process is gone from the memory of the others too, however they learn of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from flask import Flask

from tests.cast import House, chat
from tests.unit.domain.test_remembered import kept
from webapp import render
from webapp.domain.chats import lifecycle
from webapp.i18n import Reader
from webapp.live import pushes
from webapp.live.bus import Bus
from webapp.screens import rows
from webapp.views import live

from .served import until
from .test_several_processes import rapport


@pytest.fixture
def listening(house: House, environ: dict[str, str]) -> Iterator[Bus]:
    """This process hears of others as one that serves does."""
    render.use(lambda name: name, reload=False)
    app = Flask(__name__)
    tell = live.open_sockets(app, pushes.for_events, most=10)
    begin_anew = partial(live.begin_anew, app.extensions["hub"])
    bus = Bus(tell, begin_anew, redis_url=environ.get("RAPPORT_REDIS_URL", ""))
    bus.start()
    yield bus
    bus.stop()
    app.extensions["hub"].stop()


def look_at_everybody(house: House) -> str:
    found = rows.find(Reader(), house.alice.id, True, False, [house.lyon.id], "all")
    return "".join(rows.drawn(Reader(), row, False) for row in found)


def test_what_another_process_erased_is_remembered_nowhere(
    house: House, environ: dict[str, str], listening: Bus
) -> None:
    lifecycle.end(chat(house, "Jane Doe", "jane.doe@example.com"), by=house.alice)
    assert "Jane Doe" in look_at_everybody(house)
    assert kept()
    rapport(environ, "erase", str(house.jane.customer_number), "--yes")
    until(lambda: not kept())
    assert "Jane Doe" not in look_at_everybody(house)


def test_who_has_missed_what_happened_remembers_nothing_either(house: House, listening: Bus) -> None:
    chat(house, "Jane Doe", "jane.doe@example.com")
    look_at_everybody(house)
    assert kept()
    listening._begin_anew()
    assert not kept()
