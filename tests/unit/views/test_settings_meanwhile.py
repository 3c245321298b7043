"""Two managers who have the same page of the settings open: nobody's work is written over unseen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import House, Person
from tests.unit.views.dom import Element, look
from webapp.domain import settings
from webapp.domain.people import associates, sites, stores
from webapp.domain.tables import Associate, Site, Store

LYON: dict[str, object] = {"name": "Lyon", "region": "FR", "time_zone": "Europe/Paris", "hours": "always"}
SHOP: dict[str, object] = {"name": "Maison Lumière", "origins": "http://localhost", "prechat": "on",
                           "field_name": "shown", "field_email": "shown", "field_phone": "shown"}  # fmt: skip


def seen(page: Element) -> str:
    """The mark that the form of the page carries."""
    (mark,) = [each["value"] for each in page.walk() if each.attributes.get("name") == "seen"]
    return mark


def shown(person: Person, path: str) -> str:
    return seen(look(person.get(path).text))


def case(name: str, house: House) -> tuple[str, Any, dict[str, object], str, Any]:
    """Its page, what Dana does meanwhile, what Nadia has typed, what is shown of the present, and what is kept."""
    if name == "store":
        def dana() -> None:
            stores.change(house.lyon, name="Lyon Bellecour", by=house.dana)
        return "/settings/stores/lyon", dana, LYON | {"name": "Lyon Perrache"}, "Lyon Bellecour", (
            lambda: Store.get_by_id(house.lyon.id).name)  # fmt: skip
    if name == "hours":
        def dana() -> None:
            stores.change(house.lyon, hours={"week": [[["09:00", "18:00"]]] * 7, "exceptions": []}, by=house.dana)
        return "/settings/stores/lyon", dana, LYON | {"region": "BE"}, "09:00–18:00", (
            lambda: Store.get_by_id(house.lyon.id).hours and "hers")  # fmt: skip
    if name == "associate":
        def dana() -> None:
            associates.change(house.alice, role="manager", by=house.dana)
        typed: dict[str, object] = {"role": "associate", "stores": "lyon"}
        return f"/settings/associates/{house.alice.id}", dana, typed, "Manager", (
            lambda: Associate.get_by_id(house.alice.id).role)  # fmt: skip
    if name == "site":
        def dana() -> None:
            sites.change(house.site, required_fields=["email"], by=house.dana)
        return f"/settings/sites/{house.site.key}", dana, SHOP, "required: e-mail", (
            lambda: Site.get_by_id(house.site.id).required_fields)  # fmt: skip
    if name == "look":
        def dana() -> None:
            sites.change(house.site, colour="#336699", by=house.dana)
        return f"/settings/sites/{house.site.key}/look", dana, {"colour": "#112233"}, "#336699", (
            lambda: Site.get_by_id(house.site.id).colour)  # fmt: skip

    def dana() -> None:
        settings.set_values({"automatic_linking": "off"}, by=house.dana)
    return "/settings/linking", dana, {"automatic_linking": "strict"}, "Off", (
        lambda: settings.get("automatic_linking"))  # fmt: skip


@pytest.mark.parametrize("name", ["store", "hours", "associate", "site", "look", "linking"])
def test_what_dana_saved_meanwhile_is_shown_before_it_goes(nadia: Person, house: House, name: str) -> None:
    path, dana_saves, typed, present, kept = case(name, house)
    form = typed | {"seen": shown(nadia, path)}
    dana_saves()
    danas = kept()
    answer = nadia.post(path, form)
    assert answer.status_code == 409
    page = look(answer.text)
    notice = page.the("settings-changed")
    assert "Dana Petit changed this meanwhile" in notice.text
    assert present in notice.text
    assert kept() == danas
    for field in ("name", "colour"):
        if field in typed:
            (typed_again,) = [each for each in page.walk() if each.attributes.get("name") == field]
            assert typed_again["value"] == typed[field], "what was typed is kept"
    assert nadia.post(path, typed | {"seen": seen(page)}).status_code == 200
    assert kept() != danas


def test_what_is_refused_does_not_hide_what_was_saved_meanwhile(nadia: Person, house: House) -> None:
    mark = shown(nadia, "/settings/stores/lyon")
    stores.change(house.lyon, time_zone="Europe/Brussels", by=house.dana)
    refused = nadia.post("/settings/stores/lyon", LYON | {"name": "", "seen": mark})
    assert refused.status_code == 422
    answer = nadia.post("/settings/stores/lyon", LYON | {"seen": seen(look(refused.text))})
    assert answer.status_code == 409
    assert Store.get_by_id(house.lyon.id).time_zone == "Europe/Brussels"


def test_who_saves_the_same_is_not_held_up(nadia: Person, house: House) -> None:
    mark = shown(nadia, "/settings/stores/lyon")
    stores.change(house.lyon, name="Lyon Bellecour", by=house.dana)
    answer = nadia.post("/settings/stores/lyon", LYON | {"name": "Lyon Bellecour", "seen": mark})
    assert answer.status_code == 200


def test_it_is_said_in_french_and_of_the_program_too(nadia: Person, house: House) -> None:
    associates.set_language(house.nadia, "fr")
    mark = shown(nadia, "/settings/stores/lyon")
    stores.change(house.lyon, name="Lyon Bellecour")
    answer = nadia.post("/settings/stores/lyon", LYON | {"seen": mark})
    assert "rapport a modifié ceci entre-temps" in look(answer.text).the("settings-changed").text
