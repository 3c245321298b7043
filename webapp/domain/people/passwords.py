"""Passwords: argon2id, and the same work whether or not the account exists."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

_hasher = PasswordHasher()
LONGEST = 1024  # bytes; more is refused before it is hashed


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _hasher.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Say whether the password is the one; without a hash the answer is no, and takes as long."""
    try:
        right = _hasher.verify(password_hash or _nobodys(), password)
    except (Argon2Error, InvalidHashError):
        return False
    return right and bool(password_hash)


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")
