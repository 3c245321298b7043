"""Web sites of the retailer: which pages may show the widget, and what it asks before a chat."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from ..db import verb
from ..errors import Invalid
from ..tables import Site
from ..tables.sites import FIELDS


def by_key(key: str) -> Site | None:
    """Return the site with this key, or None."""
    found: Site | None = Site.get_or_none(Site.key == key)
    return found


@verb
def add(
    name: str,
    origins: list[str],
    *,
    key: str | None = None,
    prechat_enabled: bool = True,
    required_fields: tuple[str, ...] = (),
) -> Site:
    """Add a site; `origins` are exact ("https://shop.example"), `required_fields` of name, email, phone."""
    site: Site = Site.create(
        key=key or f"pk_{secrets.token_urlsafe(12)}",
        name=name,
        origins=_checked_origins(origins),
        prechat_enabled=prechat_enabled,
        required_fields=_checked_fields(required_fields),
    )
    return site


@verb
def change(
    site: Site,
    *,
    origins: list[str] | None = None,
    prechat_enabled: bool | None = None,
    required_fields: tuple[str, ...] | None = None,
) -> None:
    """Change what is given of a site, and leave the rest."""
    given = {
        "origins": None if origins is None else _checked_origins(origins),
        "prechat_enabled": prechat_enabled,
        "required_fields": None if required_fields is None else _checked_fields(required_fields),
    }
    changes = {name: value for name, value in given.items() if value is not None}
    for name, value in changes.items():
        setattr(site, name, value)
    if changes:
        site.save(only=list(changes))


def _checked_origins(origins: list[str]) -> list[str]:
    for origin in origins:
        parts = urlsplit(origin)
        if (
            parts.scheme not in ("http", "https")
            or not parts.netloc
            or origin != f"{parts.scheme}://{parts.netloc}"
        ):
            raise Invalid({"origin": "not_an_origin"})
    return origins


def _checked_fields(fields: tuple[str, ...]) -> list[str]:
    if set(fields) - set(FIELDS):
        raise Invalid({"require": "not_a_choice"})
    return [field for field in FIELDS if field in fields]
