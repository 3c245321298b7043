"""One file that holds a backup: a gzipped tar with a manifest first, the copy of the database, and what was asked for.

The manifest says what is in it, with sizes and SHA-256, so that a copy which was cut short or has rotted is found
before anything is restored from it.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

FORMAT = "rapport-backup-1"
MANIFEST = "manifest.json"
DATABASE = "database"
ERASURES = "erasures"
SECRET_KEY = "secret_key"
MEMBERS = (DATABASE, ERASURES, SECRET_KEY)  # nothing else is taken out of an archive
_AT_ONCE = 1024 * 1024  # bytes
_LARGEST_MANIFEST = 256 * 1024  # bytes


class Unusable(Exception):
    """A backup that cannot be made, read or restored; the text says why, in English, for an operator."""


@dataclass(frozen=True, slots=True)
class File:
    """What the manifest says of a file in the archive."""

    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in an archive, and when it was begun: everything that was acknowledged before is in it."""

    version: str  # of the program that made it
    schema: str  # the newest migration in the copy
    kind: str  # "sqlite" or "postgresql"
    made_at: str  # ISO 8601 in UTC
    counts: Mapping[str, int]  # rows by table
    files: Mapping[str, File]

    @classmethod
    def from_text(cls, text: bytes) -> Manifest:
        """Read a manifest; raises `Unusable` for what is none."""
        try:
            data = json.loads(text)
            if data.pop("format") != FORMAT:
                raise Unusable("it is a backup of another format: restore it with the version that made it")
            files = {str(name): File(int(file["size"]), str(file["sha256"])) for name, file in data["files"].items()}
            counts = {str(name): int(number) for name, number in data["counts"].items()}
            version, schema, kind, made_at = (str(data[name]) for name in ("version", "schema", "kind", "made_at"))
            return cls(version, schema, kind, made_at, counts, files)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unusable("its manifest cannot be read: it is no backup of Rapport, or damaged") from error

    def as_text(self) -> bytes:
        """Return the manifest as it is written."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1).encode()


def facts_of(file: Path) -> File:
    """Return what a manifest says of this file."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while part := opened.read(_AT_ONCE):
            digest.update(part)
    return File(file.stat().st_size, digest.hexdigest())


def write(to: Path, manifest: Manifest, files: Mapping[str, Path]) -> None:
    """Write an archive that only its owner can read; it has its name only when it is whole and on the disk."""
    unfinished = to.with_name(f".{to.name}.unfinished")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            os.fchmod(out.fileno(), 0o600)
            with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tar:
                _add(tar, MANIFEST, manifest.as_text())
                for name, file in files.items():
                    tar.add(file, name, filter=_anonymous)
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(to)
        sync_folder(to.parent)
    except OSError as error:
        raise Unusable(f"{to} cannot be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)


def read_manifest(archive: Path) -> Manifest:
    """Return what an archive says is in it; raises `Unusable`."""
    with _opened(archive) as tar:
        return _manifest(tar)


def unpack(archive: Path, folder: Path) -> Manifest:
    """Take everything out into `folder`, compare it with the manifest, and return that; raises `Unusable`."""
    with _opened(archive) as tar:
        manifest = _manifest(tar)
        if DATABASE not in manifest.files or not set(manifest.files) <= set(MEMBERS):
            raise Unusable("its manifest names other files than a backup of Rapport has")
        for name, said in manifest.files.items():
            member = tar.extractfile(name)
            if member is None:
                raise Unusable(f"{name} is not a file in it")
            _keep(member, folder / name, said.size)
            if facts_of(folder / name) != said:
                raise Unusable(f"{name} in it is not what was put there: it is damaged")
        return manifest


def sync_folder(folder: Path) -> None:
    """See to it that the names in a folder are on the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(archive, "r:gz") as tar:
            yield tar
    except KeyError as error:
        raise Unusable("a file that its manifest names is not in it") from error
    except (tarfile.TarError, EOFError, OSError) as error:  # what is no gzip, or ends too early, is an OSError too
        raise Unusable(f"{archive} cannot be read: {getattr(error, 'strerror', None) or 'it is damaged'}") from error


def _manifest(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    file = tar.extractfile(first) if first and first.name == MANIFEST and first.size <= _LARGEST_MANIFEST else None
    if file is None:
        raise Unusable("it has no manifest: it is no backup of Rapport")
    return Manifest.from_text(file.read())


def _keep(member: object, to: Path, size: int) -> None:
    """Write no more than the manifest has announced: a small archive may unpack to anything."""
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        left = size + 1
        while left > 0 and (part := member.read(min(_AT_ONCE, left))):  # type: ignore[attr-defined]
            out.write(part)
            left -= len(part)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, BytesIO(content))


def _anonymous(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info
