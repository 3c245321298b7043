"""Nothing lost, nothing twice, with one process on SQLite: it is killed, stands still, is cut off and started anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from .browser import Shop
from .conftest import Together
from .disk import small_disk
from .faults import cuts, disk_is_full, falls_asleep, kills, restarts, stands_still
from .proxy import Network
from .run import Outcome, Size, Wreck, run
from .servers import KEY, House, Server
from .services import Missing

SMALL = Size(chats=3, messages=8, pause=0.05)


def url(house: House) -> str:
    return f"sqlite:///{house.folder / 'rapport.db'}"


def all_is_well(outcome: Outcome, messages: int) -> None:
    assert [str(finding) for finding in outcome.findings] == []
    assert sum(row.id.startswith(("customer-", "alice-")) for row in outcome.history.stored) == messages
    assert outcome.settled is not None


def talking(with_server: Together, house: House, wreck: Wreck) -> Outcome:
    async def talk(server: Server) -> Outcome:
        return await run(house, [server], SMALL, wreck, url=url(house))

    return with_server(house, talk)


def test_the_process_is_killed_while_everybody_writes(house: House, with_server: Together) -> None:
    outcome = talking(with_server, house, kills(times=3, every=8))
    all_is_well(outcome, SMALL.total + SMALL.chats)
    assert outcome.starts == 3  # of three kills one hit the worker alone


def test_the_process_stands_still(house: House, with_server: Together) -> None:
    all_is_well(talking(with_server, house, stands_still(spell=1.5, every=10)), SMALL.total + SMALL.chats)


def test_the_process_is_started_anew_as_an_operator_does(house: House, with_server: Together) -> None:
    codes: list[int] = []
    all_is_well(talking(with_server, house, restarts(every=10, codes=codes)), SMALL.total + SMALL.chats)
    assert codes == [0]


def test_tabs_that_read_no_more_hold_nobody_up(house: House, with_server: Together) -> None:
    all_is_well(talking(with_server, house, falls_asleep(tabs=4)), SMALL.total + SMALL.chats)


def test_the_disk_is_full_for_a_while(furnished: Path, tmp_path: Path, with_server: Together) -> None:
    ready: list[int] = []
    try:
        with small_disk(tmp_path / "disk", 24, holds=list(furnished.glob("rapport.db*"))) as disk:
            house = House(tmp_path, {"RAPPORT_DATA_DIR": str(disk.path)}, disk.before)
            at = f"sqlite:///{disk.path / 'rapport.db'}"

            async def talk(server: Server) -> Outcome:
                return await run(house, [server], SMALL, disk_is_full(disk, every=10, ready=ready), url=at)

            outcome = with_server(house, talk)
    except Missing as missing:
        pytest.skip(f"a small disk is not here: {missing}")
    all_is_well(outcome, SMALL.total + SMALL.chats)
    assert outcome.starts == 1
    assert ready == [503, 200]  # not ready; but who only reads is answered


def test_the_network_fails_in_every_way(house: House, with_server: Together) -> None:
    async def talk(server: Server) -> Outcome:
        network = await Network(house.port).open()
        try:
            shop = Shop(network.port, house.base_url, KEY, patience=1, opens=1, beat=0.5, latest=0.5)
            return await run(house, [server], SMALL, cuts(network, [1.2], every=6), url=url(house), shop=shop)
        finally:
            await network.close()

    all_is_well(with_server(house, talk), SMALL.total + SMALL.chats)
