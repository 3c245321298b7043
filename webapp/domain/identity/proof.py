"""What the retailer's back end has signed of a customer, and whether it may be believed. SPEC section 7.

A token is a JWT, signed with HS256 and a key of the site (`webapp.domain.people.identity_keys`). Everything about it
is strict, because nobody but a program makes one: whatever is not exactly right is refused, and the customer is then
simply not known. Nothing here knows a database.
"""

from __future__ import annotations

import json
import re
import unicodedata
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt

from .. import texts
from ..errors import DomainError

LONGEST = timedelta(minutes=15)
SKEW = timedelta(seconds=60)  # by which two clocks may differ
LARGEST = 8 * 1024  # characters of a token
LONGEST_SUBJECT = 255

_parts = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")
_kid = re.compile(r"[A-Za-z0-9_-]{1,64}")
_signatures = jwt.PyJWS(algorithms=["HS256"])

Secrets = Callable[[str], bytes | None]  # by the id of a key


@dataclass(frozen=True, slots=True)
class Proved:
    """What a valid signed identity says: `subject` is the retailer's own id of the customer.

    `email` and the rest fill the form before a chat; only an e-mail that is `email_verified` identifies anybody.
    """

    subject: str
    name: str = ""
    email: str = ""
    email_verified: bool = False
    phone: str = ""
    kid: str = field(default="", compare=False)  # of the key that it was signed with


class NotProved(DomainError):
    """A token that is not believed. `reason` is a code for the retailer who looks for the mistake, and nobody else.

    One that is right but for having run out still tells of whom it was: `subject`, else "".
    """

    def __init__(self, reason: str, subject: str = "") -> None:
        super().__init__("not_proved")
        self.reason = reason
        self.subject = subject


def verify(token: str, site_key: str, secrets: Secrets, now: datetime) -> Proved:
    """Return what a token says of the customer of this site; raises `NotProved`, whatever is wrong with it.

    `secrets` gives the secret of a key's id, or None for one that is unknown here or revoked.
    """
    parts = _parts.fullmatch(token) if len(token) <= LARGEST else None
    if parts is None:
        raise NotProved("malformed")
    header = _object(parts[1])
    kid = _checked_header(header)
    secret = secrets(kid)
    if not secret:
        raise NotProved("unknown_key")
    try:
        _signatures.decode(token, secret, algorithms=["HS256"])
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise NotProved("wrong_signature") from None
    claims = _object(parts[2])
    _check_audience(claims.get("aud"), site_key)
    subject = _subject(claims.get("sub"))
    _check_times(claims, now, subject)
    email = _text(claims, "email")
    verified = claims.get("email_verified", False)
    if not isinstance(verified, bool):
        raise NotProved("wrong_email_verified")
    return Proved(
        subject=subject,
        name=_text(claims, "name"),
        email=email,
        email_verified=verified and bool(email),
        phone=_text(claims, "phone"),
        kid=kid,
    )


def _object(segment: str) -> dict[str, Any]:
    """Return the JSON object of a segment in which no name comes twice: readers would disagree on which one counts."""
    try:
        text = urlsafe_b64decode(segment + "=" * (-len(segment) % 4)).decode()
        found = json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number)
    except (ValueError, RecursionError):  # bad base64, bad UTF-8 and bad JSON are all ValueErrors
        raise NotProved("malformed") from None
    if not isinstance(found, dict):
        raise NotProved("malformed")
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _checked_header(header: dict[str, Any]) -> str:
    """Return the id of the key; the header may ask for nothing but HS256."""
    if header.get("alg") != "HS256" or "crit" in header or "b64" in header:
        raise NotProved("wrong_algorithm")
    kid = header.get("kid")
    if not isinstance(kid, str) or not _kid.fullmatch(kid):
        raise NotProved("unknown_key")
    return kid


def _check_audience(audience: Any, site_key: str) -> None:
    if audience not in (site_key, [site_key]):
        raise NotProved("wrong_audience")


def _check_times(claims: dict[str, Any], now: datetime, subject: str) -> None:
    issued, expires, skew = _seconds(claims, "iat"), _seconds(claims, "exp"), int(SKEW.total_seconds())
    begins = _seconds(claims, "nbf") if "nbf" in claims else issued
    present = now.timestamp()
    if not 0 < expires - issued <= LONGEST.total_seconds():
        raise NotProved("wrong_life")
    if present > expires + skew:
        raise NotProved("expired", subject)
    if max(issued, begins) > present + skew:
        raise NotProved("not_yet")


def _seconds(claims: dict[str, Any], name: str) -> int:
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotProved(f"wrong_{name}")
    return value


def _subject(subject: Any) -> str:
    if not isinstance(subject, str) or not subject.strip() or len(subject) > LONGEST_SUBJECT:
        raise NotProved("wrong_sub")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in subject):
        raise NotProved("wrong_sub")
    return subject


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name, "")
    if not isinstance(value, str) or texts.problem_with(value, texts.LIMITS[name]):
        raise NotProved(f"wrong_{name}")
    return texts.tidy(value)
