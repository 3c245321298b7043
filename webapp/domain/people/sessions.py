"""Signing in and out. Sessions are rows, so that they can be ended from anywhere, at once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from .. import acting, clock
from ..db import emit, verb
from ..events import SignedOut
from ..prepared import given, prepared
from ..tables import Associate, SignIn

LONGEST = timedelta(hours=24)


def _goes_on(since: Any) -> tuple[Any, ...]:
    return (
        SignIn.revoked_at.is_null(),
        SignIn.created_at > since,
        Associate.deactivated_at.is_null(),
    )


_by_token = prepared(
    SignIn.select(SignIn, Associate)
    .join(Associate)
    .where(SignIn.token_hash == given("hash"), *_goes_on(given("since")))
)


def hash_token(token: str) -> str:
    """Return what is kept of a random token: enough to know it again, not enough to use it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@verb
def sign_in(associate: Associate) -> str:
    """Open a session for an associate whose password was right; return the token for her cookie.

    Raises `Refused("deactivated")`.
    """
    acting.check(associate)
    token = secrets.token_urlsafe(32)
    SignIn.create(associate=associate, token_hash=hash_token(token))
    return token


def current(token: str) -> SignIn | None:
    """Return the session of this token, its associate loaded, unless it has ended or is too old."""
    found: SignIn | None = _by_token.first(hash=hash_token(token), since=clock.now() - LONGEST)
    return found


def going_on(sign_ins: Collection[int]) -> set[int]:
    """Return which of these sessions have not ended: revoked, too old, or of somebody who has left."""
    still = _goes_on(clock.now() - LONGEST)
    query = SignIn.select(SignIn.id).join(Associate).where(SignIn.id.in_(list(sign_ins)), *still)
    return {int(session.id) for session in query}


def of(associate: Associate) -> list[SignIn]:
    """Return her sessions that have not ended, the newest first."""
    query = SignIn.select(SignIn, Associate).join(Associate)
    return list(query.where(SignIn.associate == associate, *_goes_on(clock.now() - LONGEST)).order_by(SignIn.id.desc()))


@verb
def end_others(associate: Associate, keep: SignIn | None) -> None:
    """End all sessions of hers but the one to keep; their sockets are closed by whoever listens."""
    hers = SignIn.select().where(SignIn.associate == associate, SignIn.revoked_at.is_null())
    for session in hers:
        if keep is None or session.id != keep.id:
            sign_out(session)


@verb
def end_all() -> None:
    """End everybody's sessions: those of a restored database, in which whoever has signed out since is still in."""
    for session in SignIn.select().where(SignIn.revoked_at.is_null()):
        sign_out(session)


@verb
def sign_out(session: SignIn) -> None:
    """End the session; its sockets are closed by whoever listens."""
    SignIn.update(revoked_at=clock.now()).where(
        SignIn.id == session.id, SignIn.revoked_at.is_null()
    ).execute()
    emit(SignedOut(session.id))
