"""Signing in and out. Sessions are rows, so that they can be ended from anywhere, at once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from .. import clock
from ..db import emit, verb
from ..events import SignedOut
from ..tables import Associate, SignIn

LONGEST = timedelta(hours=24)


def hash_token(token: str) -> str:
    """Return what is kept of a random token: enough to know it again, not enough to use it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@verb
def sign_in(associate: Associate) -> str:
    """Open a session for an associate whose password was right; return the token for her cookie."""
    token = secrets.token_urlsafe(32)
    SignIn.create(associate=associate, token_hash=hash_token(token))
    return token


def current(token: str) -> SignIn | None:
    """Return the session of this token, its associate loaded, unless it has ended or is too old."""
    found: SignIn | None = (
        SignIn.select(SignIn, Associate)
        .join(Associate)
        .where(
            SignIn.token_hash == hash_token(token),
            SignIn.revoked_at.is_null(),
            SignIn.created_at > clock.now() - LONGEST,
        )
        .first()
    )
    return found


def is_fresh(session: SignIn) -> bool:
    """Say whether a session is not too old."""
    return bool(session.created_at > clock.now() - LONGEST)


@verb
def sign_out(session: SignIn) -> None:
    """End the session; its sockets are closed by whoever listens."""
    SignIn.update(revoked_at=clock.now()).where(
        SignIn.id == session.id, SignIn.revoked_at.is_null()
    ).execute()
    emit(SignedOut(session.id))
