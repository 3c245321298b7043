"""The first run: whoever can read the server's output makes the first manager, the first store and the first site."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from .. import audit
from ..db import verb
from ..errors import NotFound, Problems
from ..tables import Associate, Site
from . import associates, passwords, sessions, sites, stores

_READABLE = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is read as something else
_LENGTH = 10
_SLUG = "store"  # the short name where the name has no letter for one


@dataclass(frozen=True, slots=True)
class _Manager:
    name: str
    email: str
    password_hash: str
    language: str


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    region: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class _Shop:
    name: str
    origin: str
    plain_http: bool


def is_due() -> bool:
    """Say whether nobody is there yet."""
    return not Associate.select().exists()


def code(secret_key: str) -> str:
    """Return the setup code of an installation; it is derived, so that it need not be kept."""
    digest = hmac.new(secret_key.encode(), b"first-run", hashlib.sha256).digest()
    return "".join(_READABLE[byte % len(_READABLE)] for byte in digest[:_LENGTH])


def is_code(typed: str, secret_key: str) -> bool:
    """Say whether this is the setup code, however it was typed."""
    folded = "".join(character for character in typed.upper() if character.isalnum())
    return hmac.compare_digest(folded.encode("utf-8", "replace"), code(secret_key).encode())


def set_up(
    *,
    name: str,
    email: str,
    password: str,
    language: str,
    store_name: str,
    region: str,
    time_zone: str,
    site_name: str,
    origin: str,
    plain_http: bool = False,
) -> tuple[Site, str]:
    """Make manager, store and site of an empty house; return the site, and the token for the manager's cookie.

    Raises `NotFound` when somebody is there already, and `Invalid` with everything that is wrong: the fields are
    named as here.
    """
    problems = Problems()
    with problems.of():
        passwords.check(password, name=name, email=associates.fold(email))
    hashed = "" if problems.fields else passwords.hash_password(password)  # before anybody waits for us
    return _set_up(
        problems,
        _Manager(name, email, hashed, language),
        _Place(store_name, region, time_zone),
        _Shop(site_name, origin, plain_http),
    )


@verb
def _set_up(problems: Problems, who: _Manager, place: _Place, shop: _Shop) -> tuple[Site, str]:
    """Make all three, with one entry in the audit log: it was one deed."""
    if not is_due():
        raise NotFound
    manager = None
    with problems.of():
        manager = associates.create(
            who.name,
            who.email,
            who.password_hash,
            role="manager",
            stores=(),
            chat_enabled=True,
            language=who.language,
        )
    with problems.of(name="store_name", slug="store_name"):
        slug = stores.slug_of(place.name) or _SLUG
        store = stores.create(slug, place.name, place.region, place.time_zone, by=manager)
    with problems.of(name="site_name", origins="origin"):
        site = sites.create({"name": shop.name, "origins": [shop.origin]}, plain_http=shop.plain_http)
    problems.complain()
    assert manager
    about = {
        "email": manager.email,
        "store": store.name,
        "region": store.region,
        "time_zone": store.time_zone,
        "site": site.name,
        "origin": site.origins[0],
    }
    audit.record("house_set_up", str(manager.name), by=manager, changes=audit.changed({}, about))
    return site, sessions.sign_in(manager)
