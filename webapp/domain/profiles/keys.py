"""The keys under which a profile is found: by details like its own, and by what somebody types to search.

A match key has a kind. N name without word boundaries, MB mailbox and PH E.164 are shared by all profiles
with the same detail. The others are shared by near ones, and only make a shortlist for the comparison: T
two name tokens in any order, W one token, I a token with the initial of another, L the local part of an
address without dots, H half a local part with its domain and length, so that one slip leaves one half
intact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, groupby

from . import normalise
from .normalise import clean, fold_email, fold_name, fold_phone, is_cjk, mailbox, phone_digits

Key = tuple[str, str]
Variants = Callable[[str], Collection[str]]

# Local parts that say nothing of who writes.
ROLES = frozenset("admin bonjour contact hello hola info mail office sales shop test".split())

_SHORTEST_LOCAL = 3
_PHONE_SIGNS = frozenset("0123456789 +-./()")
_part_ends = re.compile("[._-]")  # smith@… is found under john.smith@…


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where to look for a customer: keys that profiles with the same detail have, and keys of near ones."""

    same: tuple[Key, ...]
    near: tuple[Key, ...]  # the most telling first


def match_keys(name: str, emails: Iterable[str], phones: Iterable[str], region: str) -> set[Key]:
    """Return the match keys of a profile; `name` is blank when it is generated, `region` reads its phones."""
    found = {*_name_keys(name), *_phone_keys(phones, region)}
    for email in emails:
        found |= set(_email_keys(email))
    return found


def lookup_keys(name: str, email: str, phone: str, region: str, *, variants: Variants = lambda token: ()) -> Lookup:
    """Return the keys to look up for what a customer gave; `name` is blank when it is generated.

    `variants` gives other forms of a name token, such as nicknames; they are looked up in its place.
    """
    keys = {*_name_keys(name), *_email_keys(email), *_phone_keys([phone], region)}
    same = {key for key in keys if key[0] in ("N", "MB", "PH")}
    near = keys - same | {*_variant_keys(fold_name(name).tokens, variants), *_slipped(email)}
    telling = {kind: place for place, kind in enumerate("HLTIW")}
    return Lookup(tuple(sorted(same)), tuple(sorted(near, key=lambda key: (telling[key[0]], key))))


def search_keys(
    name: str, emails: Iterable[str], phones: Iterable[str], customer_number: str, region: str = ""
) -> set[str]:
    """Return the keys under which a profile is found by their beginnings; those of digits begin with "#".

    A phone has its E.164 digits, its national digits and its last four; `region` reads it.
    """
    found = {*_rotations(name), *_rotations(customer_number), fold_name(customer_number).joined}
    numbers = {word for text in (name, customer_number) for word in _words(text) if word.isdecimal()}
    for phone in (fold_phone(number, region) for number in phones):
        numbers |= {phone.digits, phone.national, phone.digits[-4:]}
    found |= {f"#{digits}" for digits in map(phone_digits, numbers) if digits}
    for email in map(fold_email, emails):
        found |= {email, *(email[end.end() :] for end in _part_ends.finditer(email.rpartition("@")[0]))}
    return found - {""}


def search_prefixes(query: str) -> list[str]:
    """Return prefixes, the longest first; a profile fits when each of them begins one of its search keys."""
    typed = clean(query)
    if "@" in typed:
        return [fold_email(typed)]
    if set(typed) <= _PHONE_SIGNS:
        return [f"#{digits}"] if (digits := phone_digits(typed)) else []
    prefixes = set()
    for is_number, words in groupby(_words(typed), str.isdecimal):
        together = list(words)
        prefixes |= {f"#{phone_digits(''.join(together))}"} if is_number else set(together)
    return sorted(prefixes - {"#"}, key=lambda prefix: (-len(prefix), prefix))


def _words(text: str) -> tuple[str, ...]:
    folded = fold_name(text)
    return (*folded.tokens, folded.suffix) if folded.suffix else folded.tokens


def _rotations(text: str) -> Iterator[str]:
    words = _words(text)
    for place, word in enumerate(words):
        yield normalise.join(words[place:] + words[:place])
        if is_cjk(word):  # a given name is typed without the family name before it
            yield from (word[start:] for start in range(1, min(len(word), normalise.MOST_TOKENS)))


def _name_keys(name: str) -> Iterator[Key]:
    folded = fold_name(name)
    if folded.key:
        yield "N", folded.joined
    yield from (("W", token) for token in folded.tokens if len(token) > 1)
    yield from (_pair(one, other) for one, other in combinations(folded.tokens, 2))
    for other in folded.tokens[1:]:
        yield from (*_initialled(folded.tokens[0], other), *_initialled(other, folded.tokens[0]))


def _pair(one: str, other: str) -> Key:
    return "T", " ".join(sorted((one, other)))


def _initialled(token: str, other: str) -> Iterator[Key]:
    if len(token) > 1 and not is_cjk(token) and not is_cjk(other):
        yield "I", f"{token} {other[0]}"


def _variant_keys(tokens: tuple[str, ...], variants: Variants) -> Iterator[Key]:
    for place, token in enumerate(tokens):
        others = tokens[:place] + tokens[place + 1 :]
        for variant in variants(token):
            yield from (_pair(variant, other) for other in others)
            if not others:
                yield "W", variant
            elif place == 0:
                yield from (key for other in others for key in _initialled(variant, other))


def _email_keys(email: str) -> Iterator[Key]:
    local, at, domain = mailbox(fold_email(email)).rpartition("@")
    if not at:
        return
    yield "MB", f"{local}@{domain}"
    bare = local.replace(".", "")
    if len(bare) >= _SHORTEST_LOCAL and bare not in ROLES:
        yield "L", bare
    yield from _halves(local, domain, len(local))


def _slipped(email: str) -> Iterator[Key]:
    """Yield half-keys of the addresses that differ by a slip which spoils both halves.

    They have a letter more or less, or the two letters in the middle the other way round.
    """
    local, at, domain = mailbox(fold_email(email)).rpartition("@")
    if not at or not local:
        return
    length, middle = len(local), len(local) // 2
    yield from (*_halves(local, domain, length - 1), *_halves(local, domain, length + 1))
    turned = local[: middle - 1] + local[middle] + local[middle - 1] + local[middle + 1 :]
    yield from _halves(turned, domain, length)


def _halves(local: str, domain: str, length: int) -> Iterator[Key]:
    if min(length, len(local)) >= _SHORTEST_LOCAL:
        half = length // 2
        yield "H", f"{length}<{local[:half]}@{domain}"
        yield "H", f"{length}>{local[half - length :]}@{domain}"


def _phone_keys(phones: Iterable[str], region: str) -> Iterator[Key]:
    return (("PH", e164) for phone in phones if (e164 := fold_phone(phone, region).e164))
