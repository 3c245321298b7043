"""Finding profiles while somebody types: by prefix of a name, address, phone or customer number, slips forgiven."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import fuzz, process

from ..tables import Profile, SearchKey
from . import keys, records
from .normalise import fold_name

LIMIT = 20
_SHORTLIST = 400  # of profiles that share the first letter of a word that was found nowhere
_NEAR = 72  # of 100: below it a slip is another name


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
    return Found(_near(query, limit), True, False)


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


def _near(query: str, limit: int) -> list[records.Record]:
    folded = fold_name(query)
    if len(folded.key) < 3:
        return []
    first_letters = {token[0] for token in folded.tokens}
    ids: set[int] = set()
    for letter in first_letters:
        rows = SearchKey.select(SearchKey.profile).where(_begins(letter)).distinct().limit(_SHORTLIST)
        ids.update(row.profile_id for row in rows)
    loaded = records.load(ids)
    names = {id: " ".join(fold_name(record.name).tokens) for id, record in loaded.items()}
    wanted = " ".join(folded.tokens)
    ranked = process.extract(wanted, names, scorer=fuzz.token_sort_ratio, score_cutoff=_NEAR, limit=limit)
    return [loaded[id] for _, _, id in ranked]
