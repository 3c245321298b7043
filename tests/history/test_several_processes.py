"""Nothing lost, nothing twice, with several processes: each may die, and so may what they share."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from .faults import database_dies, dies_with_its_database, in_turn, kills, parts, redis_fails, restarts
from .loops import through
from .rig import behind_nginx, on_postgresql, over_networks
from .run import Outcome, Size, run
from .servers import House
from .services import Missing

SMALL = Size(chats=3, messages=16, pause=0.05)


def all_is_well(do: Callable[[], Coroutine[Any, Any, Outcome]]) -> Outcome:
    """Nothing was found wrong; without the programs that are needed the test is skipped by name, or fails."""
    try:
        outcome = through(do())
    except Missing as missing:
        if os.environ.get("RAPPORT_TEST_REQUIRE_SERVICES") == "1" and str(missing) != "nginx":
            raise
        pytest.skip(f"{missing} is not here")
    assert [str(finding) for finding in outcome.findings] == []
    said = [row for row in outcome.history.stored if row.id.startswith(("customer-", "alice-"))]
    assert len(said) == SMALL.total + SMALL.chats
    assert outcome.settled is not None
    return outcome


def test_processes_redis_and_postgresql_die_in_turn(tmp_path: Path) -> None:
    async def talk() -> Outcome:
        async with on_postgresql(tmp_path, processes=2) as (rig, postgres, redis):
            wreck = in_turn(
                kills(times=2, every=8),
                redis_fails(redis, spell=1.5, every=8),
                database_dies(postgres, 2, every=8),
                dies_with_its_database(postgres, every=8),
            )
            return await run(rig.house, rig.servers, SMALL, wreck, url=rig.url)

    assert all_is_well(talk).starts == 4  # three kills: all of a process twice, and a worker alone


def test_nothing_is_acknowledged_while_the_database_is_cut_off(tmp_path: Path) -> None:
    async def talk() -> Outcome:
        async with over_networks(tmp_path, processes=2) as (rig, database, redis):
            return await run(rig.house, rig.servers, SMALL, parts(database, redis, [1.0], every=8), url=rig.url)

    all_is_well(talk)


def test_three_processes_are_started_anew_one_after_another(house: House) -> None:
    codes: list[int] = []

    async def talk() -> Outcome:
        url = f"sqlite:///{house.folder / 'rapport.db'}"
        async with behind_nginx(house, 3, url) as rig:
            return await run(house, rig.servers, SMALL, restarts(every=10, codes=codes), url=url)

    assert all_is_well(talk).starts == 6
    assert codes == [0, 0, 0]
