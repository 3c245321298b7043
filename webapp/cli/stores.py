"""`rapport store …`: where associates work and chats are routed."""

from __future__ import annotations

import argparse
from typing import Any

from ..config import Settings
from ..domain.people import stores
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
    verb(store, "list", _store_list, "list stores")


def _store_add(options: argparse.Namespace, settings: Settings) -> None:
    stores.add(options.slug, options.name, options.region, options.time_zone)


def _store_set(options: argparse.Namespace, settings: Settings) -> None:
    (store,) = stores_named([options.slug])
    stores.change(store, name=options.name, region=options.region, time_zone=options.time_zone)


def _store_list(options: argparse.Namespace, settings: Settings) -> None:
    for store in stores.every():
        print(f"{store.slug}\t{store.name}\t{store.region}\t{store.time_zone}" + ("\tdefault" * store.is_default))
