"""What is broken, and when: each waits for so many acknowledged messages, so that it falls into the talking.

`times` is how often, `every` how many messages lie between; `spell` how long a cut lasts, in seconds.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from itertools import cycle

from .book import now
from .disk import SmallDisk
from .hosts import Host
from .moments import moment, until
from .people import Customer
from .proxy import Network
from .run import Scene, Wreck
from .servers import Server
from .services import Postgres, Redis


def kills(times: int, every: int) -> Wreck:
    """Kill -9 a process at random, by turns the worker alone and all of it; its supervisor starts it again."""

    async def wreck(scene: Scene) -> None:
        for turn in range(times):
            if not await scene.after(every):
                return
            victim = scene.chance.choice(scene.servers)
            await victim.answering()  # it may not be back from the last time, and then nothing would be killed
            if turn % 2:
                scene.faults.fault(f"kill -9 of the worker of {victim.port}")
                victim.kill_worker()
            else:
                scene.faults.fault(f"kill -9 of {victim.port}")
                victim.kill()
        for server in scene.servers:
            await server.answering()

    return wreck


def dies_with_its_database(postgres: Postgres, every: int) -> Wreck:
    """Kill -9 the postmaster and a process, which is started again before the database is back."""

    async def wreck(scene: Scene) -> None:
        await scene.after(every)
        victim = scene.servers[0]
        scene.faults.fault(f"kill -9 of the postmaster and of {victim.port}")
        postgres.kill()
        victim.kill()
        assert await until(lambda: "The database cannot be reached" in victim.said(), 60)
        await postgres.start_again()
        await victim.answering()
        scene.faults.fault("PostgreSQL is back, and so is the process that waited for it")

    return wreck


def database_dies(postgres: Postgres, times: int, every: int) -> Wreck:
    """Kill -9 the postmaster, by turns with an immediate restart, and bring it back."""

    async def wreck(scene: Scene) -> None:
        for turn in range(times):
            await scene.after(every)
            if turn % 2:
                scene.faults.fault("PostgreSQL is restarted at once")
                await postgres.restart_at_once()
            else:
                scene.faults.fault("kill -9 of the postmaster")
                postgres.kill()
                await postgres.start_again()
            scene.faults.fault("PostgreSQL is back")

    return wreck


def redis_fails(redis: Redis, spell: float, every: int) -> Wreck:
    """Wipe Redis, let it hang, kill it, and bring it back empty."""

    async def wreck(scene: Scene) -> None:
        await scene.after(every)
        scene.faults.fault("Redis is wiped")
        await redis.say("FLUSHALL")
        await scene.after(every)
        scene.faults.fault(f"Redis hangs for {spell:g} s")
        await redis.say("CLIENT", "PAUSE", str(int(spell * 1000)), "ALL")
        await scene.after(every)
        scene.faults.fault("kill -9 of Redis")
        await redis.kill()
        await scene.after(every)
        await moment(spell)
        scene.faults.fault("Redis is back, empty")
        await redis.start()

    return wreck


def disk_is_full(disk: SmallDisk, every: int, ready: list[int]) -> Wreck:
    """Fill the disk until messages are refused, see that pages are still shown, and make room.

    `ready` gets what the first process answers to who asks whether it is ready: while it is full, and afterwards.
    """

    async def wreck(scene: Scene) -> None:
        await scene.after(every)
        scene.faults.fault("the disk is full")
        disk.fill()
        server, put_off = scene.servers[0], scene.put_off
        assert await until(lambda: not scene.talking or scene.put_off > put_off + 3, 30)
        ready.append(await asyncio.to_thread(server.status, "/readyz"))
        ready.append(await asyncio.to_thread(server.status, "/sign-in"))
        disk.make_room()
        scene.faults.fault("there is room again")
        await scene.after(every)
        await server.answering("/readyz")

    return wreck


def in_turn(*wrecks: Wreck) -> Wreck:
    """One after another."""

    async def wreck(scene: Scene) -> None:
        for each in wrecks:
            await each(scene)

    return wreck


def cuts(network: Network, spells: list[float], every: int) -> Wreck:
    """Break the network between people and servers, each time in another way."""

    async def wreck(scene: Scene) -> None:
        for spell in spells:
            await scene.after(every)
            scene.faults.fault(f"nothing passes for {spell:g} s")
            network.hold()
            await moment(spell)
            network.mend()
            scene.faults.fault("all passes again")
            await scene.after(every)
            scene.faults.fault("every connection is reset")
            network.tear()
            await scene.after(every)
            scene.faults.fault("the server's half of every connection dies, and nobody is told")
            network.kill_far_halves()
            await scene.after(every)
            scene.faults.fault(f"300 ± 200 ms in each direction for {spell:g} s")
            network.delay = (0.1, 0.5)
            await moment(spell)
            network.mend()

    return wreck


def parts(database: Network, redis: Network, spells: Sequence[float], every: int) -> Wreck:
    """Cut the processes off from PostgreSQL, and from Redis, each time until all its connections are reset."""

    async def wreck(scene: Scene) -> None:
        for spell, name, network in ((spell, *each) for spell in spells for each in named):
            await scene.after(every)
            network.hold()
            scene.faults.fault(f"{name} is cut off for {spell:g} s", away=network is database)
            asked = asyncio.gather(*(asyncio.to_thread(_look, server) for server in scene.servers))
            await moment(spell)
            scene.faults.fault(f"{name} is there again, and every connection to it is reset")
            network.mend()
            network.tear()
            mended = now()
            await asyncio.gather(*(server.answering("/readyz") for server in scene.servers))
            scene.faults.fault(f"all were ready {now() - mended:.1f} s later; asked meanwhile: {await asked}")

    named = ("PostgreSQL", database), ("Redis", redis)
    return wreck


def links_go_down(hosts: Sequence[Host], spells: Sequence[float], every: int) -> Wreck:
    """Take a whole host off the network, each time another one, while the others go on."""

    async def wreck(scene: Scene) -> None:
        for spell, (host, server) in zip(spells, cycle(zip(hosts, scene.servers, strict=True)), strict=False):
            await scene.after(every)
            scene.faults.fault(f"the link of {host.address} is down for {spell:g} s")
            host.link_down()
            await moment(spell)
            host.link_up()
            scene.faults.fault("the link is up again")
            up = now()
            await server.answering("/readyz")
            scene.faults.fault(f"its process was ready {now() - up:.1f} s later")

    return wreck


def _look(server: Server) -> str:
    """Return what a process says to who asks whether it lives, and is ready, and how long that took."""
    told = []
    for path in ("/healthz", "/readyz", "/sign-in"):
        begun = now()
        told.append(f"{path} {server.status(path)} in {now() - begun:.1f} s")
    return ", ".join(told)


def stands_still(spell: float, every: int) -> Wreck:
    """Stop each process for a while, as a machine does that is out of memory, and let it go on."""

    async def wreck(scene: Scene) -> None:
        for server in scene.servers:
            await scene.after(every)
            scene.faults.fault(f"{server.port} stands still for {spell:g} s")
            server.signal(signal.SIGSTOP)
            await moment(spell)
            server.signal(signal.SIGCONT)

    return wreck


def falls_asleep(tabs: int) -> Wreck:
    """Let so many more tabs of each customer fall asleep: they read no more, and their connections stay."""

    async def wreck(scene: Scene) -> None:
        customers = [person for person in scene.people if isinstance(person, Customer)]
        asleep = [socket for customer in customers for socket in await customer.doze(customer.socket, tabs)]
        scene.faults.fault(f"{len(asleep)} tabs fall asleep with their connections open")
        while scene.talking:
            await moment(0.05)
        for socket in asleep:
            socket.abort_now()

    return wreck


def restarts(every: int, codes: list[int]) -> Wreck:
    """End each process in turn as an operator does, and start it again; `codes` gets what each ended with."""

    async def restart(scene: Scene, server: Server) -> None:
        scene.faults.fault(f"SIGTERM to {server.port}")
        codes.append(await server.restart())
        scene.faults.fault(f"{server.port} is back")

    async def wreck(scene: Scene) -> None:
        for server in scene.servers:
            await scene.after(every)
            await restart(scene, server)

    return wreck
