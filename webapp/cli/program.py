"""What the program does: read the settings, open the database, and run the command, which calls one verb."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence

from ..config import Settings, SettingsError
from ..domain import schema, storage, texts
from ..domain.errors import DomainError
from ..errors import sentence
from ..i18n import Reader
from . import house, identity_keys, people, process, rights, sites, stores, upkeep

NOUNS = (process, people, stores, sites, identity_keys, house, rights, upkeep)
_PAUSE = 0.5  # seconds between two tries to reach the database


def run(arguments: Sequence[str] | None = None) -> None:
    """Run one command; a refusal is a sentence on the error output and exit code 1."""
    said = sys.argv[1:] if arguments is None else arguments
    if any(texts.problem_with(text, len(text)) for text in said):
        sys.exit("rapport: an argument has characters that cannot be read")
    options = _parser().parse_args(said)
    try:
        settings = Settings.from_environ(os.environ)
        for warning in settings.unknown:
            print(f"rapport: {warning}", file=sys.stderr)
        storage.open_database(settings.database_url, connections=settings.connections)
        if options.needs_schema:
            _reach_the_database(options.patience)
            schema.migrate(settings.data_dir / "migrate.lock")
        options.command(options, settings)
    except SettingsError as error:
        sys.exit("\n".join(f"rapport: {problem}" for problem in error.problems))
    except DomainError as error:
        sys.exit(f"rapport: {sentence(Reader(), error)}")


def _reach_the_database(patience: float) -> None:
    """Wait until the database answers, `patience` seconds at most; one that does not is a sentence and exit code 1."""
    give_up, said = time.monotonic() + patience, ""
    while True:
        try:
            with storage.database.connection_context():
                return
        except storage.TROUBLES as error:
            why = f"rapport: The database cannot be reached: {' '.join(str(error).split())}"
        if time.monotonic() >= give_up:
            sys.exit(why)
        if why != said:
            print(why, file=sys.stderr, flush=True)
        said = why
        time.sleep(_PAUSE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rapport", description="Live chat that knows who it is talking to.")
    nouns = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in NOUNS:
        module.add_to(nouns)
    return parser
