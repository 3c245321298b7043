"""Visitors: a browser that the widget knows by a random token, which only the browser keeps."""

from __future__ import annotations

import secrets

from .. import clock
from ..db import emit, verb
from ..events import VisitorForgotten
from ..prepared import given, prepared
from ..tables import Site, Visitor
from .sessions import hash_token

_by_token = prepared(
    Visitor.select().where(
        Visitor.site == given("site"), Visitor.token_hash == given("hash"), Visitor.forgotten_at.is_null()
    )
)


@verb
def remember(site: Site, token: str = "") -> tuple[Visitor, str]:
    """Make a visitor of this site; return it with the token (256 random bits) for its cookie, which may be given."""
    token = token or secrets.token_urlsafe(32)
    return Visitor.create(site=site, token_hash=hash_token(token)), token


@verb
def seen(visitor: Visitor) -> bool:
    """Note that the visitor was here: what is kept of it is kept from its last chat on.

    Returns False for one that has been forgotten, or erased, a moment ago: it is nobody.
    """
    noted = Visitor.update(seen_at=clock.now()).where(Visitor.id == visitor.id, Visitor.forgotten_at.is_null())
    return bool(noted.execute())


@verb
def forget(visitor: Visitor) -> None:
    """Let the visitor's token open nothing any more; sockets that it has opened are closed by whoever listens."""
    forgotten = Visitor.update(forgotten_at=clock.now()).where(
        Visitor.id == visitor.id, Visitor.forgotten_at.is_null()
    )
    if forgotten.execute():
        emit(VisitorForgotten(visitor.id))


def by_token(site: Site, token: str) -> Visitor | None:
    """Return the visitor of this site with this token, or None; one that was forgotten is nobody."""
    found: Visitor | None = _by_token.first(site=site, hash=hash_token(token))
    return found
