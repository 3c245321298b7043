"""The shop's back end: it signs who is signed in, with a key that a manager has made."""

from __future__ import annotations

from typing import Any

from tests import tokens
from tests.conftest import SECRET
from webapp.domain.people import identity_keys
from webapp.domain.tables import IdentityKey, Site


class Shop:
    def __init__(self, site: Site, key: IdentityKey | None = None) -> None:
        self.site = site
        self.key = key or identity_keys.add(site, by=None)
        self.secret = identity_keys.secret(self.key, SECRET.encode())

    def sign(self, subject: str = "C-1001", **claims: Any) -> str:
        """A token for a customer; `header` may be wrong on purpose, and so may any claim."""
        begun = {"aud": self.site.key, "sub": subject} | claims
        return tokens.token(kid=str(self.key.kid), secret=self.secret, **begun)

    def sign_text(self, payload: str) -> str:
        return tokens.signed(payload, kid=str(self.key.kid), secret=self.secret)
