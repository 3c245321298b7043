"""Figures of several processes behind one port: whichever is asked tells those of all, each with its number.

Every process writes its own into a file in the data folder every few seconds; a file that is old belongs to a process
that is no more, and is taken away. So a figure of another process is a few seconds old, and never counted twice.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

EVERY = 5.0  # seconds between two writings
OLD = 30.0  # seconds after which a process that has not written is no more

_SAMPLE = re.compile(rb"^([a-zA-Z_:][\w:]*)(\{?)(.*)$")
log = logging.getLogger(__name__)


class Together:
    """The figures of this process, and what the others behind the same port have written of theirs."""

    def __init__(self, folder: Path, text: Callable[[], bytes]) -> None:
        self._folder, self._text = folder, text

    def start(self) -> None:
        """Write this process' figures from now on, on a thread; called in the process that serves."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        threading.Thread(target=self._keep_writing, name="figures", daemon=True).start()

    def text(self) -> bytes:
        """Return the figures of all, family by family, each with a label `process`."""
        own = str(os.getpid())
        texts = {own: self._text()} | {path.stem: text for path, text in self._others() if path.stem != own}
        families: dict[bytes, list[bytes]] = {}
        for process, text in sorted(texts.items()):
            family = b""
            for line in text.splitlines():
                if line.startswith(b"#"):
                    family = line.split(b" ", 3)[2]
                    heads = families.setdefault(family, [])
                    if line not in heads:
                        heads.append(line)
                else:
                    families.setdefault(family, []).append(_with_process(line, process.encode()))
        return b"".join(line + b"\n" for lines in families.values() for line in lines)

    def write(self) -> None:
        """Write this process' figures down once."""
        unfinished = self._folder / f".{os.getpid()}"
        unfinished.write_bytes(self._text())
        unfinished.replace(self._folder / f"{os.getpid()}.prom")

    def _keep_writing(self) -> None:
        while True:
            try:
                self.write()
            except OSError as error:  # the disk is full, say: whoever is asked tells its own
                log.warning("Figures could not be written: %s", error)
            time.sleep(EVERY)

    def _others(self) -> Iterator[tuple[Path, bytes]]:
        for path in self._folder.glob("*.prom"):
            try:
                if time.time() - path.stat().st_mtime > OLD:
                    path.unlink()
                else:
                    yield path, path.read_bytes()
            except FileNotFoundError:  # another has taken it away
                continue


def _with_process(line: bytes, process: bytes) -> bytes:
    match = _SAMPLE.match(line)
    if match is None:
        return line
    name, brace, rest = match.groups()
    return name + b'{process="' + process + b'"' + (b"," + rest if brace else b"}" + rest)
