"""`rapport backup|restore|move|doctor`: keeping copies, another database, and looking whether all is well."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..config import Settings
from ..domain.upkeep import archive, backup, moving
from ..domain.upkeep.archive import Manifest, Unusable
from ..version import VERSION
from . import doctor
from .commands import verb

_KEY_IS_NOT_IN_IT = (
    "The secret key is NOT in it. Keep a copy of the key elsewhere: with another one everybody signs in again, and "
    "your shop's identity keys no longer fit. --with-secret-key puts it in, and then the file signs as you do."
)


def add_to(nouns: Any) -> None:
    """Add the commands."""
    # Without bringing the schema up to date: the backup before an update is the one that is wanted most.
    help = "write a backup while everybody chats on; or: backup verify FILE (of a folder, the newest)"
    back = verb(nouns, "backup", _backup, help, needs_schema=False)
    back.add_argument("file", nargs="*", metavar="[verify] FILE", help="a file that is not there yet, or a folder")
    back.add_argument("--with-secret-key", action="store_true", help="put the secret key into it as well")
    restore = verb(nouns, "restore", _restore, "put a backup in the place of the database", needs_schema=False)
    restore.add_argument("file", type=Path)
    restore.add_argument("--force", action="store_true", help="replace what is in the database")
    restore.add_argument("--even-broken", action="store_true", help="also when it breaks what is promised")
    restore.add_argument(
        "--erasures", type=Path, action="append", default=[], metavar="FILE", help="another ledger of who was erased"
    )
    help = "move everything from SQLite into an empty database of PostgreSQL"
    moved = verb(nouns, "move", _move, help, connected=False)
    to = moved.add_mutually_exclusive_group(required=True)
    to.add_argument("--to", metavar="URL", help="postgresql://user@host/name; a password is better off in a file")
    to.add_argument("--to-file", type=Path, metavar="FILE", help="a file that has the address, with its password")
    moved.add_argument("--even-broken", action="store_true", help="also when what is promised is broken")
    verb(nouns, "doctor", doctor.examine, "say whether all is well, and what to do where it is not", needs_schema=False)


def _backup(options: argparse.Namespace, settings: Settings) -> None:
    verifies = options.file[:1] == ["verify"]
    names = options.file[verifies:]
    if len(names) > 1 or (verifies and not names):
        sys.exit("rapport: rapport backup [FILE], or rapport backup verify FILE")
    if verifies:
        _verify(Path(names[0]), settings)
        return
    to = Path(names[0]) if names else settings.data_dir / "backups"
    if not names:
        to.mkdir(mode=0o700, exist_ok=True)
    if to.is_dir():
        to /= f"rapport-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.rapport"
    key = settings.secret_key if options.with_secret_key else ""
    try:
        made = backup.make(settings.database_url, to, version=VERSION, data_dir=settings.data_dir, secret_key=key)
    except Unusable as error:
        sys.exit(f"rapport: {error}")
    print(f"{to}\n{_told(made)}")
    advice = "The secret key is in it: keep it like the key itself." if key else _KEY_IS_NOT_IN_IT
    print(f"rapport: {advice}", file=sys.stderr)


def _verify(file: Path, settings: Settings) -> None:
    if file.is_dir():
        newest = max(file.glob("rapport-*.rapport"), default=None)  # named by their times
        file = newest or sys.exit(f"rapport: there is no backup in {file}")
    try:
        looked = backup.verify(settings.database_url, file, data_dir=settings.data_dir)
    except Unusable as error:
        sys.exit(f"rapport: {file} is not good: {error}")
    print(f"{file}\n{_told(looked.manifest)}")
    if looked.broken:
        sys.exit(f"rapport: {file} breaks what is promised: " + "; ".join(looked.broken))
    print("Good: everything in it was read, and every promise is kept.")


def _restore(options: argparse.Namespace, settings: Settings) -> None:
    try:
        restored = backup.restore(
            settings.database_url, options.file, data_dir=settings.data_dir, force=options.force,
            even_broken=options.even_broken, erasures=options.erasures,
        )  # fmt: skip
    except Unusable as error:
        sys.exit(f"rapport: nothing was changed: {error}")
    print(_told(restored.manifest))
    print(f"Restored. Erased again: {restored.erased} profiles and chats that were erased after it was made.")
    print("Everybody has to sign in again. Passwords, people and their rights are those of then: look through them.")
    if restored.says:
        print(restored.says)
    if restored.secret_key and restored.secret_key != settings.secret_key:
        print("rapport: the secret key in it is not the one that is set: see RAPPORT_SECRET_KEY. It is read with\n"
              f"tar -xzOf {options.file} {archive.SECRET_KEY}", file=sys.stderr)  # fmt: skip


def _move(options: argparse.Namespace, settings: Settings) -> None:
    try:
        to = options.to or options.to_file.read_text(encoding="utf-8").strip()
        moved = moving.move(
            settings.database_url, to, data_dir=settings.data_dir, tell=_tell, even_broken=options.even_broken
        )
    except (Unusable, OSError, ValueError) as error:
        sys.exit(f"rapport: nothing was moved: {error}")
    print(f"Moved, and every row compared: {sum(moved.counts.values())} in {len(moved.counts)} tables.")
    if moved.mended:
        print(f"{moved.mended} of them had a NUL byte, which PostgreSQL cannot keep; ␀ stands there now.")
    print("Set RAPPORT_DATABASE_URL (or RAPPORT_DATABASE_URL_FILE) to the new database, and start Rapport.")
    print(f"{settings.sqlite_path} is as it was: delete it when all is well, for it has people's chats.")


def _tell(table: str, copied: int) -> None:
    print(f"{table}: {copied}", file=sys.stderr, flush=True)


def _told(manifest: Manifest) -> str:
    counted = ", ".join(
        f"{manifest.counts.get(name, 0)} {words}"
        for name, words in (("profile", "profiles"), ("conversation", "chats"), ("message", "messages"))
    )
    return f"{manifest.kind}, {manifest.schema}, made {manifest.made_at} by {manifest.version}: {counted}"
