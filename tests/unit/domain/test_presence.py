"""Who is there for customers: SPEC section 5, *Available*."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.cast import House
from webapp.domain import clock
from webapp.domain.people import associates, hours, presence, sessions, stores
from webapp.domain.tables import Associate, Store

FRIDAY = datetime(2026, 3, 13, 12, 0, tzinfo=UTC)
NIGHT = FRIDAY.replace(hour=22)


def opens(store: Store, text: str) -> None:
    stores.change(store, hours=hours.parse(text), by=None)


def alice_available(house: House, moment: datetime = FRIDAY) -> bool:
    with clock.at(moment):
        return presence.is_available(Associate.get_by_id(house.alice.id), Store.get_by_id(house.lyon.id))


def sign_in(house: House, moment: datetime = FRIDAY) -> str:
    with clock.at(moment - timedelta(hours=1)):
        return sessions.sign_in(house.alice)


def test_alice_is_available_while_all_of_it_holds(house: House) -> None:
    assert not alice_available(house), "she is not signed in"
    token = sign_in(house)
    assert alice_available(house)

    associates.set_available(house.alice, False)
    assert not alice_available(house), "her own switch is off"
    associates.set_available(house.alice, True)

    associates.change(house.alice, chat_enabled=False, by=house.dana)
    assert not alice_available(house), "a manager has not enabled her"
    associates.change(house.alice, chat_enabled=True, by=house.dana)

    opens(house.lyon, "mon-fri 09:00-18:00")
    sign_in(house, NIGHT)
    assert alice_available(house)
    assert not alice_available(house, NIGHT), "the store is closed"
    opens(house.lyon, "always")
    assert alice_available(house, NIGHT)
    assert token


def test_one_device_is_enough_and_each_session_ends(house: House) -> None:
    phone, till = sign_in(house), sign_in(house)
    with clock.at(FRIDAY):
        for token in (phone, till):
            assert alice_available(house)
            session = sessions.current(token)
            assert session
            sessions.sign_out(session)
    assert not alice_available(house)
    sign_in(house)
    assert not alice_available(house, FRIDAY + timedelta(hours=24)), "a session lasts a day"


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
