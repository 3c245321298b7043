"""Backups: making one while everybody chats on, looking whether one is good, and restoring one.

What is restored is mended first, in a copy: brought to this version's schema, rid of everybody who was erased after the
backup was made, and of all sessions, for whoever has signed out since would be in again. Only a copy that keeps every
promise is put in the place of the database, unless somebody insists.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .. import clock, schema, storage
from ..people import sessions
from ..rights import ledger
from . import archive, invariants, occupied
from .archive import Manifest, Unusable
from .postgresql_copy import Postgresql
from .sqlite_copy import Sqlite

LOCK = "migrate.lock"


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in a backup: its manifest, and the promises that it breaks."""

    manifest: Manifest
    broken: list[str]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of restoring: the manifest, how many profiles and chats were erased again, and what to say besides."""

    manifest: Manifest
    erased: int
    says: str
    secret_key: str | None  # that was in the archive


def make(url: str, to: Path, *, version: str, data_dir: Path, secret_key: str = "") -> Manifest:
    """Write a backup of the database at `url` to the file `to`; raises `Unusable`.

    The secret key is in it only when it is given: with it, whoever has the file can sign as the shop.
    """
    if to.exists():
        raise Unusable(f"{to} is there already: choose another name")
    if not to.parent.is_dir():
        raise Unusable(f"{to.parent} is not a folder")
    made_at = clock.now().isoformat(timespec="seconds")
    known = _ledger(data_dir)
    with _folder(to.parent) as folder:
        files = {archive.DATABASE: folder / archive.DATABASE}
        database = _database(url)
        counts = database.copy(files[archive.DATABASE])
        for name, content in ((archive.ERASURES, "\n".join(sorted(known))), (archive.SECRET_KEY, secret_key)):
            if content:
                files[name] = folder / name
                files[name].write_text(content, encoding="utf-8")
        facts = {name: archive.facts_of(file) for name, file in files.items()}
        manifest = Manifest(version, schema.current(), database.kind, made_at, counts, facts)
        archive.write(to, manifest, files)
    return manifest


def verify(url: str, file: Path, *, data_dir: Path) -> Looked:
    """Restore a backup into a scratch place and look whether it keeps what is promised; raises `Unusable`."""
    with _unpacked(url, file, data_dir) as (folder, manifest), _mended(url, folder, manifest):
        return Looked(manifest, _broken())


def restore(
    url: str,
    file: Path,
    *,
    data_dir: Path,
    force: bool = False,
    even_broken: bool = False,
    erasures: Iterable[Path] = (),
) -> Restored:
    """Put a backup in the place of the database at `url`; raises `Unusable`, and then nothing has changed.

    Refused while a Rapport works with the database, and, unless `force`, when there is something in it already.
    So is one that breaks a promise, unless `even_broken`: it may be the only one that there is.
    `erasures` are further ledgers of who was erased, beside that of the data folder.
    """
    database = _database(url)
    storage.database.close_all()
    with occupied.by_us_alone(data_dir):
        if occupied.stays_used(database):
            raise Unusable("a Rapport works with this database: stop it first")
        if not force and not database.is_empty():
            raise Unusable("there is something in this database: --force replaces it")
        return _put(url, file, data_dir, even_broken, erasures)


def _put(url: str, file: Path, data_dir: Path, even_broken: bool, erasures: Iterable[Path]) -> Restored:
    with _unpacked(url, file, data_dir) as (folder, manifest):
        with _mended(url, folder, manifest) as there:
            with storage.database.connection_context():
                erased = ledger.erase_again(ledger.read(data_dir / ledger.FILE, folder / archive.ERASURES, *erasures))
                sessions.end_all()
            broken = _broken()
            if broken and not even_broken:
                raise Unusable("it breaks what is promised: " + "; ".join(broken) + " (--even-broken restores it)")
            storage.database.close_all()
            mended = folder / "mended"
            _database(there).copy(mended)
        says = _database(url).replace(mended)
        key = folder / archive.SECRET_KEY
        return Restored(manifest, erased, says, key.read_text("utf-8").strip() if key.exists() else None)


def _ledger(data_dir: Path) -> set[str]:
    """Bring the ledger up to date, and return it."""
    if not schema.pending():
        with storage.database.connection_context():
            ledger.keep(data_dir)
    return ledger.read(data_dir / ledger.FILE)


def _broken() -> list[str]:
    with storage.database.connection_context():
        return list(invariants.broken())


def _database(url: str) -> Sqlite | Postgresql:
    path = url.removeprefix("sqlite:///")
    return Postgresql(url) if path == url else Sqlite(Path(path))


@contextmanager
def _unpacked(url: str, file: Path, data_dir: Path) -> Iterator[tuple[Path, Manifest]]:
    with _folder(data_dir) as folder:
        manifest = archive.unpack(file, folder)
        if manifest.kind != _database(url).kind:
            raise Unusable(f"it is of {manifest.kind}, and this installation has another database")
        if manifest.schema > schema.newest():
            raise Unusable(f"it was made by a newer version ({manifest.version}): update first")
        yield folder, manifest


@contextmanager
def _mended(url: str, folder: Path, manifest: Manifest) -> Iterator[str]:
    """Point the application at a copy of what is in the archive, brought to this version; give its address."""
    dump = folder / archive.DATABASE
    with _database(url).scratch(dump, folder) as there:
        before = _database(there)
        try:
            if (found := before.counts()) != manifest.counts:
                differing = [name for name in manifest.counts if found.get(name) != manifest.counts[name]]
                raise Unusable(f"it has other rows than its manifest says: {', '.join(differing)}")
            storage.open_database(there)
            schema.migrate(folder / LOCK)
            yield there
        finally:
            storage.database.close_all()
            storage.open_database(url)


@contextmanager
def _folder(beside: Path) -> Iterator[Path]:
    """Make a folder that nobody else can look into, and take it away again."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=".rapport-backup-", dir=beside))
    except OSError as error:
        raise Unusable(f"{beside} cannot be written to: {error.strerror}") from error
    try:
        yield folder
    except OSError as error:
        raise Unusable(f"{error.strerror or error} ({beside})") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
