"""Reading profiles: with their contact points, many at a time, in the form that the pure rules compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..prepared import given, prepared
from ..tables import ContactPoint, Profile

_points = prepared(
    ContactPoint.select()
    .where(ContactPoint.profile == given("profile"))
    .order_by(ContactPoint.position, ContactPoint.id)
)


@dataclass(frozen=True, slots=True)
class Record:
    """A profile with its contact points, each kind with the primary one first."""

    profile: Profile
    emails: tuple[ContactPoint, ...]
    phones: tuple[ContactPoint, ...]

    @property
    def id(self) -> int:
        return int(self.profile.id)

    @property
    def name(self) -> str:
        return str(self.profile.name)

    @property
    def email(self) -> str:
        """The primary address, or the empty string."""
        return str(self.emails[0].value) if self.emails else ""

    @property
    def phone(self) -> str:
        """The primary number, or the empty string."""
        return str(self.phones[0].value) if self.phones else ""

    def points(self, kind: str) -> tuple[ContactPoint, ...]:
        """Return the contact points of a kind, `email` or `phone`."""
        return self.emails if kind == "email" else self.phones


def load(ids: Iterable[int]) -> dict[int, Record]:
    """Return the records of the profiles with these ids; those that are withdrawn or missing are left out."""
    wanted = list(dict.fromkeys(ids))
    profiles = {
        p.id: p for p in Profile.select().where(Profile.id.in_(wanted), Profile.withdrawn_at.is_null())
    }
    points: dict[int, list[ContactPoint]] = {}
    query = ContactPoint.select().where(ContactPoint.profile.in_(wanted))
    for point in query.order_by(ContactPoint.position, ContactPoint.id):
        points.setdefault(point.profile_id, []).append(point)
    return {id: _record(profiles[id], points.get(id, [])) for id in wanted if id in profiles}


def of(profile: Profile) -> Record:
    """Return the record of one profile."""
    return _record(profile, _points.all(profile=profile))


def _record(profile: Profile, points: list[ContactPoint]) -> Record:
    return Record(
        profile=profile,
        emails=tuple(point for point in points if point.kind == "email"),
        phones=tuple(point for point in points if point.kind == "phone"),
    )
