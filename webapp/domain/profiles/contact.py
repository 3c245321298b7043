"""Reading contact details that somebody typed: what is accepted, and what has to be mended.

Used by the widget's forms and by the workspace's, so that a customer and an associate are held to the same
rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from .. import texts
from ..errors import Invalid
from .normalise import fold_phone

_letters = re.compile(r"[^\W\d_]")
_FEWEST_DIGITS, _MOST_DIGITS = 5, 17


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gave: each value as typed, tidied; blank is the empty string."""

    name: str = ""
    email: str = ""
    phone: str = ""


def read(name: str, email: str, phone: str, *, region: str, required: Iterable[str] = ()) -> Given:
    """Return the details tidied; raises `Invalid` naming every field that is wrong.

    `region` (ISO 3166) reads phone numbers without a country; `required` holds names of fields.
    """
    given = Given(*(texts.tidy(value) for value in (name, email, phone)))
    problems = {
        field: problem
        for field, raw, wrong in (
            ("name", name, None),
            ("email", email, email_problem(given.email)),
            ("phone", phone, phone_problem(given.phone, region)),
        )
        if (problem := texts.problem_with(raw, texts.LIMITS[field]) or wrong)
    }
    for field in required:
        if not getattr(given, field):
            problems[field] = f"{field}_missing"
    if problems:
        raise Invalid(problems)
    return given


def email_problem(email: str) -> str | None:
    """Return the code of what is wrong with an e-mail address, or None; blank is fine."""
    if not email:
        return None
    try:
        validate_email(email, check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError:
        return "email_invalid"
    return None


def phone_problem(phone: str, region: str) -> str | None:
    """Return the code of what is wrong with a phone number, or None; blank is fine.

    Any number that can be read in the region is accepted, and so is one that cannot but has the digits of
    one.
    """
    if not phone or fold_phone(phone, region).e164:
        return None
    digits = sum(character.isdigit() for character in phone)
    looks_like_one = _FEWEST_DIGITS <= digits <= _MOST_DIGITS and not _letters.search(phone)
    return None if looks_like_one else "phone_invalid"
