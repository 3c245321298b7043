"""What stands in the form before a chat, so that a request which is sent twice is one request.

A browser gets its cookie with the answer to its first request. When that answer is lost it asks again, as a stranger,
and would get a second chat. So the form holds a start: 256 random bits, for this site, signed by us. The visitor's
token is derived from it, and whoever asks again with the same start is the same visitor. Nothing is stored for it, and
nothing is set in the browser before the first message; a start that is not ours, or old, is as if it were none.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

LIFE = 24 * 60 * 60  # seconds in which a form may be sent, and sent again: a tab may sleep
_RANDOM, _TIME, _SIGNATURE = 32, 6, 32  # bytes: all of the same length, and to nobody but us anything but random
_LENGTH = (_RANDOM + _TIME + _SIGNATURE + 2) // 3 * 4  # characters


def new(secret_key: str, site_key: str, now: datetime) -> str:
    """Return a new start for a form of this site."""
    content = secrets.token_bytes(_RANDOM) + int(now.timestamp()).to_bytes(_TIME)
    return urlsafe_b64encode(content + _signed(secret_key, b"start", site_key, content)).decode()


def token_of(secret_key: str, site_key: str, start: str, now: datetime) -> str:
    """Return the visitor's token that belongs to a start, or "" for one that is not ours or too old."""
    if len(start) != _LENGTH or not start.isascii():
        return ""
    try:
        read = urlsafe_b64decode(start)
    except ValueError:
        return ""
    content, signature = read[:-_SIGNATURE], read[-_SIGNATURE:]
    if not hmac.compare_digest(_signed(secret_key, b"start", site_key, content), signature):
        return ""
    if now.timestamp() - int.from_bytes(content[_RANDOM:]) > LIFE:
        return ""
    return urlsafe_b64encode(_signed(secret_key, b"visitor", site_key, content)).decode().rstrip("=")


def _signed(secret_key: str, purpose: bytes, site_key: str, content: bytes) -> bytes:
    return hmac.new(secret_key.encode(), b"\0".join((purpose, site_key.encode(), content)), hashlib.sha256).digest()
