"""`rapport site …`: web sites that show the widget."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..config import Settings
from ..domain.errors import Invalid
from ..domain.people import sites
from ..errors import sentences
from ..i18n import Reader
from .commands import noun, verb

_OPTIONS = {"origins": "--origin", "shown_fields": "--show", "required_fields": "--require", "colour": "--colour"}


def add_to(nouns: Any) -> None:
    """Add the noun `site`."""
    site = noun(nouns, "site", "web sites that show the widget")
    for name, command in (("add", _site_add), ("set", _site_set)):
        parser = verb(site, name, command, f"{name} a site")
        parser.add_argument("name" if name == "add" else "key")
        parser.add_argument("--origin", action="append", help="e.g. https://shop.example; may be given again")
        parser.add_argument("--prechat", action=argparse.BooleanOptionalAction)
        parser.add_argument("--show", help="fields that the form shows: name,email,phone")
        parser.add_argument("--require", help="fields that must be filled, and so are shown: name,email,phone")
        parser.add_argument("--colour", help='e.g. #1f5f8b; "" for the widget\'s own')
    verb(site, "list", _site_list, "list sites")


def _site_add(options: argparse.Namespace, settings: Settings) -> None:
    with _told():
        print(sites.add(options.name, **{"origins": [], **_values(options, settings)}).key)


def _site_set(options: argparse.Namespace, settings: Settings) -> None:
    site = sites.by_key(options.key) or sys.exit(f"rapport: no site has the key {options.key}")
    with _told():
        sites.change(site, **_values(options, settings))


def _site_list(options: argparse.Namespace, settings: Settings) -> None:
    for site in sites.every():
        form = "form" if site.prechat_enabled else "no form"
        shown, required = ",".join(site.shown_fields), ",".join(site.required_fields)
        print(f"{site.key}\t{site.name}\t{' '.join(site.origins)}\t{form}\t{required}\t{shown}\t{site.colour}")


@contextmanager
def _told() -> Iterator[None]:
    """Say what is wrong at the option with which it was given."""
    try:
        yield
    except Invalid as error:
        problems = sentences(Reader(), error)
        sys.exit("\n".join(f"rapport: {_OPTIONS.get(field, field)}: {told}" for field, told in problems.items()))


def _values(options: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    """Return what was given, as the verbs take it."""
    given = {
        "origins": options.origin,
        "prechat_enabled": options.prechat,
        "shown_fields": _fields(options.show),
        "required_fields": _fields(options.require),
        "colour": options.colour,
    }
    plain_http = settings.env == "development"
    return {name: value for name, value in given.items() if value is not None} | {"plain_http": plain_http}


def _fields(text: str | None) -> list[str] | None:
    return None if text is None else [field.strip() for field in text.split(",") if field.strip()]
