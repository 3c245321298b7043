"""The page of a site's identity keys: with them the retailer's back end says who is signed in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Response

from .. import render
from ..auth import Viewer
from ..domain.identity.proof import Proved
from ..domain.people import identity_keys
from ..domain.tables import IdentityKey, Site
from ..i18n import Reader
from . import settings, sites

# How a token is made, with what is commonly at hand there; KEY and KID stand for the site's own.
_SAMPLES = {
    "Python": """\
# pip install pyjwt
import os, time, jwt

def identity_token(customer):
    now = int(time.time())
    claims = {"aud": "KEY", "sub": str(customer.id), "iat": now, "exp": now + 600, "name": customer.name,
              "email": customer.email, "email_verified": bool(customer.email_was_confirmed)}
    known = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(known, os.environ["RAPPORT_IDENTITY_SECRET"], algorithm="HS256", headers={"kid": "KID"})""",
    "PHP": """\
// composer require firebase/php-jwt
use Firebase\\JWT\\JWT;

function identity_token($customer) {
    $claims = ['aud' => 'KEY', 'sub' => (string) $customer->id, 'iat' => time(), 'exp' => time() + 600,
               'name' => $customer->name, 'email' => $customer->email,
               'email_verified' => (bool) $customer->email_was_confirmed];
    $known = array_filter($claims, fn($value) => $value !== null);
    return JWT::encode($known, getenv('RAPPORT_IDENTITY_SECRET'), 'HS256', 'KID');
}""",
    "Node": """\
// npm install jsonwebtoken
import jwt from "jsonwebtoken";

const identityToken = (customer) => jwt.sign(
  { name: customer.name ?? undefined, email: customer.email ?? undefined,
    email_verified: Boolean(customer.emailWasConfirmed) },
  process.env.RAPPORT_IDENTITY_SECRET,
  { algorithm: "HS256", keyid: "KID", audience: "KEY", subject: String(customer.id), expiresIn: "10m" },
);""",
}
# A function, which is asked for the next token in time: one that is handed over by itself runs out.
ON_THE_PAGE = """\
Rapport("identify", () => fetch("/account/rapport-token").then((answer) => answer.text()));  // while signed in
Rapport("reset");  // on sign-out"""


@dataclass(frozen=True, slots=True)
class Tried:
    """A token that somebody has pasted, and what came of it: who it is, or the code of what is wrong."""

    token: str = ""
    proved: Proved | None = None
    reason: str = ""


def page(
    looks: Viewer, site: Site, *, made: tuple[str, str] | None = None, tried: Tried | None = None, said: str = ""
) -> Response:
    """Answer with the keys of a site; `made` is the id and the secret of a new one, shown this once."""
    address = sites.address(site, "identity")
    keys = identity_keys.of(site)
    newest = next((str(key.kid) for key in keys if key.revoked_at is None), "ik_…")
    content = render.partial(
        "settings/identity",
        looks.reader,
        csrf=settings.csrf(),
        action=address,
        made=made,
        keys=[(key, f"{address}/{key.kid}/revocation", _life(looks.reader, key)) for key in keys],
        samples=samples(str(site.key), newest),
        on_the_page=ON_THE_PAGE,
        tried=tried or Tried(),
    )
    return sites.answer(looks, site, "identity", content, refused=bool(tried and tried.reason), said=said)


def samples(key: str, kid: str) -> list[tuple[str, str]]:
    """Return the samples by language, for the key of a site and the id of one of its identity keys."""
    own = {"KEY": key, "KID": kid}
    # In one go: what has been put in is not looked at again.
    return [(name, re.sub("KEY|KID", lambda found: own[found[0]], text)) for name, text in _SAMPLES.items()]


def _life(reader: Reader, key: IdentityKey) -> list[str]:
    """Return when a key was made, used and revoked, in words."""
    by = key.created_by.name if key.created_by else reader.t("sites.keys.program")
    told = [reader.t("sites.keys.made", day=reader.day(key.created_at), name=by)]
    told.append(
        reader.t("sites.keys.used", ago=reader.ago(key.used_at)) if key.used_at else reader.t("sites.keys.unused")
    )
    return told + ([reader.t("sites.keys.revoked", day=reader.day(key.revoked_at))] if key.revoked_at else [])
