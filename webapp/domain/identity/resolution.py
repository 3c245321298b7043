"""Who is this customer? The rules of SPEC section 2, in their order; the first that applies decides.

Run once, before the chat is routed and in the transaction that routes it. Afterwards nothing is linked
silently.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .. import settings
from ..profiles import records
from ..profiles.normalise import fold_email
from ..tables import ContactPoint, Profile, Visitor
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


def decide(
    details: Details,
    visitor: Visitor | None,
    remembered: int | None,
    *,
    subject: str | None = None,
    proved_email: str = "",
) -> Decision:
    """Decide for these details in this browser; `remembered` is the profile of its last standing link.

    `subject` and `proved_email` come from a valid signed identity: the retailer's own id of the customer, and an
    address that the retailer has marked as verified.
    """
    candidates = find(details, visitor)
    proved = _by_proof(subject, proved_email) if subject else None
    if proved:  # rule 1 always holds
        return Decision(candidates, proved, "verified_identity", compare(details, facts.held(proved)))
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


def _by_proof(subject: str, email: str) -> records.Record | None:
    """Return the one profile that a signed identity means: the retailer's own, or one that is nobody's yet."""
    own: Profile | None = Profile.get_or_none(Profile.external_id == subject, Profile.withdrawn_at.is_null())
    if own:
        return records.of(own)
    if not email:
        return None
    points = ContactPoint.select(ContactPoint.profile).where(
        ContactPoint.kind == "email", ContactPoint.key == fold_email(email)
    )
    having = list(records.load(point.profile_id for point in points).values())
    return having[0] if len(having) == 1 and having[0].profile.external_id is None else None


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
