"""What a process costs, read from /proc, and on which core it runs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

PEERS = (5432, 6379)
_ESTABLISHED = "01"
_TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
FOR_THE_SERVER, FOR_THE_LOAD = CORES[0], CORES[-1]  # one and the same where there is but one


def pin(pid: int) -> None:
    """Keep a server, and what it starts, to its core."""
    os.sched_setaffinity(pid, {FOR_THE_SERVER})


@contextmanager
def as_load() -> Iterator[None]:
    """Keep this process to the core for the load until the block ends."""
    os.sched_setaffinity(0, {FOR_THE_LOAD})
    try:
        yield
    finally:
        os.sched_setaffinity(0, CORES)


def family(pid: int) -> list[int]:
    """Return the process and all that it has started: of gunicorn, the arbiter and its workers."""
    found = [pid]
    for parent in found:
        for task in _listed(Path(f"/proc/{parent}/task")):
            found += [int(child) for child in _text(task / "children").split()]
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the seconds that these processes have kept a core busy."""
    fields = [_text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split() for pid in pids]
    return sum(int(field[11]) + int(field[12]) for field in fields if field) / _TICKS


def busy_seconds(core: int) -> float:
    """Return the seconds that a core has been busy, whoever wanted it; what a host took from it counts as well."""
    for line in _text(Path("/proc/stat")).splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            idle, waiting = ticks[3:5]  # then come interrupts and what was stolen; guests are in the first two
            return (sum(map(int, ticks[:8])) - int(idle) - int(waiting)) / _TICKS
    return 0.0


def memory(pids: Iterable[int]) -> int:
    """Return the bytes that belong to these processes alone, and their share of what they have in common."""
    kilobytes = 0
    for pid in pids:
        for line in _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
            kilobytes += int(line.split()[1]) if line.startswith("Pss:") else 0
    return kilobytes * 1024


def threads(pids: Iterable[int]) -> int:
    """Return how many threads they have."""
    return sum(len(_listed(Path(f"/proc/{pid}/task"))) for pid in pids)


def descriptors(pids: Iterable[int]) -> int:
    """Return how many files and sockets they hold open."""
    return sum(len(_listed(Path(f"/proc/{pid}/fd"))) for pid in pids)


def peers(pids: Iterable[int]) -> int:
    """Return how many connections they hold to the usual ports of PostgreSQL and Redis."""
    inodes = set()
    for line in _text(Path("/proc/net/tcp")).splitlines()[1:]:
        fields = line.split()
        if int(fields[2].partition(":")[2], 16) in PEERS and fields[3] == _ESTABLISHED:
            inodes.add(f"socket:[{fields[9]}]")
    return sum(_target(link) in inodes for pid in pids for link in _listed(Path(f"/proc/{pid}/fd")))


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed meanwhile
        return ""


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # it has ended
        return []


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
