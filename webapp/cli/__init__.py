"""The program `rapport`: each command reads the settings, opens the database, and calls one verb."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ..config import Settings, SettingsError
from ..domain import db, schema, texts
from ..domain.errors import DomainError
from ..errors import sentence
from ..i18n import Reader
from . import house, identity_keys, people, process, rights, sites, stores

NOUNS = (process, people, stores, sites, identity_keys, house, rights)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; a refusal is a sentence on the error output and exit code 1."""
    said = sys.argv[1:] if arguments is None else arguments
    if any(texts.problem_with(text, len(text)) for text in said):
        sys.exit("rapport: an argument has characters that cannot be read")
    options = _parser().parse_args(said)
    try:
        settings = Settings.from_environ(os.environ)
        for warning in settings.unknown:
            print(f"rapport: {warning}", file=sys.stderr)
        db.open_sqlite(settings.sqlite_path)
        if options.needs_schema:
            schema.migrate(settings.data_dir / "migrate.lock")
        options.command(options, settings)
    except SettingsError as error:
        sys.exit("\n".join(f"rapport: {problem}" for problem in error.problems))
    except DomainError as error:
        sys.exit(f"rapport: {sentence(Reader(), error)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rapport", description="Live chat that knows who it is talking to.")
    nouns = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in NOUNS:
        module.add_to(nouns)
    return parser
