"""`rapport export` and `rapport erase`: one person's whole record."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from ..config import Settings
from ..domain.identity import linking
from ..domain.rights import disk, erasure, ledger, scope
from ..domain.rights import export as rights
from ..domain.tables import Profile
from ..i18n import LANGUAGES, Reader
from ..screens.rights import document
from .commands import verb


def add_to(nouns: Any) -> None:
    """Add the commands."""
    export = verb(nouns, "export", _export, "write one person's whole record")
    export.add_argument("number", help="the customer number")
    export.add_argument("--format", choices=rights.FORMATS, default="json")
    export.add_argument("--language", choices=LANGUAGES, default="en", help="of the words in HTML")
    export.add_argument("--out", type=Path, metavar="FILE", help="for your eyes only; by default it is printed")
    erase = verb(nouns, "erase", _erase, "erase one person, with all that is linked to her now")
    erase.add_argument("number", nargs="?", help="the customer number")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    erase.add_argument("--disk", action="store_true", help="only rewrite the file, if it could not be done then")


def _export(options: argparse.Namespace, settings: Settings) -> None:
    record = rights.export(_named(options.number), by=None)
    text = rights.as_json(record) if options.format == "json" else document(Reader(options.language), record)
    if options.out is None:
        sys.stdout.write(text)
    else:
        _write(options.out, text)


def _erase(options: argparse.Namespace, settings: Settings) -> None:
    t = Reader().t
    if options.disk:
        print(t(f"rights.disk.{disk.forget_on_disk(largest=None)}"))
        return
    if not options.number:
        sys.exit("rapport: which customer number?")
    profile = _named(options.number)
    _print_what_goes(profile)
    if not options.yes and _asked(t("rights.type", number=profile.customer_number)) != profile.customer_number:
        sys.exit(f"rapport: {t('rights.nothing')}")
    erasure.erase(profile, by=None)
    ledger.keep(settings.data_dir)
    linking.recount_all()
    print(t(f"rights.erased.{disk.forget_on_disk()}"))


def _named(number: str) -> Profile:
    return scope.by_number(number) or sys.exit(f"rapport: no profile has the customer number {number}")


def _print_what_goes(profile: Profile) -> None:
    reader, going = Reader(), erasure.what_goes(profile)
    print(f"{profile.customer_number} {profile.name}")
    print(f"- {reader.t('rights.goes.profile')}")
    for what in ("chats", "messages", "entries"):
        print("- " + reader.n(f"rights.goes.{what}", getattr(going, what)))
    if going.left:
        print(reader.n("rights.left", going.left))


def _asked(question: str) -> str:
    try:
        return input(f"{question}: ").strip()
    except EOFError:
        return ""


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner can read, from its first byte on."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as out:
            os.fchmod(file, 0o600)  # one that was there has the mode that it had
            out.write(text)
    except OSError as error:
        sys.exit(f"rapport: {path}: {error.strerror}")
