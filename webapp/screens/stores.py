"""The pages of stores in the settings: the list, and the form of one."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response

from .. import render
from ..auth import Viewer
from ..domain.people import places, stores
from ..domain.people.presence import is_open_now
from ..domain.tables import Associate, Store
from ..i18n import Reader
from . import hours, settings

ADDRESS = "/settings/stores"
Options = list[tuple[str, list[tuple[str, str]]]]  # groups: title (or ""), pairs of value and label


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form of a store."""

    name: str
    slug: str
    region: str
    time_zone: str
    is_default: bool
    hours: hours.Typed
    seen: str = ""  # the mark of the store that the form has shown


def address(store: Store) -> str:
    """Return the address of a store's page."""
    return f"{ADDRESS}/{store.slug}"


def of(store: Store) -> Typed:
    """Return what stands in the form of a store that nobody has touched."""
    held = hours.typed(store.hours)
    return Typed(
        store.name, store.slug, store.region, store.time_zone, store.is_default, held, stores.mark(store)
    )


def blank(near: Store | None) -> Typed:
    """Return what stands in the form of a store to be: its place is, at first guess, that of another."""
    region, zone = (str(near.region), str(near.time_zone)) if near else ("", "")
    return Typed("", "", region, zone, False, hours.typed(None))


def listing(looks: Viewer, hers: list[Store]) -> Response:
    """Answer with the list of the stores."""
    rows = [(store, address(store), looks.reader.region(store.region), is_open_now(store)) for store in hers]
    return settings.answer(looks, "stores", render.partial("settings/stores", looks.reader, rows=rows))


def form(
    looks: Viewer,
    viewer: Associate,
    store: Store | None,
    typed: Typed,
    problems: Mapping[str, str] | None = None,
    *,
    changed: str = "",
    said: str = "",
) -> Response:
    """Answer with the form of a store, or of a store to be; `problems` are sentences by field.

    `changed` is what was saved meanwhile. Whoever may not make it the default one is told why instead.
    """
    named = hours.named(looks.reader, typed.hours, problems or {})
    content = render.partial(
        "settings/store",
        looks.reader,
        csrf=settings.csrf(),
        seen=typed.seen,
        changed=changed,
        action=address(store) if store else ADDRESS,
        store=store,
        typed=typed,
        movable=stores.may_move_default(viewer),
        regions=regions(looks.reader, typed.region),
        time_zones=time_zones(typed.time_zone),
        hours=hours.fields(looks.reader, typed.hours, named),
        problems=named,
        summary=settings.problems_in(named, "store"),
    )
    title = str(store.name) if store else looks.reader.t("stores.new")
    status = 422 if problems else 409 if changed else 200
    return settings.answer(looks, "stores", content, title=title, status=status, said=said)


def regions(reader: Reader, chosen: str) -> Options:
    """Return all countries by name in the reader's language; what was chosen stays, even when it is none."""
    found = [(code, reader.region(code)) for code in places.REGIONS | {chosen}]
    return [("", sorted(found, key=lambda pair: _sortable(pair[1])))]


def _sortable(name: str) -> str:
    """Let É stand with E."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def time_zones(chosen: str) -> Options:
    """Return the time zones by continent; those without one come first, as does what was chosen if it is none."""
    groups: dict[str, list[tuple[str, str]]] = {"": []}
    for zone in sorted(places.time_zones() | {chosen}):
        area, _, city = zone.partition("/")
        groups.setdefault(area if city else "", []).append((zone, zone))
    return list(groups.items())
