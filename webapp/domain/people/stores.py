"""Stores: where associates work and where chats are routed."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..db import verb
from ..errors import Invalid
from ..tables import Store


def by_slug(slug: str) -> Store | None:
    """Return the store with this short name, or None."""
    found: Store | None = Store.get_or_none(Store.slug == slug)
    return found


def every() -> list[Store]:
    """Return all stores, the default one first."""
    return list(Store.select().order_by(Store.is_default.desc(), Store.id))


@verb
def add(slug: str, name: str, region: str, time_zone: str, *, is_default: bool = False) -> Store:
    """Add a store; the first becomes the default one."""
    _check_time_zone(time_zone)
    if by_slug(slug):
        raise Invalid({"slug": "taken"})
    first = not Store.select().exists()
    if is_default:
        Store.update(is_default=False).execute()
    store: Store = Store.create(
        slug=slug, name=name, region=region.upper(), time_zone=time_zone, is_default=is_default or first
    )
    return store


@verb
def change(
    store: Store, *, name: str | None = None, region: str | None = None, time_zone: str | None = None
) -> None:
    """Change what is given of a store, and leave the rest."""
    if time_zone is not None:
        _check_time_zone(time_zone)
    given = {Store.name: name, Store.region: region and region.upper(), Store.time_zone: time_zone}
    changes = {column: value for column, value in given.items() if value is not None}
    if changes:
        Store.update(changes).where(Store.id == store.id).execute()


def _check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid({"time_zone": "not_a_choice"}) from None
