"""Passwords: which are good enough, argon2id, and the same work whether or not the account exists."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from ..errors import Invalid

_hasher = PasswordHasher()
SHORTEST = 8  # characters
LONGEST = 1024  # bytes; more is refused before it is hashed
_ending = re.compile(r"[\d!?.*#@$_-]{1,6}$")  # a year, a number, a sign: what is put after a word to please a rule


def check(password: str, *, name: str = "", email: str = "") -> None:
    """Raise `Invalid` when somebody of this name and e-mail should not have this password.

    Any characters will do, spaces count, and nothing is cut off. What everybody tries first is refused: the person's
    own name or e-mail, and what many people choose.
    """
    if any("\ud800" <= character <= "\udfff" for character in password):
        raise Invalid({"password": "bad_characters"})
    if len(password) < SHORTEST:
        raise Invalid({"password": "password_too_short"})
    if len(password.encode()) > LONGEST:
        raise Invalid({"password": "password_too_long"})
    folded = _fold(password)
    if folded and folded in {_fold(own) for own in (name, email, email.partition("@")[0])}:
        raise Invalid({"password": "password_is_yours"})
    if not folded or not _common().isdisjoint({folded, _ending.sub("", folded)}):
        raise Invalid({"password": "password_common"})


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


def is_too_long(password: str) -> bool:
    """Say whether a password is longer than any can be, so that it need not be compared."""
    return len(password.encode("utf-8", "replace")) > LONGEST


def _fold(password: str) -> str:
    """Return a password as it is compared with what is too easy: without accents, case and blanks."""
    plain = unicodedata.normalize("NFKD", password.casefold())
    return "".join(c for c in plain if not c.isspace() and not unicodedata.combining(c))


@cache
def _common() -> frozenset[str]:
    path = Path(__file__).with_name("common_passwords.txt")
    return frozenset(_fold(line) for line in path.read_text("utf-8").splitlines() if line and line[0] != "#")


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")
