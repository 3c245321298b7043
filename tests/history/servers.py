"""The processes of a run: Rapport itself, started as an operator starts it, and started again when it dies.

Everything is a child of the run and is ended by its own id. The house is the demo's, made by the program's own command.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from .moments import moment

ROOT = Path(__file__).parents[2]
KEY = "pk_demo"
_AGAIN = 0.2  # seconds until a process that died is started again


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@dataclass(slots=True)
class House:
    """A house: its folder, its settings, and what goes before each command (another room of the machine, say)."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    before: Sequence[str] = ()
    base_url: str = ""

    def __post_init__(self) -> None:
        """Choose what the settings leave open."""
        self.base_url = self.base_url or f"http://127.0.0.1:{free_port()}"
        self.settings = {
            "RAPPORT_ENV": "production", "RAPPORT_SECRET_KEY": secrets.token_urlsafe(48),
            "RAPPORT_BASE_URL": self.base_url, "RAPPORT_DATA_DIR": str(self.folder), "PYTHONPATH": str(ROOT),
        } | self.settings  # fmt: skip

    @property
    def port(self) -> int:
        """Return the port by which people come."""
        return int(self.base_url.rpartition(":")[2])

    def environ(self, **more: str) -> dict[str, str]:
        """Return the environment of a command."""
        outside = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
        return outside | self.settings | more

    def furnish(self) -> None:
        """Fill it with the demo's people and customers."""
        command = [*self.before, sys.executable, "-m", "webapp.cli", "demo"]
        environ = self.environ(RAPPORT_ENV="development")
        made = subprocess.run(command, env=environ, cwd=self.folder, capture_output=True, text=True, timeout=120)
        if made.returncode:
            raise RuntimeError(made.stdout + made.stderr)


class Server:
    """One process of Rapport, with a supervisor that starts it again."""

    def __init__(
        self, house: House, port: int, *, address: str = "127.0.0.1", before: Sequence[str] | None = None
    ) -> None:
        """`before` goes before its command instead of the house's, where it is at another address, say."""
        self.house, self.port, self.address = house, port, address
        self._before = house.before if before is None else before
        self.starts = 0
        self._log = house.folder / f"server-{port}.log"
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._going = False

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        self._going = True
        self._keeper = asyncio.create_task(self._keep())
        await self.answering()

    async def _keep(self) -> None:
        with self._log.open("ab") as log:
            while self._going:
                environ = self.house.environ(RAPPORT_HOST=self.address, RAPPORT_PORT=str(self.port))
                # A session of its own: its group can be killed as a whole, and nothing else with it.
                self._process = await asyncio.create_subprocess_exec(
                    *self._before, sys.executable, "-m", "webapp.cli", "serve",
                    env=environ, cwd=self.house.folder, stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip
                self.starts += 1
                await self._process.wait()
                await moment(_AGAIN)

    async def answering(self, path: str = "/healthz", within: float = 60) -> None:
        """Wait until it answers."""
        async with asyncio.timeout(within):
            while await asyncio.to_thread(self.status, path) != 200:
                if self._keeper and self._keeper.done():
                    await self._keeper
                await moment(0.05)

    def status(self, path: str) -> int:
        """Return the status with which it answers, or 0."""
        try:
            with urllib.request.urlopen(f"http://{self.address}:{self.port}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def figures(self) -> str:
        """Return what it counts; the house must have a token for that."""
        token = self.house.settings["RAPPORT_METRICS_TOKEN"]
        asked = urllib.request.Request(f"http://{self.address}:{self.port}/metrics")
        asked.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return str(answer.read().decode())

    def said(self) -> str:
        """Return what it has written since its first start."""
        return self._log.read_text()

    def kill(self) -> None:
        """Kill -9: the arbiter and its worker, at once."""
        self.signal(signal.SIGKILL)

    def kill_worker(self) -> None:
        """Kill -9 the worker alone, which its arbiter replaces."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        for task in Path(f"/proc/{process.pid}/task").glob("*/children"):
            for child in task.read_text().split():
                with suppress(ProcessLookupError):
                    os.kill(int(child), signal.SIGKILL)

    def signal(self, number: int) -> None:
        """Send a signal to it and to what it has started."""
        if self._process and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    async def restart(self) -> int:
        """End it as an operator does, start it again, and wait until it is ready; return its exit code."""
        process = self._process
        assert process
        with suppress(ProcessLookupError):
            process.terminate()
        code = await process.wait()
        await self.answering()
        return code

    async def stop(self) -> None:
        """End it for good."""
        self._going = False
        if self._process and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.terminate()
            try:
                async with asyncio.timeout(15):
                    await self._process.wait()
            except TimeoutError:
                self.kill()
        if self._keeper:
            await self._keeper
