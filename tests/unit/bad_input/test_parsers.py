"""Nothing that reads what people typed takes long over it, whatever it is."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from webapp.domain import texts
from webapp.domain.identity import matching
from webapp.domain.profiles import contact, keys, normalise

from .corpus import lines

BUDGET = 0.05  # seconds of work

# Each is given no more than may come in where it stands.
PARSERS: dict[str, tuple[int, Callable[[str], object]]] = {
    "a message tidied": (texts.LIMITS["message"], lambda text: texts.tidy(text, lines=True)),
    "a line tidied": (10_000, texts.tidy),
    "a text looked at": (10_000, lambda text: texts.problem_with(text, 10_000)),
    "an e-mail read": (texts.LIMITS["email"], contact.email_problem),
    "a phone read": (texts.LIMITS["phone"], lambda text: contact.phone_problem(text, "FR")),
    "a name folded": (texts.LIMITS["name"], normalise.fold_name),
    "an e-mail folded": (texts.LIMITS["email"], normalise.fold_email),
    "a phone folded": (texts.LIMITS["phone"], lambda text: normalise.fold_phone(text, "FR")),
    "names compared": (texts.LIMITS["name"], lambda text: matching.compare_name(text, text[::-1])),
    "e-mails compared": (texts.LIMITS["email"], lambda text: matching.compare_email(text, text[::-1])),
    "phones compared": (texts.LIMITS["phone"], lambda text: matching.compare_phone(text, text[::-1], "FR")),
    "the keys of a name": (texts.LIMITS["name"], lambda text: keys.match_keys(text, (), (), "FR")),
    "the keys of an e-mail": (texts.LIMITS["email"], lambda text: keys.match_keys("", (text,), (), "FR")),
    "what finds a name": (texts.LIMITS["name"], lambda text: keys.lookup_keys(text, "", "", "FR")),
    "what finds an e-mail": (texts.LIMITS["email"], lambda text: keys.lookup_keys("", text, "", "FR")),
    "a search cut into beginnings": (texts.LIMITS["search"], keys.search_prefixes),
}

EVIL = {
    "one letter": "a", "letters and spaces": "a ", "dots": ".", "letters and dots": "a.", "at signs": "@",
    "letters and at signs": "a@", "hyphens": "-", "letters and hyphens": "a-", "digits": "1", "digits and spaces": "1 ",
    "plus signs": "+", "brackets": "(", "apostrophes": "'", "accents": "e\u0301", "marks": "\u0301", "emoji": "🙂",
    "honorifics": "Mr ", "commas": "a, ", "a word of Chinese": "王", "Hangul": "각", "invisible": "\u200b",
    "line ends": "\r\n", "controls": "\x01", "ligatures": "ﷺ", "extensions": "x1", "semicolons": ";ext=1",
}  # fmt: skip


def is_quick(parse: Callable[[str], object], text: str) -> bool:
    """Say whether it takes less work than the budget; another go or two, for a collector of garbage works as well."""
    for _ in range(4):
        before = time.thread_time()
        parse(text)
        if time.thread_time() - before < BUDGET:
            return True
    return False


@pytest.mark.parametrize(("limit", "parse"), PARSERS.values(), ids=PARSERS.keys())
def test_reading_takes_no_time(limit: int, parse: Callable[[str], object]) -> None:
    corpus = [line.payload for field in ("text", "name", "email", "phone", "search") for line in lines(field)]
    for text in [*corpus, *(sign * limit for sign in EVIL.values()), *(f"{sign * limit}!" for sign in EVIL.values())]:
        cut = text[:limit]
        assert is_quick(parse, cut), ascii(cut[:40])
        assert is_quick(parse, cut[1:] + "\0"), ascii(cut[:40])
