"""Making a profile, and taking one back."""

from __future__ import annotations

import pytest

from tests.cast import House, chat
from webapp.domain.errors import Refused
from webapp.domain.events import ProfileCreated
from webapp.domain.identity import linking
from webapp.domain.profiles import creating, records, search
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import MatchKey, Profile, SearchKey

from .conftest import AtOnce

EMMA = Given("Emma Martin", "emma@example.com", "+33 6 00 00 00 01")


def test_the_next_customer_number_is_given(house: House, told: list[object]) -> None:
    emma = creating.create(EMMA, region="FR")
    assert [profile.customer_number for profile in (house.jane, house.zoe, emma)] == [
        "C-1001",
        "C-1004",
        "C-1005",
    ]
    assert emma.external_id is None  # the retailer's own systems do not know her yet
    assert told == [ProfileCreated(emma.id)]


def test_no_number_is_given_twice_when_ten_profiles_are_made_at_once(house: House, at_once: AtOnce) -> None:
    made = at_once([lambda: creating.create(EMMA, region="FR")] * 10)
    assert {profile.customer_number for profile in made if isinstance(profile, Profile)} == {
        f"C-{number}" for number in range(1005, 1015)
    }


def test_emma_has_what_was_given_and_further_addresses_in_their_order(house: House) -> None:
    more = (("email", "emma@work.example"), ("phone", "01 23 45 67 89"), ("email", "EMMA@example.com"))
    emma = creating.create(EMMA, region="FR", more=more)
    record = records.of(emma)
    assert (record.name, record.email, record.phone) == (EMMA.name, EMMA.email, EMMA.phone)
    assert [point.value for point in record.emails] == ["emma@example.com", "emma@work.example"]
    assert [point.value for point in record.phones] == ["+33 6 00 00 00 01", "01 23 45 67 89"]


def test_blank_details_make_no_contact_points(house: House) -> None:
    record = records.of(creating.create(Given("Emma Martin"), region="FR"))
    assert (record.emails, record.phones, record.email, record.phone) == ((), (), "", "")


def test_a_withdrawn_profile_is_kept_and_found_by_nobody(house: House) -> None:
    assert [record.id for record in search.search("Zoé").records] == [house.zoe.id]
    creating.withdraw(house.zoe)
    assert search.search("Zoé").records == []
    assert house.zoe.id not in [record.id for record in search.latest().records]
    assert records.load([house.zoe.id]) == {}
    for keys in (MatchKey, SearchKey):
        assert not keys.select().where(keys.profile == house.zoe).exists()
    assert Profile.get_by_id(house.zoe.id).name == "Zoé Lefèvre"


def test_a_profile_with_a_chat_is_not_withdrawn(house: House) -> None:
    linking.link(chat(house), house.zoe, "search", by=house.alice)
    with pytest.raises(Refused) as refusal:
        creating.withdraw(house.zoe)
    assert refusal.value.code == "profile_in_use"
    assert search.search("Zoé").records
