"""The program `rapport`: each command reads the settings, opens the database, and calls one verb."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from . import demo
from .config import Settings, SettingsError
from .domain import db, schema
from .domain import settings as house
from .domain.errors import DomainError
from .domain.people import associates, sites, stores
from .domain.tables import Associate, Site, Store
from .errors import sentence
from .i18n import Reader

Command = Callable[[argparse.Namespace, Settings], None]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; a refusal is a sentence on the error output and exit code 1."""
    options = _parser().parse_args(arguments)
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
    serve = _command(nouns, "serve", _serve, "serve pages, the widget and sockets")
    serve.add_argument("--demo", action="store_true", help="fill an empty database with demo data first")
    _command(nouns, "migrate", _migrate, "bring the database to the schema of this version", needs_schema=False)
    _command(nouns, "demo", _demo, "fill an empty database with demo data")
    config = nouns.add_parser("config", help="settings of the process").add_subparsers(required=True, metavar="VERB")
    _command(config, "check", _config_check, "say whether the settings are in order", needs_schema=False)
    _people(nouns)
    _places(nouns)
    _settings(nouns)
    return parser


def _command(group: Any, name: str, command: Command, help: str, *, needs_schema: bool = True) -> Any:
    parser = group.add_parser(name, help=help)
    parser.set_defaults(command=_connected(command) if needs_schema and name != "serve" else command)
    parser.set_defaults(needs_schema=needs_schema)
    return parser


def _connected(command: Command) -> Command:
    def run(options: argparse.Namespace, settings: Settings) -> None:
        with db.database.connection_context():
            command(options, settings)

    return run


def _people(nouns: Any) -> None:
    user = nouns.add_parser("user", help="associates and managers").add_subparsers(required=True, metavar="VERB")
    for name, command in (("add", _user_add), ("set", _user_set)):
        parser = _command(user, name, command, f"{name} an associate")
        parser.add_argument("email")
        if name == "add":
            parser.add_argument("--name", required=True)
        parser.add_argument("--role", choices=("associate", "manager"))
        parser.add_argument("--store", action="append", help="the store's short name; may be given again")
        parser.add_argument("--chat-enabled", action=argparse.BooleanOptionalAction)
        parser.add_argument("--password", required=name == "add")
    _command(user, "list", _user_list, "list associates")


def _places(nouns: Any) -> None:
    store = nouns.add_parser("store", help="stores").add_subparsers(required=True, metavar="VERB")
    for name, command in (("add", _store_add), ("set", _store_set)):
        parser = _command(store, name, command, f"{name} a store")
        parser.add_argument("slug", help="short name, as in data-store")
        parser.add_argument("--name", required=name == "add")
        parser.add_argument("--region", required=name == "add", help="ISO 3166, e.g. FR")
        parser.add_argument("--time-zone", required=name == "add", help="IANA, e.g. Europe/Paris")
    _command(store, "list", _store_list, "list stores")
    site = nouns.add_parser("site", help="web sites that show the widget").add_subparsers(required=True, metavar="VERB")
    for name, command in (("add", _site_add), ("set", _site_set)):
        parser = _command(site, name, command, f"{name} a site")
        parser.add_argument("name" if name == "add" else "key")
        parser.add_argument("--origin", action="append", help="e.g. https://shop.example; may be given again")
        parser.add_argument("--prechat", action=argparse.BooleanOptionalAction)
        parser.add_argument("--require", help="fields that must be filled: name,email,phone")
    _command(site, "list", _site_list, "list sites")


def _settings(nouns: Any) -> None:
    setting = nouns.add_parser("setting", help="what a manager decides").add_subparsers(required=True, metavar="VERB")
    _command(setting, "get", _setting_get, "print a setting").add_argument("name")
    changed = _command(setting, "set", _setting_set, "change a setting")
    changed.add_argument("name")
    changed.add_argument("value")
    _command(setting, "list", _setting_list, "list settings, their values and their choices")


def _serve(options: argparse.Namespace, settings: Settings) -> None:
    from . import create_app, serving

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


def _user_add(options: argparse.Namespace, settings: Settings) -> None:
    associates.add(
        options.name,
        options.email,
        options.password,
        role=options.role or "associate",
        stores=_stores(options.store or []),
        chat_enabled=options.chat_enabled is not False,
    )


def _user_set(options: argparse.Namespace, settings: Settings) -> None:
    associate = associates.by_email(options.email) or sys.exit(f"rapport: nobody has the e-mail {options.email}")
    associates.change(
        associate,
        role=options.role,
        chat_enabled=options.chat_enabled,
        password=options.password,
        stores=None if options.store is None else _stores(options.store),
    )


def _user_list(options: argparse.Namespace, settings: Settings) -> None:
    for associate in Associate.select().order_by(Associate.id):
        where = ",".join(member.store.slug for member in associate.memberships)
        chats = "chat-enabled" if associate.chat_enabled else "not chat-enabled"
        print(f"{associate.email}\t{associate.name}\t{associate.role}\t{where}\t{chats}")


def _store_add(options: argparse.Namespace, settings: Settings) -> None:
    stores.add(options.slug, options.name, options.region, options.time_zone)


def _store_set(options: argparse.Namespace, settings: Settings) -> None:
    (store,) = _stores([options.slug])
    stores.change(store, name=options.name, region=options.region, time_zone=options.time_zone)


def _store_list(options: argparse.Namespace, settings: Settings) -> None:
    for store in stores.every():
        print(f"{store.slug}\t{store.name}\t{store.region}\t{store.time_zone}" + ("\tdefault" * store.is_default))


def _site_add(options: argparse.Namespace, settings: Settings) -> None:
    site = sites.add(
        options.name,
        options.origin or [],
        prechat_enabled=options.prechat is not False,
        required_fields=_fields(options.require) or (),
    )
    print(site.key)


def _site_set(options: argparse.Namespace, settings: Settings) -> None:
    site = sites.by_key(options.key) or sys.exit(f"rapport: no site has the key {options.key}")
    sites.change(
        site, origins=options.origin, prechat_enabled=options.prechat, required_fields=_fields(options.require)
    )


def _site_list(options: argparse.Namespace, settings: Settings) -> None:
    for site in Site.select().order_by(Site.id):
        form = "form" if site.prechat_enabled else "no form"
        print(f"{site.key}\t{site.name}\t{' '.join(site.origins)}\t{form}\t{','.join(site.required_fields)}")


def _setting_get(options: argparse.Namespace, settings: Settings) -> None:
    print(house.get(options.name))


def _setting_set(options: argparse.Namespace, settings: Settings) -> None:
    house.set_value(options.name, options.value)


def _setting_list(options: argparse.Namespace, settings: Settings) -> None:
    for name, choices in house.CHOICES.items():
        print(f"{name}\t{house.get(name)}\t({', '.join(choices)})")


def _stores(slugs: list[str]) -> list[Store]:
    return [stores.by_slug(slug) or sys.exit(f"rapport: there is no store {slug}") for slug in slugs]


def _fields(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(filter(None, text.split(",")))


if __name__ == "__main__":
    main()
