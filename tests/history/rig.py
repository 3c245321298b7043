"""Several processes as a larger shop runs them: behind nginx, on PostgreSQL with Redis or on one file of SQLite."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from .hosts import Host
from .proxy import Network
from .servers import House, Server, free_port
from .services import Nginx, Postgres, Redis


@dataclass(slots=True)
class Rig:
    """All that runs; any of it may be broken. `url` is the database."""

    house: House
    servers: list[Server]
    url: str


@asynccontextmanager
async def on_postgresql(folder: Path, processes: int) -> AsyncIterator[tuple[Rig, Postgres, Redis]]:
    """Start everything for the block, furnished. Raises `Missing` for a program that is not installed."""
    async with _furnished(folder) as (house, postgres, redis), behind_nginx(house, processes, postgres.url) as rig:
        yield rig, postgres, redis


@asynccontextmanager
async def over_networks(folder: Path, processes: int) -> AsyncIterator[tuple[Rig, Network, Network]]:
    """Start the same, with a network between the processes and PostgreSQL, and another between them and Redis."""
    async with _furnished(folder) as (house, postgres, redis), AsyncExitStack() as ending:
        networks = await Network(postgres.port).open(), await Network(redis.port).open()
        for service, name, network in zip((postgres, redis), ("DATABASE", "REDIS"), networks, strict=True):
            ending.push_async_callback(network.close)
            house.settings[f"RAPPORT_{name}_URL"] = service.url.replace(f":{service.port}/", f":{network.port}/")
        yield await ending.enter_async_context(behind_nginx(house, processes, postgres.url)), *networks


@asynccontextmanager
async def _furnished(folder: Path, address: str = "127.0.0.1") -> AsyncIterator[tuple[House, Postgres, Redis]]:
    """Start PostgreSQL and Redis, and fill a house that has them."""
    postgres, redis, house = Postgres(address), Redis(folder, address), House(folder)
    house.settings |= {"RAPPORT_DATABASE_URL": postgres.url, "RAPPORT_REDIS_URL": redis.url}
    async with AsyncExitStack() as ending:
        ending.push_async_callback(postgres.stop)
        await postgres.start()
        ending.push_async_callback(redis.stop)
        await redis.start()
        await asyncio.to_thread(house.furnish)
        yield house, postgres, redis


@asynccontextmanager
async def on_hosts(folder: Path, hosts: Sequence[Host], address: str) -> AsyncIterator[Rig]:
    """Start a process on each host, and all else here, where they reach it at this address."""
    async with _furnished(folder, address) as (house, postgres, _):
        servers = [Server(house, free_port(), address=host.address, before=host.before) for host in hosts]
        async with _serving(house, servers, postgres.url) as rig:
            yield rig


@asynccontextmanager
async def behind_nginx(house: House, processes: int, url: str) -> AsyncIterator[Rig]:
    """Start so many processes on a furnished house for the block. Raises `Missing` without nginx."""
    async with _serving(house, [Server(house, free_port()) for _ in range(processes)], url) as rig:
        yield rig


@asynccontextmanager
async def _serving(house: House, servers: list[Server], url: str) -> AsyncIterator[Rig]:
    nginx = Nginx(house.folder, house.port, [f"{server.address}:{server.port}" for server in servers])
    house.settings["RAPPORT_TRUSTED_PROXIES"] = "1"
    try:
        await asyncio.gather(*(server.start() for server in servers))
        await nginx.start()
        yield Rig(house, servers, url)
    finally:
        await nginx.stop()
        await asyncio.gather(*(server.stop() for server in servers))
