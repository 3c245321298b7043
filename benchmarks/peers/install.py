"""What peers need, in a folder beside the checkout's own: nothing of it is needed to serve, test or build Rapport."""

from __future__ import annotations

import functools
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
HOME = HERE.parents[1] / ".bench"


class Missing(Exception):
    """Something is not on this machine, or cannot be installed; says what."""


@functools.cache
def python() -> Path:
    """Return the Python that has the packages of `requirements.lock`. Raises Missing."""
    folder, lock = HOME / "venv", HERE / "requirements.lock"
    made = folder / "bin" / "python"
    if not _is_fresh(folder, [lock]):
        print("installing packages of the peers into .bench/venv", flush=True)
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        _run([str(made), "-m", "pip", "-qq", "--no-input", "--disable-pip-version-check", "install",
              "--only-binary", ":all:", "--require-hashes", "-r", str(lock)])  # fmt: skip
        _mark(folder, [lock])
    return made


@functools.cache
def node() -> Path:
    """Return the folder that has the packages of `package-lock.json`. Raises Missing."""
    folder = HOME / "node"
    files = [HERE / "socketio_chat" / name for name in ("package.json", "package-lock.json")]
    if not shutil.which("npm"):
        raise Missing("npm was not found")
    if not _is_fresh(folder, files):
        print("installing packages of the peers into .bench/node", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            shutil.copy(file, folder)
        _run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], folder)
        _mark(folder, files)
    return folder


@functools.cache
def slow_sync() -> Path:
    """Return the library that makes each sync of a file longer. Raises Missing."""
    folder, source = HOME / "slow", HERE / "slow_sync.c"
    if not shutil.which("cc"):
        raise Missing("no C compiler was found")
    made = folder / "slow_sync.so"
    if not _is_fresh(folder, [source]):
        folder.mkdir(parents=True, exist_ok=True)
        _run(["cc", "-O2", "-Wall", "-shared", "-fPIC", "-o", str(made), str(source), "-ldl"])
        _mark(folder, [source])
    return made


def _run(command: list[str], folder: Path | None = None) -> None:
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if ended.returncode:
        raise Missing(f"{command[0]} failed: {(ended.stderr or ended.stdout).strip()[-500:]}")


def _is_fresh(folder: Path, files: list[Path]) -> bool:
    stamp = folder / "stamp"
    return stamp.is_file() and stamp.read_text() == _sum(folder, files)


def _mark(folder: Path, files: list[Path]) -> None:
    (folder / "stamp").write_text(_sum(folder, files))


def _sum(folder: Path, files: list[Path]) -> str:
    """Sum up what is wanted, and where: what is installed does not survive being moved."""
    return hashlib.sha256(b"".join([str(folder).encode(), *(file.read_bytes() for file in files)])).hexdigest()
