"""`rapport serve|migrate|demo|version|config check`: the process itself."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .. import demo
from ..config import MOST_PROCESSES, Settings
from ..domain import db, schema
from ..domain.people import setup
from ..domain.rights import ledger
from ..domain.upkeep import occupied
from ..environment import SETTINGS
from ..version import VERSION
from .commands import noun, verb

# Seconds that a server waits for its database. After a failure of the whole machine it is there first; supervisors give
# up on a program that ends at once again and again.
_FOR_THE_DATABASE = 60


def add_to(nouns: Any) -> None:
    """Add what is said to the process itself."""
    serve = verb(
        nouns, "serve", _serve, "serve pages, the widget and sockets", connected=False, patience=_FOR_THE_DATABASE
    )
    serve.add_argument("--demo", action="store_true", help="fill an empty database with demo data first")
    serve.add_argument("--processes", type=_processes, metavar="N", help="how many (else RAPPORT_PROCESSES)")
    verb(nouns, "migrate", _migrate, "bring the database to the schema of this version", needs_schema=False)
    verb(nouns, "first-run", _first_run, "print the address at which an empty house is set up")
    verb(nouns, "demo", _demo, "fill an empty database with demo data")
    verb(nouns, "version", _version, "say which Rapport this is, and for which schema", needs_schema=False)
    config = noun(nouns, "config", "settings of the process")
    verb(config, "check", _config_check, "say whether the settings are in order", needs_schema=False)


def _serve(options: argparse.Namespace, settings: Settings) -> None:
    from .. import create_app, logs, serving

    settings = replace(settings, processes=options.processes or settings.processes)
    for piece in _advice_on_processes(settings):
        print(f"rapport: {piece}", file=sys.stderr)
    logs.configure(settings)
    if options.demo:
        _refuse_in_production(settings)
        with db.database.connection_context():
            demo.fill_if_empty(settings)
    app = create_app(settings)
    print(demo.welcome(settings) if options.demo else f"Rapport: {settings.base_url}", flush=True)
    with db.database.connection_context():
        if setup.is_due():
            print(f"Nobody is here yet. Set Rapport up at {_first_run_address(settings)}", flush=True)
        ledger.keep(settings.data_dir)
    with occupied.serving(settings.data_dir):
        serving.serve(app, settings)


def _processes(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_PROCESSES):
        raise argparse.ArgumentTypeError(f"give a whole number from 1 to {MOST_PROCESSES}")
    return int(text)


def _migrate(options: argparse.Namespace, settings: Settings) -> None:
    applied = schema.migrate(settings.data_dir / "migrate.lock")
    print("\n".join(applied) or "up to date")


def _version(options: argparse.Namespace, settings: Settings) -> None:
    print(f"rapport {VERSION}, schema {schema.newest()}")


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
        print(f"{setting.name:30}{_shown(setting.name, settings)}")
    for piece in advice(settings):
        print(f"rapport: {piece}", file=sys.stderr)
    if pending := schema.pending():
        print(f"rapport: the database is made ready at the next start ({len(pending)} steps).", file=sys.stderr)
    print("In order.")


def _shown(name: str, settings: Settings) -> str:
    if name == "RAPPORT_SECRET_KEY":
        return f"(not shown, {len(settings.secret_key)} characters)"
    if name == "RAPPORT_DATABASE_URL":
        return str(settings.sqlite_path or _without_password(settings.database_url))
    if name == "RAPPORT_REDIS_URL":
        return _without_password(settings.redis_url) or "none"
    if name == "RAPPORT_METRICS_TOKEN":
        return "(not shown)" if settings.metrics_token else "none"
    return str(getattr(settings, name.removeprefix("RAPPORT_").lower()))


def _without_password(url: str) -> str:
    return re.sub(r"//[^@/]*@", "//…@", url).partition("?")[0]


def _advice_on_processes(settings: Settings) -> Iterator[str]:
    if settings.processes > 1 and not settings.redis_url:
        yield "several processes without RAPPORT_REDIS_URL hear of one another within a second, and count limits apart."
    if settings.worker == "gevent" and settings.sqlite_path:
        yield "RAPPORT_WORKER=gevent is for PostgreSQL: on SQLite a process stands still while it waits to write."


def advice(settings: Settings) -> Iterator[str]:
    """Say what is worth a second look in the settings; nothing here keeps Rapport from starting."""
    yield from _advice_on_processes(settings)
    if settings.data_dir.stat().st_mode & 0o077:
        yield f"others on this machine may look into {settings.data_dir}: chmod 700 keeps them out."
    if settings.production and settings.host not in ("127.0.0.1", "::1", "localhost") and not settings.trusted_proxies:
        yield "Rapport listens to the whole network without a proxy: browsers need HTTPS, which it leaves to one."
    if settings.production and settings.secure and not settings.trusted_proxies:
        yield "RAPPORT_TRUSTED_PROXIES is 0: behind a proxy all customers share one address, and so its limits."
