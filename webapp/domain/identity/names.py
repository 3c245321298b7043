"""How two folded names that are not the same resemble each other, as a level; pure.

Token is laid against token, in any rotation, the shorter name within the longer. How far each token has to
be loosened to fit the other is added up: two at most, and something must hold the two names together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from rapidfuzz.distance import OSA

from ..profiles.normalise import FoldedName, is_cjk
from ..remembered import remembered
from . import nicknames

# How a token fits another, and what that costs. "letter" is the same initial on both sides, "left out" stands
# for the tokens of the longer name that the shorter lacks.
_COSTS = {"same": 0, "letter": 0, "initial": 1, "nick": 1, "slip": 1, "slips": 2, "begins": 1, "left out": 1}
_MOST = 2
_LONG_TOKEN, _LONG_NAME = 8, 10  # letters from which on two slips can be forgiven
_SOUNDS = (("ph", "f"), ("ck", "k"), ("th", "t"), ("v", "f"), ("c", "k"), ("y", "i"), ("z", "s"))


def resemblance(given: FoldedName, held: FoldedName) -> str:
    """Return the level at which two names with letters, not exactly the same, are near, or `other`."""
    one, other = sorted((given.tokens, held.tokens), key=len)
    if one == other or (given.suffix != held.suffix and "".join(one) == "".join(other)):
        return "suffix"
    if given.joined == held.joined:
        return "exact_join"
    if sorted(one) == sorted(other):
        return "reordered"
    return _single(one[0], other) if len(one) == 1 else _several(one, other)


def _single(token: str, others: tuple[str, ...]) -> str:
    if token in others and (len(token) > 1 or is_cjk(token)):
        return "single"
    fit = _fit(token, others[0])
    if len(others) == 1 and fit in ("nick", "slip", "slips"):
        return "nick" if fit == "nick" else "single_near"
    return "single_near" if fit == "nick" else "other"


def _several(one: tuple[str, ...], other: tuple[str, ...]) -> str:
    best = min((fits for fits in _alignments(one, other) if _holds(fits, one)), key=_cost, default=None)
    if best is not None:
        return _level(best)
    # A slip may have swallowed the space between two words.
    first, second = "".join(one), "".join(other)
    is_long = min(len(first), len(second)) >= _LONG_TOKEN
    return "near1" if is_long and len(one) != len(other) and _slips(first, second) == "slip" else "other"


def _alignments(one: tuple[str, ...], other: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    left_out = ("left out",) if len(one) < len(other) else ()
    for turned in {one, one[1:] + one[:1], one[-1:] + one[:-1]}:
        for chosen in combinations(other, len(one)):
            fits = tuple(_fit(a, b) for a, b in zip(turned, chosen, strict=True))
            if all(fits):
                yield fits + left_out


def _cost(fits: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    return sum(_COSTS[fit] for fit in fits), tuple(sorted(fits))


def _holds(fits: tuple[str, ...], tokens: tuple[str, ...]) -> bool:
    if _cost(fits)[0] > _MOST:
        return False
    if "same" in fits or "nick" in fits:
        return True
    return not {"initial", "begins"} & set(fits) and len("".join(tokens)) >= _LONG_NAME


def _level(fits: tuple[str, ...]) -> str:
    loose = set(fits) - {"same", "letter"}
    if "begins" in loose:
        return "one_token"
    if "initial" in loose:
        return "nick_initial" if "nick" in loose else "initial"
    if loose & {"slip", "slips"}:
        return "near1" if _cost(fits)[0] == 1 else "near2"
    return "nick" if "nick" in loose else "subset"


@remembered(8192)
def _fit(a: str, b: str) -> str:
    """Return how a token fits another, a key of `_COSTS`, or the empty string."""
    short, long = sorted((a, b), key=len)
    if a == b:
        return "same" if len(a) > 1 or is_cjk(a) else "letter"
    if is_cjk(short) or is_cjk(long):
        return _slips(a, b) if len(short) >= 5 else ""  # one sign is a syllable, or a whole name
    if len(short) == 1:
        return "initial" if long.startswith(short) else ""
    if b in nicknames.variants(a):
        return "nick"
    return _slips(a, b) or ("begins" if long.startswith(short) else "")


def _slips(a: str, b: str) -> str:
    """Return `slip` or `slips` when the tokens are one or two typing or hearing slips apart, else nothing."""
    if a.isdecimal() or b.isdecimal():
        return ""
    distance = OSA.distance(a, b, score_cutoff=2)
    longest = max(len(a), len(b))
    if distance == 1 and (longest > 3 or (longest == 3 and a[0] == b[0])):
        return "slip"
    if longest > 3 and _sound(a) == _sound(b):
        return "slip"
    return "slips" if distance == 2 and min(len(a), len(b)) >= _LONG_TOKEN and a[0] == b[0] else ""


def _sound(token: str) -> str:
    for spelled, heard in _SOUNDS:
        token = token.replace(spelled, heard)
    return "".join(c for place, c in enumerate(token) if token[place - 1 : place] != c)
