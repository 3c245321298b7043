"""Finding profiles while somebody types: by prefix of name, address, phone or number, slips forgiven."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import OSA

from ..tables import Profile, SearchKey
from . import keys, records

LIMIT = 20
_SHORTLIST = 400  # profiles looked at for each word that was found nowhere
_LONGEST_BEGINNING = 12
_SHORT, _LONG = 3, 8  # letters from which on one slip, two slips are forgiven
_MOST_SLIPS = 2


@dataclass(frozen=True, slots=True)
class Found:
    records: list[records.Record]
    is_near: bool  # nothing begins with what was typed; these resemble it
    more: bool


def search(query: str, *, limit: int = LIMIT) -> Found:
    """Return the profiles that fit what was typed, best first; those that only resemble it when none fits."""
    prefixes = keys.search_prefixes(query)
    if not prefixes:
        return Found([], False, False)
    ids = _with_all(prefixes, limit + 1)
    if ids:
        found = list(records.load(ids[:limit]).values())
        return Found(found, False, len(ids) > limit)
    return Found(_near(prefixes, limit), True, False)


def latest(*, before: int | None = None, limit: int = LIMIT) -> Found:
    """Return profiles by customer number, in pages; `before` is the id of the last one of the page before."""
    query = Profile.select(Profile.id).where(Profile.withdrawn_at.is_null()).order_by(Profile.id)
    if before:
        query = query.where(Profile.id > before)
    ids = [row.id for row in query.limit(limit + 1)]
    return Found(list(records.load(ids[:limit]).values()), False, len(ids) > limit)


def _with_all(prefixes: list[str], limit: int) -> list[int]:
    """Return ids of profiles that have, for every prefix, a key that begins with it."""
    query = SearchKey.select(SearchKey.profile).where(_begins(prefixes[0])).distinct()
    for prefix in prefixes[1:]:
        query = query.where(SearchKey.profile.in_(SearchKey.select(SearchKey.profile).where(_begins(prefix))))
    return [row.profile_id for row in query.order_by(SearchKey.profile).limit(limit)]


def _begins(prefix: str) -> object:
    # A range instead of LIKE: it uses the index, and a typed % or _ is only itself.
    return (SearchKey.key >= prefix) & (SearchKey.key < prefix + "\U0010ffff")


def _near(prefixes: list[str], limit: int) -> list[records.Record]:
    """Return the profiles that fit when slips are forgiven, fewest slips first."""
    ids = {id for prefix in prefixes for id in _shortlist(prefix)}
    keys_of: dict[int, list[str]] = {}
    for row in SearchKey.select().where(SearchKey.profile.in_(ids)):
        keys_of.setdefault(row.profile_id, []).append(row.key)
    slips = {id: [_slips(prefix, held) for prefix in prefixes] for id, held in keys_of.items()}
    fitting = sorted((sum(made), id) for id, made in slips.items() if max(made) <= _MOST_SLIPS)
    return list(records.load(id for _, id in fitting[:limit]).values())


def _shortlist(prefix: str) -> set[int]:
    """Return ids of profiles with a key that begins as the prefix does, those that share most of it first."""
    ids: set[int] = set()
    shortest = len("#1") if prefix.startswith("#") else 1
    for length in range(min(len(prefix), _LONGEST_BEGINNING), shortest - 1, -1):
        rows = SearchKey.select(SearchKey.profile).where(_begins(prefix[:length])).distinct()
        ids.update(row.profile_id for row in rows.limit(_SHORTLIST))
        if len(ids) >= _SHORTLIST:
            break
    return ids


def _slips(prefix: str, held: list[str]) -> int:
    """Return how many slips turn the prefix into the beginning of a key; a short word may have none."""
    allowed = 2 if len(prefix) >= _LONG else 1 if len(prefix) >= _SHORT else 0
    beginnings = {key[: len(prefix) + more] for key in held for more in range(-allowed, allowed + 1)}
    fewest = min(OSA.distance(prefix, beginning) for beginning in beginnings)
    return fewest if fewest <= allowed else _MOST_SLIPS + 1
