"""Whether stores are open to customers, and until when those of an associate are closed: SPEC section 5."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .. import clock
from ..tables import Associate, Store, StoreMember
from .hours import is_open, next_opening


@dataclass(frozen=True, slots=True)
class Closed:
    """All stores of an associate are closed."""

    stores: int
    until: datetime | None  # when the first of them opens; none: not in the time that hours look ahead


def is_open_now(store: Store, moment: datetime | None = None) -> bool:
    """Say whether the store is open, now or at the moment."""
    return is_open(store.hours, str(store.time_zone), moment or clock.now())


def closed_for(associate: Associate, moment: datetime | None = None) -> Closed | None:
    """Return until when all stores of the associate are closed, or None while one is open or she has none."""
    return all_closed(list(Store.select().join(StoreMember).where(StoreMember.associate == associate)), moment)


def all_closed(stores: list[Store], moment: datetime | None = None) -> Closed | None:
    """Return until when all of these stores are closed, or None while one is open or there are none."""
    moment = moment or clock.now()
    if not stores or any(is_open_now(store, moment) for store in stores):
        return None
    openings = [next_opening(store.hours, str(store.time_zone), moment) for store in stores]
    return Closed(len(stores), min(filter(None, openings), default=None))
