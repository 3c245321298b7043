"""`rapport site …`: web sites that show the widget."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..config import Settings
from ..domain.people import sites
from ..domain.tables import Site
from .commands import noun, verb


def add_to(nouns: Any) -> None:
    """Add the noun `site`."""
    site = noun(nouns, "site", "web sites that show the widget")
    for name, command in (("add", _site_add), ("set", _site_set)):
        parser = verb(site, name, command, f"{name} a site")
        parser.add_argument("name" if name == "add" else "key")
        parser.add_argument("--origin", action="append", help="e.g. https://shop.example; may be given again")
        parser.add_argument("--prechat", action=argparse.BooleanOptionalAction)
        parser.add_argument("--require", help="fields that must be filled: name,email,phone")
    verb(site, "list", _site_list, "list sites")


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


def _fields(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(filter(None, text.split(",")))
