"""Whether anything is lost, doubled or out of order while processes, database, network and disk fail.

Browsers in small write to each other through real processes, and write down what they did and saw; afterwards every
promise is checked (tests/history). `--size full` is 50 chats and 20,000 messages, with 150 kills among them. A scenario
for which a program is missing is left out, by name.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.history import faults, report
from tests.history.browser import Shop
from tests.history.disk import small_disk
from tests.history.hosts import several_hosts
from tests.history.proxy import Network
from tests.history.rig import behind_nginx, on_hosts, on_postgresql, over_networks
from tests.history.run import Outcome, Size, Wreck, run
from tests.history.servers import KEY, House, Server
from tests.history.services import Missing
from tests.history.slow import beside, slow_among

from . import results
from .figures import table

SIZES = {
    "small": Size(chats=10, messages=20, pause=0.25),
    "full": Size(chats=50, messages=200, pause=2.0, settle=60, longest=1800),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How large, how often something is broken, and for how long it stays so, in seconds."""

    size: Size
    times: int
    every: int  # messages between two faults
    spells: tuple[float, ...]


def _plan(name: str, times: int) -> Plan:
    size = SIZES[name]
    return Plan(size, times, max(5, size.total // (times + 2)), (1.0, 10.0, 60.0) if name == "full" else (1.0, 3.0))


def main(arguments: Sequence[str]) -> int:
    """Run each scenario, and print; the exit code is 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="./dev bench chaos", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"of {', '.join(SCENARIOS)}; else all")
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--times", type=int, default=0, help="how often something is broken; else 6, or 150 when full")
    options = parser.parse_args(arguments)
    if unknown := set(options.scenarios) - set(SCENARIOS):
        parser.error(f"no scenario is called {', '.join(sorted(unknown))}")
    plan = _plan(options.size, options.times or (150 if options.size == "full" else 6))
    found = 0
    for name in options.scenarios or SCENARIOS:
        try:
            with tempfile.TemporaryDirectory(prefix="rapport-chaos-") as folder:
                outcome = asyncio.run(SCENARIOS[name](Path(folder), plan))
        except Missing as missing:
            print(f"{name}: left out, {missing} is not here", flush=True)
            continue
        found += len(outcome.findings) + (outcome.settled is None)
        _tell(f"{name}, {options.size}", outcome)
    return 1 if found else 0


def _tell(title: str, outcome: Outcome) -> None:
    told = report.lines(outcome)
    print(table(title, told))
    for finding in outcome.findings[:20]:
        print(" ", finding)
    kept = results.keep("chaos", {"title": title, "lines": [asdict(line) for line in told]})
    kept.with_suffix(".html").write_text(report.page(title, told, outcome))
    print(kept.with_suffix(".html"), flush=True)


async def _alone(folder: Path, plan: Plan, wreck: Wreck) -> Outcome:
    """One process on SQLite."""
    house = House(folder)
    await asyncio.to_thread(house.furnish)
    server = Server(house, house.port)
    try:
        await server.start()
        return await run(house, [server], plan.size, wreck, url=_file(folder))
    finally:
        await server.stop()


def _file(folder: Path) -> str:
    return f"sqlite:///{folder / 'rapport.db'}"


async def _killed(folder: Path, plan: Plan) -> Outcome:
    return await _alone(folder, plan, faults.kills(plan.times, plan.every))


async def _stopped(folder: Path, plan: Plan) -> Outcome:
    return await _alone(folder, plan, faults.in_turn(*(faults.stands_still(s, plan.every) for s in plan.spells)))


async def _asleep(folder: Path, plan: Plan) -> Outcome:
    return await _alone(folder, plan, faults.falls_asleep(tabs=4))


async def _cut(folder: Path, plan: Plan) -> Outcome:
    house = House(folder)
    await asyncio.to_thread(house.furnish)
    server, network = Server(house, house.port), await Network(house.port).open()
    try:
        await server.start()
        wreck = faults.cuts(network, list(plan.spells), max(5, plan.every // 4))
        shop = Shop(network.port, house.base_url, KEY, opens=5.0, beat=2.0)
        return await run(house, [server], plan.size, wreck, url=_file(folder), shop=shop)
    finally:
        await network.close()
        await server.stop()


async def _full(folder: Path, plan: Plan) -> Outcome:
    made = House(folder)
    await asyncio.to_thread(made.furnish)
    with small_disk(folder / "disk", 48, holds=list(folder.glob("rapport.db*"))) as disk:
        house = House(folder, {"RAPPORT_DATA_DIR": str(disk.path)}, disk.before)
        server = Server(house, house.port)
        try:
            await server.start()
            wreck = faults.in_turn(*(faults.disk_is_full(disk, plan.every, []) for _ in plan.spells))
            return await run(house, [server], plan.size, wreck, url=_file(disk.path))
        finally:
            await server.stop()


async def _several_killed(folder: Path, plan: Plan) -> Outcome:
    async with on_postgresql(folder, processes=3) as (rig, _, _):
        return await run(rig.house, rig.servers, plan.size, faults.kills(plan.times, plan.every), url=rig.url)


async def _several_killed_on_sqlite(folder: Path, plan: Plan) -> Outcome:
    house = House(folder)
    await asyncio.to_thread(house.furnish)
    async with behind_nginx(house, 3, _file(folder)) as rig:
        return await run(house, rig.servers, plan.size, faults.kills(plan.times, plan.every), url=rig.url)


async def _database_dies(folder: Path, plan: Plan) -> Outcome:
    times = min(plan.times, 15)
    async with on_postgresql(folder, processes=3) as (rig, postgres, _):
        wreck = faults.database_dies(postgres, times, max(5, plan.size.total // (times + 2)))
        return await run(rig.house, rig.servers, plan.size, wreck, url=rig.url)


async def _redis_fails(folder: Path, plan: Plan) -> Outcome:
    spells = (1.0, 10.0) if len(plan.spells) > 2 else (1.0,)
    async with on_postgresql(folder, processes=3) as (rig, _, redis):
        wreck = faults.in_turn(*(faults.redis_fails(redis, spell, plan.every) for spell in spells))
        return await run(rig.house, rig.servers, plan.size, wreck, url=rig.url)


async def _parted(folder: Path, plan: Plan) -> Outcome:
    async with over_networks(folder, processes=3) as (rig, database, redis):
        wreck = faults.parts(database, redis, plan.spells, plan.every)
        return await run(rig.house, rig.servers, plan.size, wreck, url=rig.url)


async def _hosts_lost(folder: Path, plan: Plan) -> Outcome:
    with several_hosts(3) as (hosts, address):
        async with on_hosts(folder, hosts, address) as rig:
            wreck = faults.links_go_down(hosts, plan.spells, plan.every)
            shop = Shop(rig.house.port, rig.house.base_url, KEY, opens=5.0, beat=2.0)
            return await run(rig.house, rig.servers, plan.size, wreck, url=rig.url, shop=shop)


async def _slow_readers(folder: Path, plan: Plan) -> Outcome:
    each, told = (200, []) if plan.size == SIZES["full"] else (20, [])
    size = replace(plan.size, messages=100, pause=max(plan.size.pause, 0.5))  # nobody is told to write less
    house = House(folder, {"RAPPORT_THREADS": str(3 * each + 100), "RAPPORT_METRICS_TOKEN": secrets.token_hex(16)})
    await asyncio.to_thread(house.furnish)
    server = Server(house, house.port)
    try:
        await server.start()
        wreck = slow_among(server, each, size.total // 2, told)
        outcome = await run(house, [server], size, wreck, url=_file(folder))
        return replace(outcome, also=[*told, *beside(outcome.history)])
    finally:
        await server.stop()


async def _restarted(folder: Path, plan: Plan) -> Outcome:
    async with on_postgresql(folder, processes=3) as (rig, _, _):
        wreck = faults.restarts(max(5, plan.size.total // 8), [])
        return await run(rig.house, rig.servers, plan.size, wreck, url=rig.url)


SCENARIOS: dict[str, Callable[[Path, Plan], Awaitable[Outcome]]] = {
    "kill": _killed,
    "kill-several": _several_killed,
    "kill-several-sqlite": _several_killed_on_sqlite,
    "database": _database_dies,
    "redis": _redis_fails,
    "network": _cut,
    "partition": _parted,
    "hosts": _hosts_lost,
    "freeze": _stopped,
    "asleep": _asleep,
    "slow": _slow_readers,
    "disk": _full,
    "restart": _restarted,
}
