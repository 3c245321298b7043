"""Stores: what may be said of one, which is the default, and what is written down about it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import House
from webapp.domain import audit
from webapp.domain.errors import Invalid, NotFound
from webapp.domain.people import access, hours, stores
from webapp.domain.tables import AuditEntry, Store


def add(name: str = "Lille", slug: str = "", region: str = "FR", zone: str = "Europe/Paris", **more: Any) -> Store:
    return stores.add(slug, name, region, zone, **more)


def refused(**given: Any) -> dict[str, str]:
    before = Store.select().count()
    with pytest.raises(Invalid) as refusal:
        add(**given)
    assert Store.select().count() == before
    return refusal.value.fields


def fresh(store: Store) -> Store:
    return Store.get_by_id(store.id)


def entries() -> list[AuditEntry]:
    return audit.page(audit.Chosen(kind="store"))[0]


class TestAdding:
    @pytest.mark.parametrize(
        ("name", "slug"),
        [("Lille", "lille"), ("Saint-Étienne 2", "saint-etienne-2"), ("  L'Île  d’Oléron ", "lile-doleron")],
    )
    def test_the_short_name_is_made_from_the_name(self, house: House, name: str, slug: str) -> None:
        assert add(name).slug == slug

    def test_a_name_that_suggests_none_asks_for_one(self, house: House) -> None:
        assert refused(name="東京") == {"slug": "slug_missing"}
        assert add("東京", "tokyo").slug == "tokyo"

    @pytest.mark.parametrize("slug", ["Lille", "lille nord", "../lille", "lille-", "l_e", "a" * 61, "é", "a\0"])
    def test_a_short_name_is_of_small_letters_digits_and_hyphens(self, house: House, slug: str) -> None:
        assert refused(slug=slug) == {"slug": "slug_invalid"}

    @pytest.mark.parametrize("slug", ["lyon", "new"])
    def test_a_short_name_is_taken_once_and_that_of_the_form_never(self, house: House, slug: str) -> None:
        assert refused(slug=slug) == {"slug": "taken"}

    @pytest.mark.parametrize(
        ("given", "problems"),
        [
            ({"name": " \u200b "}, {"name": "name_missing"}),
            ({"name": "x" * 121}, {"name": "too_long"}),
            ({"name": "a\0b"}, {"name": "bad_characters"}),
            ({"region": "ZZ"}, {"region": "region_unknown"}),
            ({"region": ""}, {"region": "region_unknown"}),
            ({"region": "FRA"}, {"region": "region_unknown"}),
            ({"zone": "Mars/Olympus"}, {"time_zone": "time_zone_unknown"}),
            ({"zone": "../../etc/passwd"}, {"time_zone": "time_zone_unknown"}),
            ({"zone": "+25:00"}, {"time_zone": "time_zone_unknown"}),
            ({"zone": "localtime"}, {"time_zone": "time_zone_unknown"}),
            ({"zone": ""}, {"time_zone": "time_zone_unknown"}),
        ],
    )
    def test_what_is_wrong_is_named(self, house: House, given: dict[str, str], problems: dict[str, str]) -> None:
        assert refused(**given) == problems

    def test_all_that_is_wrong_is_named_at_once(self, house: House) -> None:
        held: hours.Hours = {"week": [[["18:00", "09:00"]]] + [[]] * 6, "exceptions": []}
        problems = refused(name="", region="ZZ", zone="Nowhere", hours=held)
        assert set(problems) == {"name", "region", "time_zone", "mon"}

    @pytest.mark.parametrize("zone", ["Europe/Kyiv", "EST5EDT", "UTC"])
    def test_every_time_zone_there_is_will_do(self, house: House, zone: str) -> None:
        assert add(zone=zone).time_zone == zone

    def test_dana_works_in_the_store_that_she_adds(self, house: House) -> None:
        with pytest.raises(NotFound):
            access.managed_store(house.nadia, "london")
        store = add(by=house.nadia)
        assert access.managed_store(house.nadia, "lille") == store
        assert not access.is_manager_of(house.dana, store.id)


class TestChanging:
    def test_only_what_is_given_changes(self, house: House) -> None:
        stores.change(house.lyon, name=" Lyon Centre ", by=house.dana)
        lyon = fresh(house.lyon)
        assert (lyon.name, lyon.slug, lyon.region, lyon.time_zone) == ("Lyon Centre", "lyon", "FR", "Europe/Paris")

    def test_nothing_changes_when_a_part_of_it_is_wrong(self, house: House) -> None:
        with pytest.raises(Invalid) as refusal:
            stores.change(house.lyon, name="Lyon Centre", region="ZZ", by=house.dana)
        assert refusal.value.fields == {"region": "region_unknown"}
        assert fresh(house.lyon).name == "Lyon"

    def test_hours_are_kept_in_order_and_taken_away_again(self, house: House) -> None:
        stores.change(house.lyon, hours=hours.parse("mon 14:00-18:00, 09:00-12:00"), by=house.dana)
        assert fresh(house.lyon).hours["week"][0] == [["09:00", "12:00"], ["14:00", "18:00"]]
        stores.change(house.lyon, name="Lyon 2", by=house.dana)
        assert fresh(house.lyon).hours
        stores.change(house.lyon, hours="always", by=house.dana)
        assert fresh(house.lyon).hours is None

    def test_there_is_always_one_default_store(self, house: House) -> None:
        with pytest.raises(Invalid) as refusal:
            stores.change(house.lyon, is_default=False, by=house.dana)
        assert refusal.value.fields == {"is_default": "default_needed"}
        stores.change(house.london, is_default=True, by=house.dana)
        assert [store.slug for store in stores.every() if store.is_default] == ["london"]
        stores.change(house.lyon, is_default=False, by=house.dana)
        add(is_default=True)
        assert [store.slug for store in stores.every() if store.is_default] == ["lille"]

    def test_a_change_is_written_down_with_before_and_after(self, house: House) -> None:
        stores.change(house.london, name="London", region="gb", by=house.dana)
        assert entries()[0].action == "store_added"
        stores.change(house.london, name="London Soho", region="gb", by=house.dana)
        entry = entries()[0]
        assert (entry.action, entry.subject, entry.associate) == ("store_changed", "London", house.dana)
        assert entry.data == {"name": {"before": "London", "after": "London Soho"}}


class TestWhoseTheyAre:
    def test_a_manager_changes_the_stores_in_which_she_works(self, house: House) -> None:
        assert [store.slug for store in access.managed_stores(house.dana)] == ["lyon", "london"]
        assert [store.slug for store in access.managed_stores(house.nadia)] == ["lyon"]
        assert access.managed_store(house.dana, "london") == house.london

    def test_others_do_not_exist_for_her_nor_any_for_who_is_no_manager(self, house: House) -> None:
        assert list(access.managed_stores(house.alice)) == []
        for viewer, slug in ((house.nadia, "london"), (house.alice, "lyon"), (house.dana, "nowhere")):
            with pytest.raises(NotFound):
                access.managed_store(viewer, slug)
