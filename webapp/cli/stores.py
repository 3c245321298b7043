"""`rapport store …`: where associates work and chats are routed."""

from __future__ import annotations

import argparse
import sys
from typing import Any, Literal

from ..config import Settings
from ..domain.errors import Invalid
from ..domain.people import hours, stores
from ..domain.people.hours import Hours
from ..domain.tables import Store
from ..errors import sentences
from ..i18n import Reader
from .commands import noun, stores_named, verb


def add_to(nouns: Any) -> None:
    """Add the noun `store`."""
    store = noun(nouns, "store", "stores")
    for name, command in (("add", _store_add), ("set", _store_set)):
        parser = verb(store, name, command, f"{name} a store")
        parser.add_argument("slug", help="short name, as in data-store")
        parser.add_argument("--name", required=name == "add")
        parser.add_argument("--region", required=name == "add", help="ISO 3166, e.g. FR")
        parser.add_argument("--time-zone", required=name == "add", help="IANA, e.g. Europe/Paris")
        parser.add_argument("--hours", help='e.g. "mon-fri 09:00-18:00; sat 10:00-17:00", or always')
        parser.add_argument("--default", action="store_true", help="where chats go from pages that name no store")
    verb(store, "list", _store_list, "list stores")


def _store_add(options: argparse.Namespace, settings: Settings) -> None:
    stores.add(
        options.slug,
        options.name,
        options.region,
        options.time_zone,
        hours=_hours(options.hours or hours.ALWAYS),
        is_default=options.default,
    )


def _store_set(options: argparse.Namespace, settings: Settings) -> None:
    (store,) = stores_named([options.slug])
    stores.change(
        store,
        name=options.name,
        region=options.region,
        time_zone=options.time_zone,
        hours=None if options.hours is None else _hours(options.hours, store),
        is_default=options.default or None,
    )


def _store_list(options: argparse.Namespace, settings: Settings) -> None:
    for store in stores.every():
        facts = [store.slug, store.name, store.region, store.time_zone, hours.written(store.hours)]
        print("\t".join(facts) + ("\tdefault" * store.is_default))


def _hours(text: str, store: Store | None = None) -> Hours | Literal["always"]:
    """Read a week; dates on which the store has other hours stay."""
    try:
        read = hours.parse(text)
    except Invalid as error:
        problems = sentences(Reader(), error)
        sys.exit("\n".join(f"rapport: {part}: {problem}" for part, problem in problems.items()))
    if read != hours.ALWAYS and store and store.hours:
        return {"week": read["week"], "exceptions": store.hours["exceptions"]}
    return read
