"""The gate for text from outside: what any form, socket or file may bring in, and at what length.

Databases choke on lone surrogates and NUL, screens on control characters; so they stop here, once, for all.
The limits stand in `LIMITS`.
"""

from __future__ import annotations

import re
import unicodedata

LIMITS = {"name": 120, "email": 254, "phone": 32, "message": 4000, "search": 200, "client_id": 64}

_line_ends = re.compile("\r\n|[\r\u2028\u2029]")
_unreadable = re.compile("[\0\ud800-\udfff]")
_controls = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_HIGHEST_STACK = 8  # marks on one letter: no script needs more, and a tower covers the lines above
_fillers = "\u034f\u115f\u1160\u2800\u3164\uffa0\ufe0e\ufe0f"  # not white space, and yet nobody sees them


def problem_with(text: str, limit: int) -> str | None:
    """Return the code of what forbids this text, or None: `bad_characters` or `too_long` (in code points)."""
    if _unreadable.search(text):
        return "bad_characters"
    return "too_long" if len(text) > limit else None


def tidy(text: str, *, lines: bool = False) -> str:
    """Return the text without control characters, trimmed, with line ends as LF (or as spaces).

    A text in which nothing can be seen becomes the empty string.
    """
    text = _controls.sub("", _line_ends.sub("\n", text))
    if not lines:
        text = text.replace("\n", " ").replace("\t", " ")
    text = _without_towers(text).strip()
    return text if any(map(_is_seen, text)) else ""


def _without_towers(text: str) -> str:
    if text.isascii():
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= _HIGHEST_STACK:
            kept.append(character)
    return "".join(kept)


def _is_seen(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CZ" and character not in _fillers
