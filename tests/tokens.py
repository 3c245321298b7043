"""Signed identities as a shop's back end makes them, right and wrong; made by hand, so that nothing puts them right."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

KID = "ik_test"
SECRET = "a secret of the shop, long enough for anybody who asks"


def segment(text: str | bytes) -> str:
    return base64.urlsafe_b64encode(text.encode() if isinstance(text, str) else text).decode().rstrip("=")


def seal(header: str, payload: str, secret: str, digest: str = "sha256") -> str:
    """Sign two segments as they stand."""
    signature = hmac.new(secret.encode(), f"{header}.{payload}".encode(), getattr(hashlib, digest)).digest()
    return f"{header}.{payload}.{segment(signature)}"


def claims(at: int | None = None, **more: Any) -> dict[str, Any]:
    """What says that C-1001 is signed in, from `at` on for 15 minutes; None takes a claim away."""
    begin = int(time.time()) if at is None else at
    found = {"aud": "pk_test", "sub": "C-1001", "iat": begin, "exp": begin + 900} | more
    return {name: value for name, value in found.items() if value is not None}


def signed(
    payload: dict[str, Any] | str, *, header: dict[str, Any] | None = None, kid: str = KID, secret: str = SECRET
) -> str:
    """Sign claims, or the text of them; `header` adds to the right one, and None in it takes away."""
    heading = {"typ": "JWT", "alg": "HS256", "kid": kid} | (header or {})
    first = json.dumps({name: value for name, value in heading.items() if value is not None})
    return seal(segment(first), segment(payload if isinstance(payload, str) else json.dumps(payload)), secret)


def token(
    *, at: int | None = None, header: dict[str, Any] | None = None, kid: str = KID, secret: str = SECRET, **more: Any
) -> str:
    return signed(claims(at, **more), header=header, kid=kid, secret=secret)
