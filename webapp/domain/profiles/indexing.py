"""Keeping the keys by which a profile is found, in the transaction that changes it."""

from __future__ import annotations

from ..tables import MatchKey, Profile, SearchKey
from . import keys, records


def index(profile: Profile) -> None:
    """Write the profile's keys anew, from within a verb."""
    MatchKey.delete().where(MatchKey.profile == profile).execute()
    SearchKey.delete().where(SearchKey.profile == profile).execute()
    if profile.withdrawn_at is not None:
        return
    record = records.of(profile)
    name = "" if profile.name_generated else record.name
    emails = [str(point.value) for point in record.emails]
    phones = [str(point.value) for point in record.phones]
    matching = sorted(keys.match_keys(name, emails, phones, str(profile.region)))
    searching = sorted(
        keys.search_keys(record.name, emails, phones, str(profile.customer_number), str(profile.region))
    )
    if matching:
        MatchKey.insert_many(
            [(kind, key, profile.id) for kind, key in matching], MatchKey._meta.sorted_fields
        ).execute()
    if searching:
        SearchKey.insert_many(
            [(key, profile.id) for key in searching], SearchKey._meta.sorted_fields
        ).execute()
