"""Making a profile, and taking one back that should not have been made."""

from __future__ import annotations

from .. import clock
from ..db import emit, verb
from ..errors import Refused
from ..events import ProfileChanged, ProfileCreated
from ..tables import ContactPoint, Counter, Link, Profile
from . import contact, indexing
from .normalise import clean, fold_email, fold_phone

_FIRST_NUMBER = 1001


@verb
def create(
    given: contact.Given,
    *,
    region: str,
    language: str | None = None,
    customer_number: str | None = None,
    external_id: str | None = None,
    more: tuple[tuple[str, str], ...] = (),
) -> Profile:
    """Make a profile with the next customer number.

    `external_id` is the retailer's own id of the customer, if it has one; `more` are further contact points as
    (kind, value).
    """
    number = customer_number or f"C-{next_number()}"
    profile: Profile = Profile.create(
        customer_number=number, external_id=external_id, name=given.name, region=region, language=language
    )
    points = [("email", given.email), ("phone", given.phone), *more]
    for position, (kind, value) in enumerate(points):
        if value:
            add_point(profile, kind, value, position)
    indexing.index(profile)
    emit(ProfileCreated(profile.id))
    return profile


@verb
def withdraw(profile: Profile) -> None:
    """Take back a profile that was made by mistake; raises `Refused` once another chat is linked to it."""
    if Link.select().where(Link.profile == profile, Link.ended_at.is_null()).exists():
        raise Refused("profile_in_use")
    profile.withdrawn_at = clock.now()
    profile.external_id = None  # the shop's customer may get another profile
    profile.save(only=[Profile.withdrawn_at, Profile.external_id])
    indexing.index(profile)
    emit(ProfileChanged(profile.id))


def next_number() -> int:
    """Return the next customer number, from within a verb: no number is given twice."""
    Counter.insert(name="customer_number", value=_FIRST_NUMBER - 1).on_conflict_ignore().execute()
    Counter.update(value=Counter.value + 1).where(Counter.name == "customer_number").execute()
    return int(Counter.get_by_id("customer_number").value)


def add_point(profile: Profile, kind: str, value: str, position: int) -> ContactPoint:
    """Add a contact point, from within a verb; the same address given twice stays one."""
    key = key_of(kind, value, str(profile.region))
    point: ContactPoint | None = ContactPoint.get_or_none(profile=profile, kind=kind, key=key)
    return point or ContactPoint.create(profile=profile, kind=kind, value=value, key=key, position=position)


def key_of(kind: str, value: str, region: str) -> str:
    """Return the form in which two addresses of a kind are the same when they are equal."""
    if kind == "email":
        return fold_email(value)
    return fold_phone(value, region).e164 or clean(value)
