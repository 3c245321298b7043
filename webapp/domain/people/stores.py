"""Stores: where associates work and where chats are routed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any, Literal

from .. import acting, audit, meanwhile, texts
from ..db import verb
from ..errors import Invalid, Refused
from ..tables import Associate, Store, StoreMember
from . import hours as opening
from . import places, reading
from .hours import ALWAYS, Hours

LONGEST_SLUG = 60
_slug = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
_RESERVED = {"new"}  # the address of the form for another store


def by_slug(slug: str) -> Store | None:
    """Return the store with this short name, or None."""
    found: Store | None = Store.get_or_none(Store.slug == slug)
    return found


def every() -> list[Store]:
    """Return all stores, the default one first."""
    return list(Store.select().order_by(Store.is_default.desc(), Store.id))


def slug_of(name: str) -> str:
    """Return the short name that a name suggests: "Saint-Étienne 2" is "saint-etienne-2"; "" when it has no letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain.replace("'", "")))[:LONGEST_SLUG].strip("-")


@verb
def add(
    slug: str,
    name: str,
    region: str,
    time_zone: str,
    *,
    is_default: bool = False,
    hours: Hours | Literal["always"] = ALWAYS,
    by: Associate | None = None,
) -> Store:
    """Add a store; the first becomes the default one, and whoever adds one works there.

    The short name is made from the name when it is blank; it never changes, because snippets carry it. `by` is
    nobody for the program `rapport`. Raises `Invalid` for everything that has to be mended, and `Refused` when the
    default store is not hers to move.
    """
    acting.check_manager(by)
    if is_default and not may_move_default(by):
        raise Refused("not_her_default")
    store = create(slug, name, region, time_zone, is_default=is_default, hours=hours, by=by)
    after = {field: getattr(store, field) for field in (*_READ, "is_default")}
    audit.record("store_added", str(store.name), by=by, changes=audit.changed({}, after))
    return store


@verb
def create(
    slug: str,
    name: str,
    region: str,
    time_zone: str,
    *,
    is_default: bool = False,
    hours: Hours | Literal["always"] = ALWAYS,
    by: Associate | None,
) -> Store:
    """Make a store, as `add` does, for whoever writes into the audit log why."""
    given = {"name": name, "slug": slug.strip() or slug_of(name), "region": region, "time_zone": time_zone}
    if not given["slug"] and not texts.tidy(name):
        del given["slug"]  # the name is missing, and that is all there is to say
    values = reading.each(given | {"hours": hours}, _READ)
    is_default = is_default or not Store.select().exists()
    if is_default:
        Store.update(is_default=False).execute()
    store: Store = Store.create(**values, is_default=is_default)
    if by:
        StoreMember.create(store=store, associate=by)
    return store


@verb
def change(
    store: Store,
    *,
    name: str | None = None,
    region: str | None = None,
    time_zone: str | None = None,
    hours: Hours | Literal["always"] | None = None,
    is_default: bool | None = None,
    seen: str | None = None,
    by: Associate | None = None,
) -> None:
    """Change what is given of a store, and leave the rest; raises `Invalid` for everything that has to be mended.

    Raises `ChangedMeanwhile` when `seen` is not the `mark` of the present store.

    The default store stays so until another becomes it; whoever decides that works in the present one. Raises `Refused`
    when it is not hers to decide.
    """
    acting.check_manager(by, [store])
    present: Store = Store.get_by_id(store.id)
    given = {"name": name, "region": region, "time_zone": time_zone, "hours": hours}
    values = reading.each({field: value for field, value in given.items() if value is not None}, _READ)
    if is_default is False and present.is_default:
        raise Invalid({"is_default": "default_needed"})
    if is_default is not None:
        values["is_default"] = is_default
    changes = audit.changed({field: getattr(present, field) for field in values}, values)
    now = {field: before for field, (before, _) in changes.items()}
    meanwhile.check(seen, _shown(present), now, "store_changed", [str(present.name)])
    if not changes:
        return
    if "is_default" in changes:
        if not may_move_default(by):
            raise Refused("not_her_default")
        Store.update(is_default=False).execute()
    columns = {getattr(Store, field): value for field, (_, value) in changes.items()}
    Store.update(columns).where(Store.id == store.id).execute()
    audit.record("store_changed", str(present.name), by=by, changes=changes)


def mark(store: Store) -> str:
    """Return what the form of a store carries to say what it has shown."""
    return meanwhile.mark(_shown(store))


def _shown(store: Store) -> dict[str, Any]:
    return {field: getattr(store, field) for field in ("name", "region", "time_zone", "hours", "is_default")}


def may_move_default(by: Associate | None) -> bool:
    """Say whether she may make another store the default one: chats would leave the present one, so it must be hers.

    So may nobody, the program `rapport`, and anybody while there is none.
    """
    present = Store.get_or_none(Store.is_default)
    return by is None or present is None or present.id in acting.stores_of(by)


def _read_slug(slug: str) -> str:
    if not slug:
        return _refuse("slug", "slug_missing")
    if not _slug.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        return _refuse("slug", "slug_invalid")
    return _refuse("slug", "taken") if slug in _RESERVED or by_slug(slug) else slug


def _read_region(region: str) -> str:
    found = region.strip().upper()
    return found if found in places.REGIONS else _refuse("region", "region_unknown")


def _read_time_zone(name: str) -> str:
    return name if name in places.time_zones() else _refuse("time_zone", "time_zone_unknown")


def _read_hours(hours: Hours | Literal["always"]) -> Hours | None:
    return None if hours == ALWAYS else opening.checked(hours)


def _refuse(field: str, code: str) -> str:
    raise Invalid({field: code})


_READ: dict[str, Callable[[Any], Any]] = {
    "name": reading.name,
    "slug": _read_slug,
    "region": _read_region,
    "time_zone": _read_time_zone,
    "hours": _read_hours,
}
