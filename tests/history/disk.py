"""A disk that is really small: a tmpfs in a mount namespace of its own, which goes with the process that holds it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .services import Missing, program

_BLOCK = b"\0" * 4096


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """`path` is where the programs that are started with `before` see it, `here` where everybody else does."""

    path: Path
    here: Path
    before: Sequence[str]

    def fill(self) -> None:
        """Fill it to the last byte."""
        file = os.open(self.here / "full", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        try:
            for size in (256 * len(_BLOCK), len(_BLOCK)):
                with suppress(OSError):
                    while os.write(file, _BLOCK * (size // len(_BLOCK))) == size:
                        pass
        finally:
            os.close(file)

    def make_room(self) -> None:
        """Take it all back."""
        (self.here / "full").unlink()


@contextmanager
def small_disk(path: Path, megabytes: int, *, holds: Sequence[Path]) -> Iterator[SmallDisk]:
    """Give a disk with copies of these files for the block. Raises `Missing` where namespaces are not allowed."""
    path.mkdir()
    mount = f'mount -t tmpfs -o size={megabytes}m tmpfs "$0" && echo ready && exec cat'
    holder = subprocess.Popen(
        [program("unshare"), "--mount", "sh", "-c", mount, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert holder.stdout
    assert holder.stdin
    try:
        if holder.stdout.readline() != b"ready\n":
            raise Missing("the right to mount a disk of one's own")
        here = Path(f"/proc/{holder.pid}/root{path}")
        for file in holds:
            shutil.copy(file, here)
        yield SmallDisk(path, here, (program("nsenter"), f"--target={holder.pid}", "--mount", "--"))
    finally:
        holder.stdin.close()
        holder.wait()
        holder.stdout.close()
