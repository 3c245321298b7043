"""`rapport identity-key …`: with what a shop's back end signs who is signed in."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..config import Settings
from ..domain.people import identity_keys, sites
from ..domain.tables import IdentityKey, Site
from .commands import noun, verb


def add_to(nouns: Any) -> None:
    """Add the noun `identity-key`."""
    key = noun(nouns, "identity-key", "what a shop's back end signs customers' identities with")
    verb(key, "add", _add, "make a key and print its secret").add_argument("site", help="the key of the site")
    verb(key, "list", _list, "list keys, without their secrets")
    verb(key, "revoke", _revoke, "let nothing signed with a key count any more").add_argument("kid")


def _add(options: argparse.Namespace, settings: Settings) -> None:
    site = sites.by_key(options.site) or sys.exit(f"rapport: no site has the key {options.site}")
    key = identity_keys.add(site, by=None)
    print(f"kid     {key.kid}")
    print(f"secret  {identity_keys.secret(key, settings.secret_key.encode())}")
    print(f"Sign {{sub, iat, exp, aud: {site.key}}} as a JWT with HS256, kid and secret; see docs/embedding.md.")


def _list(options: argparse.Namespace, settings: Settings) -> None:
    for key in IdentityKey.select(IdentityKey, Site).join(Site).order_by(IdentityKey.id):
        state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "valid"
        used = f"used {key.used_at:%Y-%m-%d}" if key.used_at else "never used"
        print(f"{key.kid}\t{key.site.key}\t{state}\tmade {key.created_at:%Y-%m-%d}\t{used}")


def _revoke(options: argparse.Namespace, settings: Settings) -> None:
    key = identity_keys.by_kid(options.kid) or sys.exit(f"rapport: no identity key has the id {options.kid}")
    identity_keys.revoke(key, by=None)
