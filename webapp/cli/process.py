"""`rapport serve|migrate|demo|config check`: the process itself."""

from __future__ import annotations

import argparse
from typing import Any

from .. import demo
from ..config import Settings
from ..domain import db, schema
from .commands import noun, verb


def add_to(nouns: Any) -> None:
    """Add what is said to the process itself."""
    serve = verb(nouns, "serve", _serve, "serve pages, the widget and sockets", connected=False)
    serve.add_argument("--demo", action="store_true", help="fill an empty database with demo data first")
    verb(nouns, "migrate", _migrate, "bring the database to the schema of this version", needs_schema=False)
    verb(nouns, "demo", _demo, "fill an empty database with demo data")
    config = noun(nouns, "config", "settings of the process")
    verb(config, "check", _config_check, "say whether the settings are in order", needs_schema=False)


def _serve(options: argparse.Namespace, settings: Settings) -> None:
    from .. import create_app, serving

    if options.demo:
        with db.database.connection_context():
            demo.fill_if_empty(settings)
    app = create_app(settings)
    print(demo.welcome(settings) if options.demo else f"Rapport: {settings.base_url}", flush=True)
    serving.serve(app, settings)


def _migrate(options: argparse.Namespace, settings: Settings) -> None:
    applied = schema.migrate(settings.data_dir / "migrate.lock")
    print("\n".join(applied) or "up to date")


def _demo(options: argparse.Namespace, settings: Settings) -> None:
    filled = demo.fill_if_empty(settings)
    print(demo.welcome(settings) if filled else "The database is not empty; nothing was changed.")


def _config_check(options: argparse.Namespace, settings: Settings) -> None:
    print(f"In order: {settings.env}, {settings.base_url}, database {settings.sqlite_path.name}")
