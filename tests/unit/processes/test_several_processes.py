"""Two servers on one database: what happens at one is seen at the other, whoever did it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cast import House
from webapp.domain.people import visitors

from .conftest import Serve
from .served import ROOT, AtWork, Served, Shopper, hear


@pytest.fixture
def two(serve: Serve) -> tuple[Served, Served]:
    return serve(), serve()


def rapport(environ: dict[str, str], *arguments: str) -> None:
    """Run a command of the house, in a process of its own."""
    command = [sys.executable, "-m", "webapp.cli", *arguments]
    subprocess.run(command, env=os.environ | environ | {"PYTHONPATH": str(ROOT)}, check=True, capture_output=True)


def test_jane_is_at_one_and_those_who_answer_her_at_the_other(two: tuple[Served, Served], house: House) -> None:
    here, there = two
    alice, bruno = AtWork(house.alice), AtWork(house.bruno)
    brunos = bruno.come(there, "inbox:waiting")
    jane = Shopper(house.site, "Jane Doe", "jane.doe@example.com")  # and who answered her was killed at once
    hear(brunos, "Jane Doe")  # one of the two has found her chat, and routed it
    janes = jane.come(there, f"chat:{jane.chat.public_id}")
    assert alice.post(here, f"/conversations/{jane.chat.public_id}/acceptance").status == 200
    hear(janes, "Alice")
    while "Jane Doe" in brunos.content():
        pass
    alices = alice.come(here, f"conversation:{jane.chat.public_id}")
    assert jane.write(there, "A coat, please").status == 200
    hear(alices, "A coat, please")
    assert alice.write(here, jane.chat, "In which colour?").status == 200
    hear(janes, "In which colour?")


def test_whoever_may_no_longer_come_in_is_out_everywhere(
    two: tuple[Served, Served], house: House, environ: dict[str, str]
) -> None:
    jane = Shopper(house.site, "Jane Doe", "jane.doe@example.com")
    alice, nadia = AtWork(house.alice), AtWork(house.nadia)
    alices = [alice.come(served, "inbox:mine") for served in two]
    nadias = [nadia.come(served, "inbox:waiting") for served in two]
    janes = [jane.come(served, f"chat:{jane.chat.public_id}") for served in two]

    rapport(environ, "user", "deactivate", str(house.alice.email))
    assert [peer.close_code() for peer in alices] == [4401, 4401]
    rapport(environ, "user", "set", str(house.nadia.email), "--role", "associate")
    assert [peer.close_code() for peer in nadias] == [1012, 1012]  # and comes back as what she is now
    visitors.forget(jane.visitor)
    assert [peer.close_code() for peer in janes] == [4401, 4401]
