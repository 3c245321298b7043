"""Who is this customer? The rules of SPEC section 2, in their order; the first that applies decides.

Run once, before the chat is routed and in the transaction that routes it. Afterwards nothing is linked
silently.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .. import settings
from ..profiles import records
from ..tables import Visitor
from . import facts
from .candidates import Candidate, Candidates, find
from .matching import Details, Evidence, compare, speaks_of_somebody_else


@dataclass(frozen=True, slots=True)
class Decision:
    """A profile to link with its provenance and evidence, or none; and the candidates either way."""

    candidates: Candidates
    profile: records.Record | None = None
    provenance: str = ""
    evidence: Evidence | None = None


def decide(details: Details, visitor: Visitor | None, remembered: int | None) -> Decision:
    """Decide for these details in this browser; `remembered` is the profile of its last standing link."""
    candidates = find(details, visitor)
    mode = settings.get("automatic_linking")
    everybody = (*candidates.offered, *candidates.rejected)
    exact = [candidate for candidate in everybody if candidate.evidence.strength == "exact"]
    if mode == "off" or len(exact) > 1:  # several exact matches leave it to the associate, by whichever rule
        return Decision(candidates)
    if exact and exact[0] in candidates.offered and (mode != "strict" or _stands_alone(everybody)):
        return Decision(candidates, exact[0].record, "exact_match", exact[0].evidence)
    if remembered and settings.get("remember_browser") == "on":
        return _by_browser(details, candidates, remembered)
    return Decision(candidates)


def _by_browser(details: Details, candidates: Candidates, remembered: int) -> Decision:
    if any(rejected.record.id == remembered for rejected in candidates.rejected):
        return Decision(candidates)
    # Who is exactly somebody else is not who was here before, even when rule 2 may not link them.
    if any(exact.record.id != remembered for exact in candidates.of("exact")):
        return Decision(candidates)
    record = records.load([remembered]).get(remembered)
    if record is None or speaks_of_somebody_else(details, facts.held(record)):
        return Decision(candidates)
    return Decision(candidates, record, "returning_visitor", compare(details, facts.held(record)))


def _stands_alone(candidates: Iterable[Candidate]) -> bool:
    """Say whether nobody but the one exact match has the name or the e-mail: what `strict` asks for."""

    def shares(candidate: Candidate) -> bool:
        return any(c.verdict == "exact" for c in (candidate.evidence.name, candidate.evidence.email))

    return sum(map(shares, candidates)) == 1
