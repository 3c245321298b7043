"""Which profiles match the contact details partly, best first, each with its evidence.

Profiles are fetched by key and compared in Python: those that share the name, an address or a number are all
found and paged; those that only resemble are a shortlist beneath them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import fn

from ..prepared import given, prepared
from ..profiles import keys, records
from ..tables import Conversation, Link, MatchKey, Rejection, Visitor
from . import facts, nicknames
from .matching import Details, Evidence, compare

PAGE = 8
_SHORTLIST = 200  # profiles looked at for each key that only resembles

# Of the chats of a browser whose link stands, the latest first.
_standing = (
    Link.select(Link.profile)
    .join(Conversation)
    .where(Conversation.visitor == given("visitor"), Link.ended_at.is_null())
    .order_by(Conversation.id.desc())
    .limit(1)
)
_latest = prepared(_standing)
_latest_besides = prepared(_standing.where(Link.profile != given("besides")))

ORDER = ("exact", "partial", "near", "remembered", "rejected")


@dataclass(frozen=True, slots=True)
class Candidate:
    record: records.Record
    evidence: Evidence
    strength: str  # of ORDER
    last_contact: datetime | None


@dataclass(frozen=True, slots=True)
class Candidates:
    """All candidates, best first; the rejected ones apart."""

    offered: tuple[Candidate, ...]
    rejected: tuple[Candidate, ...]

    def of(self, strength: str) -> tuple[Candidate, ...]:
        """Return the offered candidates of one strength."""
        return tuple(candidate for candidate in self.offered if candidate.strength == strength)


def find(details: Details, visitor: Visitor | int | None, *, besides: int | None = None) -> Candidates:
    """Return the candidates for these details in a visitor's browser; `besides` is a profile left out."""
    remembered = remembered_profile(visitor, besides=besides)
    refused = rejected_profiles(visitor)
    name = "" if details.name_generated else details.name
    lookup = keys.lookup_keys(name, details.email, details.phone, details.region, variants=nicknames.variants)
    ids = [*_sharing(lookup.same), *_resembling(lookup.near), *refused, *([remembered] if remembered else ())]
    return _compared(details, (id for id in ids if id != besides), refused, remembered)


def find_remembered(details: Details, visitor: Visitor | int | None, *, besides: int) -> tuple[Candidate, ...]:
    """Return whoever this browser remembers beside a profile, when the details say nothing for that one: one, or none.

    The same as of `find` the remembered, without a search among all profiles.
    """
    remembered = remembered_profile(visitor, besides=besides)
    if remembered is None or remembered in (refused := rejected_profiles(visitor)):
        return ()
    return _compared(details, [remembered], refused, remembered).of("remembered")


def _compared(details: Details, ids: Iterable[int], refused: set[int], remembered: int | None) -> Candidates:
    loaded = records.load(ids)
    contacts = _last_contacts(loaded)
    offered, rejected = [], []
    for id, record in loaded.items():
        evidence = compare(details, facts.held(record))
        strength = evidence.strength
        if id in refused:
            rejected.append(Candidate(record, evidence, "rejected", contacts.get(id)))
        elif strength != "none":
            offered.append(Candidate(record, evidence, strength, contacts.get(id)))
        elif id == remembered:
            offered.append(Candidate(record, evidence, "remembered", contacts.get(id)))
    return Candidates(tuple(sorted(offered, key=_rank)), tuple(sorted(rejected, key=_rank)))


def remembered_profile(visitor: Visitor | int | None, *, besides: int | None = None) -> int | None:
    """Return the id of the profile of this browser's latest chat whose link still stands, or None.

    `besides` is a profile to pass over: in a chat that is linked, what is remembered is who was here before.
    """
    if visitor is None:
        return None
    query, passed_over = (_latest, {}) if besides is None else (_latest_besides, {"besides": besides})
    found = query.rows(visitor=visitor, **passed_over)
    return int(found[0][0]) if found else None


def rejected_profiles(visitor: Visitor | int | None) -> set[int]:
    """Return ids of the profiles that an associate said this visitor is not."""
    if visitor is None:
        return set()
    return {row.profile_id for row in Rejection.select(Rejection.profile).where(Rejection.visitor == visitor)}


def _sharing(wanted: Iterable[tuple[str, str]]) -> list[int]:
    found: list[int] = []
    for kind, key in wanted:
        rows = MatchKey.select(MatchKey.profile).where(MatchKey.kind == kind, MatchKey.key == key)
        found += [row.profile_id for row in rows]
    return found


def _resembling(wanted: Iterable[tuple[str, str]]) -> list[int]:
    found: list[int] = []
    for kind, key in wanted:
        rows = MatchKey.select(MatchKey.profile).where(MatchKey.kind == kind, MatchKey.key == key)
        found += [row.profile_id for row in rows.limit(_SHORTLIST)]
    return found


def _last_contacts(ids: Iterable[int]) -> dict[int, datetime]:
    rows: Any = (
        Link.select(Link.profile, fn.MAX(Conversation.last_at).alias("last"))
        .join(Conversation)
        .where(Link.profile.in_(list(ids)), Link.ended_at.is_null())
        .group_by(Link.profile)
    )
    return {link.profile_id: getattr(link, "last") for link in rows}  # noqa: B009 — an alias, not a column


def _rank(candidate: Candidate) -> tuple[int, float, float, int]:
    last = candidate.last_contact.timestamp() if candidate.last_contact else 0.0
    return (ORDER.index(candidate.strength), -candidate.evidence.score, -last, candidate.record.id)
