"""Where a store may be: the regions whose phone numbers can be read, and the time zones that there are."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

import phonenumbers

REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)  # ISO 3166, without those where nobody has a telephone
_NOWHERE = {"Factory", "localtime"}  # whose time is another on each machine


@cache
def time_zones() -> frozenset[str]:
    """Return the IANA names of all time zones."""
    return frozenset(available_timezones() - _NOWHERE)
