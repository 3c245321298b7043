"""How a command is told to the parser; shared by the modules of all nouns."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from ..config import Settings
from ..domain import db
from ..domain.people import stores
from ..domain.tables import Store

Command = Callable[[argparse.Namespace, Settings], None]


def noun(nouns: Any, name: str, help: str) -> Any:
    """Add a noun, such as `user`; return where its verbs go."""
    return nouns.add_parser(name, help=help).add_subparsers(required=True, metavar="VERB")


def verb(
    group: Any, name: str, command: Command, help: str, *, needs_schema: bool = True, connected: bool = True,
    patience: float = 0,
) -> Any:
    """Add a command; return its parser for further arguments.

    Before it runs the database is brought to the present schema (`needs_schema`) and connected (`connected`); one that
    cannot be reached is waited for, `patience` seconds long.
    """
    parser = group.add_parser(name, help=help)
    connects = connected and needs_schema
    run = _connected(command) if connects else command
    parser.set_defaults(command=run, needs_schema=needs_schema, patience=patience)
    return parser


def stores_named(slugs: list[str]) -> list[Store]:
    """Return the stores with these short names; the first that does not exist ends the program."""
    return [stores.by_slug(slug) or sys.exit(f"rapport: there is no store {slug}") for slug in slugs]


def _connected(command: Command) -> Command:
    def run(options: argparse.Namespace, settings: Settings) -> None:
        with db.database.connection_context():
            command(options, settings)

    return run
