"""Whether stores are open to customers, and until when those of an associate are closed."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.cast import House
from webapp.domain import clock
from webapp.domain.people import hours, presence, stores
from webapp.domain.tables import Store

FRIDAY = datetime(2026, 3, 13, 12, 0, tzinfo=UTC)
NIGHT = FRIDAY.replace(hour=22)


def opens(store: Store, text: str) -> None:
    stores.change(store, hours=hours.parse(text), by=None)


def test_a_closed_store_says_until_when(house: House) -> None:
    with clock.at(NIGHT):
        assert presence.closed_for(house.alice) is None
        opens(house.lyon, "mon-fri 09:00-18:00")
        closed = presence.closed_for(house.alice)
        assert closed == presence.Closed(1, datetime(2026, 3, 16, 8, 0, tzinfo=UTC))


def test_who_works_in_two_stores_is_closed_until_the_first_of_them_opens(house: House) -> None:
    with clock.at(NIGHT):
        opens(house.lyon, "mon-fri 09:00-18:00")
        assert presence.closed_for(house.dana) is None, "London is open"
        opens(house.london, "sat 10:00-17:00")
        assert presence.closed_for(house.dana) == presence.Closed(2, datetime(2026, 3, 14, 10, 0, tzinfo=UTC))
        for store in (house.lyon, house.london):
            stores.change(store, hours={"week": [[]] * 7, "exceptions": []}, by=None)
        assert presence.closed_for(house.dana) == presence.Closed(2, None)
