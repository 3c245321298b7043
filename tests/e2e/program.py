"""The program of the stories: imported once and forked for each server, or started by its command line.

To import it takes longer than all else that a server does to begin. So each worker of the tests has one process that
has imported it, runs no thread, has nothing open, and divides when it is told to. It is told, and answers, in lines of
JSON.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol


class Process(Protocol):
    """What a story asks of a server's process."""

    pid: int

    def poll(self) -> int | None: ...
    def send_signal(self, sig: int) -> None: ...
    def wait(self, timeout: float) -> int: ...


class Start(Protocol):
    """Start the program with these arguments; what it says goes into `log`."""

    def __call__(self, arguments: list[str], environ: dict[str, str], log: Path) -> Process: ...


def by_command_line(arguments: list[str], environ: dict[str, str], log: Path) -> Process:
    """Start it as people do."""
    with log.open("ab") as out:
        return subprocess.Popen([sys.executable, "-m", "webapp.cli", *arguments], env=environ, stdout=out, stderr=out)


class Imported:
    """The process that has imported the program."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, arguments: list[str], environ: dict[str, str], log: Path) -> Process:
        """Start it by dividing."""
        return Fork(self, self.ask(arguments=arguments, environ=environ, log=str(log)))

    def ask(self, **told: object) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate(timeout=15)


class Fork:
    """A process that only its parent may wait for."""

    def __init__(self, parent: Imported, pid: int) -> None:
        self._parent, self.pid = parent, pid
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None:
            self._code = self._parent.ask(ended=self.pid)
        return self._code

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def wait(self, timeout: float) -> int:
        give_up, pause = time.monotonic() + timeout, threading.Event()
        while (code := self.poll()) is None:
            if time.monotonic() > give_up:
                raise subprocess.TimeoutExpired("rapport", timeout)
            pause.wait(0.01)
        return code


def _import() -> Callable[[list[str]], None]:
    """Import what serving imports, and read what it reads from files of ours; return what runs the program."""
    import gunicorn.workers.gthread  # noqa: F401

    import webapp.live.pushes
    import webapp.serving
    import webapp.views  # noqa: F401
    from webapp import i18n, render
    from webapp.cli.program import run

    for name in render._environment.list_templates(extensions=["html"]):
        render._environment.get_template(name)
    for language in i18n.LANGUAGES:
        i18n.words(language)
    return run


def _divide_when_told() -> list[str] | None:
    """Answer until nobody asks any more; a fork returns with the arguments that it is to run."""
    running: set[int] = set()
    for line in sys.stdin:
        told = json.loads(line)
        if "ended" in told:
            pid, status = os.waitpid(told["ended"], os.WNOHANG)
            running.discard(pid)
            print(json.dumps(os.waitstatus_to_exitcode(status) if pid else None), flush=True)
        elif child := os.fork():
            running.add(child)
            print(child, flush=True)
        else:
            _be_a_server(told["environ"], told["log"])
            return list(told["arguments"])
    for pid in running:
        os.kill(pid, signal.SIGKILL)
    return None


def _be_a_server(environ: dict[str, str], log: str) -> None:
    os.environ.clear()
    os.environ.update(environ)
    nothing, out = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for descriptor, instead in enumerate((nothing, out, out)):
        os.dup2(instead, descriptor)


if __name__ == "__main__":
    run = _import()
    gc.freeze()  # what is shared stays shared
    arguments = _divide_when_told()
    if arguments is not None:
        run(arguments)
