"""`rapport serve|migrate|demo|config check`: the process itself."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from .. import demo
from ..config import SETTINGS, Settings
from ..domain import db, schema
from ..domain.people import setup
from .commands import noun, verb


def add_to(nouns: Any) -> None:
    """Add what is said to the process itself."""
    serve = verb(nouns, "serve", _serve, "serve pages, the widget and sockets", connected=False)
    serve.add_argument("--demo", action="store_true", help="fill an empty database with demo data first")
    verb(nouns, "migrate", _migrate, "bring the database to the schema of this version", needs_schema=False)
    verb(nouns, "first-run", _first_run, "print the address at which an empty house is set up")
    verb(nouns, "demo", _demo, "fill an empty database with demo data")
    config = noun(nouns, "config", "settings of the process")
    verb(config, "check", _config_check, "say whether the settings are in order", needs_schema=False)


def _serve(options: argparse.Namespace, settings: Settings) -> None:
    from .. import create_app, serving

    if options.demo:
        _refuse_in_production(settings)
        with db.database.connection_context():
            demo.fill_if_empty(settings)
    app = create_app(settings)
    print(demo.welcome(settings) if options.demo else f"Rapport: {settings.base_url}", flush=True)
    with db.database.connection_context():
        if setup.is_due():
            print(f"Nobody is here yet. Set Rapport up at {_first_run_address(settings)}", flush=True)
    serving.serve(app, settings)


def _migrate(options: argparse.Namespace, settings: Settings) -> None:
    applied = schema.migrate(settings.data_dir / "migrate.lock")
    print("\n".join(applied) or "up to date")


def _first_run(options: argparse.Namespace, settings: Settings) -> None:
    if not setup.is_due():
        sys.exit("rapport: somebody is here already; managers invite others (rapport user invite)")
    print(_first_run_address(settings))


def _first_run_address(settings: Settings) -> str:
    return f"{settings.base_url}/first-run?code={setup.code(settings.secret_key)}"


def _demo(options: argparse.Namespace, settings: Settings) -> None:
    _refuse_in_production(settings)
    filled = demo.fill_if_empty(settings)
    print(demo.welcome(settings) if filled else "The database is not empty; nothing was changed.")


def _refuse_in_production(settings: Settings) -> None:
    if settings.production:
        sys.exit("rapport: the demo's people have a password that everybody knows: not in production")


def _config_check(options: argparse.Namespace, settings: Settings) -> None:
    """Print what the settings amount to, secrets masked, and what is worth a second look."""
    for setting in SETTINGS:
        print(f"{setting.name:26}{_shown(setting.name, settings)}")
    for advice in _advice(settings):
        print(f"rapport: {advice}", file=sys.stderr)
    print("In order.")


def _shown(name: str, settings: Settings) -> str:
    if name == "RAPPORT_SECRET_KEY":
        return f"(not shown, {len(settings.secret_key)} characters)"
    if name == "RAPPORT_DATABASE_URL":  # it may hold a password one day
        return str(settings.sqlite_path)
    return str(getattr(settings, name.removeprefix("RAPPORT_").lower()))


def _advice(settings: Settings) -> Iterator[str]:
    """Nothing here keeps Rapport from starting."""
    if settings.data_dir.stat().st_mode & 0o077:
        yield f"others on this machine may look into {settings.data_dir}: chmod 700 keeps them out."
    if pending := schema.pending():
        yield f"the database is made ready at the next start ({len(pending)} steps)."
    if settings.production and settings.host not in ("127.0.0.1", "::1", "localhost") and not settings.trusted_proxies:
        yield "Rapport listens to the whole network without a proxy: browsers need HTTPS, which it leaves to one."
    if settings.production and settings.secure and not settings.trusted_proxies:
        yield "RAPPORT_TRUSTED_PROXIES is 0: behind a proxy all customers share one address, and so its limits."
