"""What stands beside Rapport, of the run's own: PostgreSQL, Redis and nginx, each on a port of its own, to be broken.

Nothing that the machine runs is touched. A program that is not installed is named by `Missing`.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import re
import shutil
import signal
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from .moments import moment
from .servers import ROOT, free_port

_ALSO = "/usr/sbin:/usr/local/sbin"
_ROOMS = ("proxy", "client_body", "fastcgi", "uwsgi", "scgi")  # of nginx, which are the machine's own otherwise


class Missing(Exception):
    """A program that is needed is not installed; says which."""


def program(name: str, *folders: str) -> str:
    """Return the path of a program. Raises `Missing`."""
    path = os.pathsep.join([os.environ.get("PATH", ""), _ALSO, *folders])
    if found := shutil.which(name, path=path):
        return found
    raise Missing(name)


async def _do(*command: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    told, _ = await process.communicate()
    return process.returncode or 0, told.decode(errors="replace")


class Postgres:
    """A PostgreSQL server in a folder of its own. It refuses to run as root, so there it runs as `postgres`."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        folders = [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
        self._control = program("pg_ctl", *folders)
        self._as: Sequence[str] = ()
        if os.geteuid() == 0:
            try:
                pwd.getpwnam("postgres")
            except KeyError:
                raise Missing("the user postgres") from None
            self._as = (program("runuser"), "-u", "postgres", "--")
        self.address, self.port = address, free_port()
        self.url = f"postgresql://postgres@{address}:{self.port}/postgres"
        # Not in the folder of the test, which is its owner's alone.
        self.folder = Path(tempfile.mkdtemp(prefix="rapport-postgres-"))
        self._data = self.folder / "data"

    async def start(self) -> None:
        """Make the server, and start it."""
        if self._as:
            shutil.chown(self.folder, "postgres")
        make = f"--username=postgres --auth=trust --encoding=UTF8 --locale=C --pgdata={self._data}"
        code, told = await self._ctl("initdb", "-o", make)
        assert code == 0, told
        with_ = f"listen_addresses='{self.address}'\nport={self.port}\nunix_socket_directories=''\n"
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write(with_)
        with (self._data / "pg_hba.conf").open("a") as allowed:
            allowed.write("host all all 10.0.0.0/8 trust\n")
        await self.start_again()

    async def start_again(self) -> None:
        """Start it; after a kill it may take until the last of its processes has noticed."""
        for _ in range(30):
            code, told = await self._ctl("start", "-w", "-t", "30", "-l", str(self.folder / "log"))
            if code == 0:
                return
            await moment(0.3)
        raise RuntimeError(told + (self.folder / "log").read_text())

    def kill(self) -> None:
        """Kill -9 the postmaster: no checkpoint, no goodbye."""
        pid = int((self._data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    async def restart_at_once(self) -> None:
        """Restart as after a crash, with its own command."""
        code, told = await self._ctl("restart", "-m", "immediate", "-w", "-l", str(self.folder / "log"))
        assert code == 0, told

    async def stop(self) -> None:
        """Stop it, and remove all of it."""
        await self._ctl("stop", "-m", "immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _ctl(self, what: str, *more: str) -> tuple[int, str]:
        return await _do(*self._as, self._control, what, "-D", str(self._data), "-s", *more)


class _Child:
    """A process of ours that stays in the foreground."""

    _process: asyncio.subprocess.Process | None = None

    async def _begin(self, *command: str, log: Path) -> None:
        with log.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(*command, stdout=out, stderr=out)

    async def _end(self, number: int) -> None:
        if self._process and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)
            await self._process.wait()


class Redis(_Child):
    """A Redis that keeps nothing."""

    def __init__(self, folder: Path, address: str = "127.0.0.1") -> None:
        self._program, self._folder, self.port = program("redis-server"), folder, free_port()
        self._address, self.url = address, f"redis://{address}:{self.port}/0"

    async def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        await self._begin(
            self._program, "--port", str(self.port), "--bind", self._address, "--save", "", "--appendonly", "no",
            "--protected-mode", "no", "--dir", str(self._folder), log=self._folder / "redis.log",
        )  # fmt: skip
        async with asyncio.timeout(15):
            while not (await self.say("PING")).startswith("+PONG"):
                await moment(0.05)

    async def say(self, *words: str) -> str:
        """Say a command in Redis' own words; return the answer's first line, or "" when nobody answers."""
        try:
            reader, writer = await asyncio.open_connection(self._address, self.port)
        except OSError:
            return ""
        writer.write((" ".join(words) + "\r\n").encode())
        told = await reader.readline()
        writer.close()
        return told.decode()

    async def kill(self) -> None:
        """Kill -9."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Stop it."""
        await self._end(signal.SIGTERM)


class Nginx(_Child):
    """nginx before several processes, with the file that Rapport is delivered with: only names and ports are others."""

    def __init__(self, folder: Path, port: int, behind: Sequence[str]) -> None:
        self._program, self._folder, self.port = program("nginx"), folder, port
        kept = (ROOT / "deploy" / "nginx.conf").read_text()
        servers = "".join(f"    server {each} max_fails=0;\n" for each in behind)
        kept = re.sub(r"(    server 127\.0\.0\.1:\d+ .*\n)+", servers, kept)
        kept = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", kept, flags=re.DOTALL)
        kept = re.sub(r"listen 443[^;]*;.*", f"listen 127.0.0.1:{port};", kept)
        kept = re.sub(r" *ssl_.*\n", "", kept).replace("chat.shop.example", "127.0.0.1")
        rooms = "".join(f"{name}_temp_path {folder}/{name};\n" for name in _ROOMS)
        around = f"daemon off;\npid {folder}/nginx.pid;\nerror_log stderr warn;\nevents {{}}\n"
        (folder / "nginx.conf").write_text(f"{around}http {{\n{rooms}{kept}}}\n")

    async def start(self) -> None:
        """Start it, and wait until it listens."""
        await self._begin(
            self._program, "-c", str(self._folder / "nginx.conf"), "-p", str(self._folder), "-e", "stderr",
            log=self._folder / "nginx.log",
        )  # fmt: skip
        async with asyncio.timeout(15):
            while True:
                with suppress(OSError):
                    (await asyncio.open_connection("127.0.0.1", self.port))[1].close()
                    return
                await moment(0.05)

    async def stop(self) -> None:
        """Stop it."""
        await self._end(signal.SIGTERM)
