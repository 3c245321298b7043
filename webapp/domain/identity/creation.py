"""Making a profile from a chat, after showing what it would duplicate."""

from __future__ import annotations

from ..db import verb
from ..errors import DomainError
from ..profiles import contact, creating
from ..tables import ActivityEntry, Associate, Conversation, Profile
from .candidates import Candidate, find
from .facts import check_accepted
from .linking import link
from .matching import Details


class WouldDuplicate(DomainError):
    """Profiles have this name, e-mail or phone already; making another is a second, deliberate step."""

    def __init__(self, candidates: tuple[Candidate, ...]) -> None:
        super().__init__("would_duplicate", n=len(candidates))
        self.candidates = candidates


def duplicates(given: contact.Given, region: str) -> tuple[Candidate, ...]:
    """Return the profiles that share the name, the e-mail or the phone exactly, best first."""
    details = Details(name=given.name, email=given.email, phone=given.phone, region=region)
    return tuple(c for c in find(details, None).offered if c.strength in ("exact", "partial"))


@verb
def create_from(
    conversation: Conversation, given: contact.Given, *, by: Associate, anyway: bool = False
) -> ActivityEntry:
    """Make a profile and link the conversation to it; returns the log's entry.

    Raises `WouldDuplicate` when profiles share a detail exactly, unless `anyway`.
    """
    check_accepted(conversation)
    region = str(conversation.store.region)
    same = () if anyway else duplicates(given, region)
    if same:
        raise WouldDuplicate(same)
    profile = creating.create(
        given, region=region, language=str(conversation.locale), external_id=_free_id(conversation)
    )
    return link(conversation, profile, "created", by=by)


def _free_id(conversation: Conversation) -> str | None:
    """Return the retailer's own id of a verified customer, unless a profile has it already."""
    subject: str | None = conversation.subject
    taken = subject is not None and Profile.select().where(Profile.external_id == subject).exists()
    return None if taken else subject
