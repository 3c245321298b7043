"""Web sites of the retailer: which pages may show the widget, what it asks before a chat, how it looks and speaks."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from .. import acting, audit, clock, meanwhile, texts
from ..db import verb
from ..errors import Invalid, NotFound
from ..prepared import given as comes
from ..prepared import prepared
from ..tables import Associate, Site
from ..tables.sites import FIELDS
from . import origins as pages
from . import reading

FORM = ("name", "origins", "prechat_enabled", "shown_fields", "required_fields")  # what is changed together
LOOK = ("colour", "texts")
TEXTS = ("title", "line", "why", "greeting")  # words of the widget that a site may have of its own
LONGEST_TEXT = 120
_MATCHED_BY = {"name", "email"}  # without both nothing is linked by itself
_SEEN_EVERY = timedelta(minutes=1)
_colour = re.compile(r"#[0-9a-f]{6}")
_by_key = prepared(Site.select().where(Site.key == comes("key")))
Texts = dict[str, dict[str, str]]  # language: {name of a text: words}


def by_key(key: str) -> Site | None:
    """Return the site with this key, or None."""
    found: Site | None = _by_key.first(key=key)
    return found


def of_key(key: str) -> Site:
    """Return the site with this key; raises `NotFound`."""
    found = by_key(key)
    if found is None:
        raise NotFound
    return found


def every() -> list[Site]:
    """Return all sites, the oldest first."""
    return list(Site.select().order_by(Site.id))


def is_colour(text: str) -> bool:
    """Say whether this is a colour as it is kept, "#rrggbb"."""
    return bool(_colour.fullmatch(text))


def can_link(site: Site) -> bool:
    """Say whether the form asks for what automatic linking and the warning banner need."""
    return bool(site.prechat_enabled) and set(site.shown_fields) >= _MATCHED_BY


@verb
def add(
    name: str,
    origins: Iterable[str],
    *,
    key: str | None = None,
    prechat_enabled: bool = True,
    shown_fields: Iterable[str] = FIELDS,
    required_fields: Iterable[str] = (),
    colour: str = "",
    plain_http: bool = False,
    by: Associate | None = None,
) -> Site:
    """Add a site; `origins` are lines as `origins.read` reads them, fields are of name, email, phone.

    What is required is shown. `plain_http` allows pages without TLS, `by` is nobody for the program `rapport`.
    Raises `Invalid` for everything that has to be mended.
    """
    acting.check_manager(by)
    given = {
        "name": name,
        "origins": origins,
        "prechat_enabled": prechat_enabled,
        "shown_fields": [*shown_fields, *required_fields],
        "required_fields": required_fields,
        "colour": colour,
    }
    site = create(given, key=key, plain_http=plain_http)
    after = {field: getattr(site, field) for field in given}
    audit.record("site_added", str(site.name), by=by, changes=audit.changed({}, after))
    return site


@verb
def create(given: dict[str, Any], *, key: str | None = None, plain_http: bool = False) -> Site:
    """Make a site of these fields, for whoever writes into the audit log why; raises `Invalid` as `add` does."""
    site: Site = Site.create(key=key or f"pk_{secrets.token_urlsafe(12)}", **_read(given, plain_http))
    return site


@verb
def change(
    site: Site,
    *,
    name: str | None = None,
    origins: Iterable[str] | None = None,
    prechat_enabled: bool | None = None,
    shown_fields: Iterable[str] | None = None,
    required_fields: Iterable[str] | None = None,
    colour: str | None = None,
    texts: Texts | None = None,
    plain_http: bool = False,
    seen: str | None = None,
    by: Associate | None = None,
) -> None:
    """Change what is given of a site as `add` would take it, and leave the rest; "" takes the widget's own colour.

    Raises `ChangedMeanwhile` when `seen` is not the `mark` of what is given.
    """
    acting.check_manager(by)
    given = {
        "name": name,
        "origins": origins,
        "prechat_enabled": prechat_enabled,
        "shown_fields": shown_fields,
        "required_fields": required_fields,
        "colour": colour,
        "texts": texts,
    }
    values = _read({field: value for field, value in given.items() if value is not None}, plain_http)
    present: Site = Site.get_by_id(site.id)
    _keep_together(present, values)
    held = {field: getattr(present, field) for field in values}
    changes = audit.changed(held, values)
    now = {field: before for field, (before, _) in changes.items()}
    meanwhile.check(seen, held, now, "site_changed", [str(present.name)])
    if changes:
        Site.update({field: after for field, (_, after) in changes.items()}).where(Site.id == site.id).execute()
        audit.record("site_changed", str(present.name), by=by, changes=changes)


def mark(site: Site, fields: Iterable[str]) -> str:
    """Return what a form of `FORM` or `LOOK` carries to say what it has shown."""
    return meanwhile.mark({field: getattr(site, field) for field in fields})


@verb
def allow(site: Site, origin: str, *, plain_http: bool = False, by: Associate | None) -> None:
    """Let the pages of one more origin show the widget; those on the list stay there. Raises `Invalid`."""
    present: Site = Site.get_by_id(site.id)  # now: somebody else may have allowed another since
    added = pages.read([origin], plain_http=plain_http)
    change(present, origins=[*present.origins, *added], plain_http=True, by=by)


@verb
def seen(site: Site, origin: str) -> None:
    """Note that a page of this origin has opened the widget; at most once a minute, and only if the site lists it."""
    if pages.matches(origin, site.origins):
        due = Site.seen_at.is_null() | (Site.seen_at < clock.now() - _SEEN_EVERY)
        Site.update(seen_at=clock.now(), seen_on=origin).where(Site.id == site.id, due).execute()


def _keep_together(site: Site, values: dict[str, Any]) -> None:
    """What is required is shown: showing less requires less, requiring more shows more."""
    if "required_fields" in values:
        shown = values.get("shown_fields", site.shown_fields)
        values["shown_fields"] = _ordered({*shown, *values["required_fields"]})
    elif "shown_fields" in values:
        values["required_fields"] = _ordered(set(site.required_fields) & set(values["shown_fields"]))


def _read(values: dict[str, Any], plain_http: bool) -> dict[str, Any]:
    """Return the values as they are kept; raises `Invalid` naming all that are wrong."""
    return reading.each(values, _READ | {"origins": partial(pages.read, plain_http=plain_http)})


def _read_colour(colour: str) -> str:
    folded = colour.strip().lower()
    if folded and not is_colour(folded):
        raise Invalid({"colour": "not_a_colour"})
    return folded


def _read_texts(words: Texts) -> Texts:
    """Return the texts that say something; what is wrong is named as `title_fr`."""
    problems: dict[str, str] = {}
    kept: Texts = {}
    for language, named in words.items():
        if language not in reading.LANGUAGES or set(named) - set(TEXTS):
            raise Invalid({"texts": "not_a_choice"})
        for name, text in named.items():
            if problem := texts.problem_with(text, LONGEST_TEXT):
                problems[f"{name}_{language}"] = problem
            elif tidied := texts.tidy(text):
                kept.setdefault(language, {})[name] = tidied
    if problems:
        raise Invalid(problems)
    return kept


def _read_fields(name: str) -> Callable[[Iterable[str]], list[str]]:
    def read(fields: Iterable[str]) -> list[str]:
        chosen = set(fields)
        if chosen - set(FIELDS):
            raise Invalid({name: "not_a_choice"})
        return _ordered(chosen)

    return read


def _ordered(fields: set[str]) -> list[str]:
    return [field for field in FIELDS if field in fields]


_READ: dict[str, Callable[[Any], Any]] = {
    "name": reading.name,
    "prechat_enabled": bool,
    "shown_fields": _read_fields("shown_fields"),
    "required_fields": _read_fields("required_fields"),
    "colour": _read_colour,
    "texts": _read_texts,
}
