"""Identity keys: with them the retailer's back end signs who is signed in on a site.

A secret is not kept. It is derived from the installation's own secret key, which the caller hands in as `master`, and
the key's id; so it can be checked for as long as both stand, and a stolen database signs nothing. Several keys of a
site are valid side by side: a new one is added, the shop moves to it, the old one is revoked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import timedelta

from .. import acting, audit, clock
from ..db import verb
from ..tables import Associate, IdentityKey, Site

_NOTED_EVERY = timedelta(minutes=1)


@verb
def add(site: Site, *, by: Associate | None) -> IdentityKey:
    """Make a further key for the site; `secret()` gives what its id stands for. `by` is nobody for the program."""
    acting.check_manager(by)
    key: IdentityKey = IdentityKey.create(site=site, kid=f"ik_{secrets.token_urlsafe(12)}", created_by=by)
    audit.record("identity_key_added", str(key.kid), by=by)
    return key


@verb
def revoke(key: IdentityKey, *, by: Associate | None) -> None:
    """Let nothing that was signed with the key count any more, at once and for good."""
    acting.check_manager(by)
    revoked = IdentityKey.update(revoked_at=clock.now()).where(
        IdentityKey.id == key.id, IdentityKey.revoked_at.is_null()
    )
    if revoked.execute():
        audit.record("identity_key_revoked", str(key.kid), by=by)


@verb
def used(site: Site, kid: str) -> None:
    """Note that a customer came with this key of the site; at most once a minute, because nobody needs it finer."""
    long_ago = IdentityKey.used_at.is_null() | (IdentityKey.used_at < clock.now() - _NOTED_EVERY)
    its = (IdentityKey.site == site) & (IdentityKey.kid == kid)
    IdentityKey.update(used_at=clock.now()).where(its, long_ago).execute()


def of(site: Site) -> list[IdentityKey]:
    """Return the keys of the site, the newest first; those that were revoked, too."""
    return list(IdentityKey.select().where(IdentityKey.site == site).order_by(IdentityKey.id.desc()))


def by_kid(kid: str) -> IdentityKey | None:
    """Return the key with this id, of whatever site, or None."""
    found: IdentityKey | None = IdentityKey.get_or_none(IdentityKey.kid == kid)
    return found


def usable(site: Site, kid: str) -> IdentityKey | None:
    """Return the key with this id if it is the site's and has not been revoked, or None."""
    found: IdentityKey | None = IdentityKey.get_or_none(
        IdentityKey.site == site, IdentityKey.kid == kid, IdentityKey.revoked_at.is_null()
    )
    return found


def secret(key: IdentityKey, master: bytes) -> str:
    """Return the secret of the key as text, which is what tokens are signed with, byte for byte as it stands."""
    assert master, "without a secret key of the installation anybody could sign"
    digest = hmac.new(master, b"identity-key:" + str(key.kid).encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def secrets_of(site: Site, master: bytes) -> Callable[[str], bytes | None]:
    """Return what gives, for the id of a key, the secret that tokens for this site may be signed with, or None."""

    def secret_of(kid: str) -> bytes | None:
        key = usable(site, kid)
        return secret(key, master).encode() if key else None

    return secret_of
