"""The front page of the settings: what is left to do, and the way there."""

from __future__ import annotations

from tests.cast import House, Person
from webapp.domain import settings
from webapp.domain.people import invitations, sites, stores
from webapp.domain.tables import Associate, Site

from .dom import Element, look


def items(dana: Person) -> dict[str, Element]:
    return {item["data-name"]: item for item in look(dana.get("/settings").text).all("todo")}


def done(dana: Person) -> set[str]:
    return {name for name, item in items(dana).items() if item["data-done"] == "yes"}


def test_it_says_of_each_thing_how_it_stands(dana: Person, house: House) -> None:
    found = items(dana)
    assert list(found) == ["stores", "hours", "associates", "sites", "seen", "linking"]
    assert done(dana) == {"stores", "associates", "sites", "linking"}
    for name, words in (("stores", "2 stores"), ("hours", "Lyon, London: open at all hours"),
                        ("associates", "4 colleagues beside you"), ("sites", "1 site"), ("seen", "Not seen yet"),
                        ("linking", "One exact match")):  # fmt: skip
        assert words in found[name].text


def test_each_leads_to_where_it_is_done(dana: Person, house: House) -> None:
    links = {name: next(e for e in item.walk() if e.tag == "a")["href"] for name, item in items(dana).items()}
    assert links["seen"] == "/settings/sites/pk_test/install"
    for address in links.values():
        assert dana.get(address).status_code == 200


def test_what_is_done_is_said_to_be(dana: Person, house: House) -> None:
    sites.seen(house.site, "http://shop.example")
    settings.set_values({"automatic_linking": "off"}, by=None)
    found = items(dana)
    assert "Seen on http://shop.example just now" in found["seen"].text
    assert "Off" in found["linking"].text
    assert "seen" in done(dana)


def test_somebody_who_is_invited_counts_and_somebody_who_left_does_not(dana: Person, house: House) -> None:
    Associate.update(deactivated_at=1).where(Associate.id != house.dana.id).execute()
    assert "associates" not in done(dana)
    assert "Only you so far" in items(dana)["associates"].text
    invitations.invite("zoe@maison.example", by=house.dana)
    assert "1 invitation is on its way" in items(dana)["associates"].text
    assert "associates" in done(dana)


def test_nadia_is_told_of_her_own_store_and_of_who_works_there(nadia: Person, house: House) -> None:
    invitations.invite("zoe@maison.example", stores=[house.london], by=house.dana)
    found = items(nadia)
    for name, words in (("stores", "1 store"), ("hours", "Lyon: open at all hours"),
                        ("associates", "3 colleagues beside you")):  # fmt: skip
        assert words in found[name].text
    assert "London" not in found["hours"].text
    assert "invitation" not in found["associates"].text
    invitations.invite("ida@maison.example", stores=[house.lyon], by=house.dana)
    assert "1 invitation is on its way" in items(nadia)["associates"].text


def test_a_site_that_no_page_may_show_is_not_done(dana: Person, house: House) -> None:
    sites.add("Outlet", [])
    assert "Outlet: no page is allowed yet" in items(dana)["sites"].text
    assert "sites" not in done(dana)
    Site.delete().execute()
    assert "None yet" in items(dana)["sites"].text
    assert items(dana)["seen"]["data-done"] == "no"


def test_opening_hours_are_done_when_every_store_has_them(dana: Person, house: House) -> None:
    week = {"mon": [["09:00", "18:00"]]}
    for store in stores.every():
        type(store).update(hours=week).where(type(store).id == store.id).execute()
    assert "hours" in done(dana)
