"""The audit log: who changed what, in words, for managers, and never to be changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.cast import ORIGIN, House, Person
from tests.unit.views.dom import Element, look
from webapp.domain import audit, clock, settings
from webapp.domain.db import verb
from webapp.domain.people import associates, hours, sites, stores
from webapp.domain.tables import Associate, AuditEntry


def see(person: Person, query: str = "", *, htmx: bool = False) -> Element:
    answer = person.get(f"/audit{query}", htmx=htmx)
    assert answer.status_code == 200
    return look(answer.text)


def texts(page: Element) -> list[str]:
    return [entry.text for entry in page.all("audit-entry")]


@verb
def write(count: int, by: Associate) -> None:
    for number in range(count):
        audit.record("store_changed", f"Store {number}", by=by)


@pytest.fixture
def nothing(house: House) -> None:
    """The log as if nothing had been written while the house was furnished."""
    AuditEntry.delete().execute()


def test_only_managers_read_it(nadia: Person, alice: Person) -> None:
    assert nadia.get("/audit").status_code == 200
    assert alice.get("/audit").status_code == 404


def test_who_when_and_what_with_before_and_after(dana: Person, house: House, nothing: None) -> None:
    with clock.at(datetime(2026, 3, 13, 9, 5, tzinfo=UTC)):
        stores.change(house.london, name="London Soho", region="IE", by=house.dana)
    (told,) = texts(see(dana))
    assert "Store London was changed" in told
    assert "10:05" in told, "by the clocks of her first store"
    assert "by Dana Petit" in told
    assert "Name London → is now London Soho" in told
    assert "Country United Kingdom → is now Ireland" in told


def test_what_the_program_did_is_by_rapport(dana: Person, house: House, nothing: None) -> None:
    settings.set_values({"automatic_linking": "strict"}, by=None)
    assert texts(see(dana)) == [entry for entry in texts(see(dana)) if "by rapport" in entry and "Strict" in entry]
    assert "Automatic linking One exact match → is now Strict" in texts(see(dana))[0]


def test_hours_are_told_as_people_say_them(dana: Person, house: House, nothing: None) -> None:
    held = hours.parse("mon-fri 09:00-12:00, 14:00-18:00; sun 10:00-24:00")
    assert held != "always"
    held["exceptions"] = [{"date": "2026-12-25", "spans": []}]
    stores.change(house.lyon, hours=held, by=house.dana)
    week = "Mon–Fri 09:00–12:00, 14:00–18:00; Sat closed; Sun 10:00–24:00; 25 December 2026 closed"
    assert f"Opening hours Open at all hours → is now {week}" in texts(see(dana))[0]
    associates.set_language(house.dana, "fr")
    assert "Lun.–Ven. 09:00–12:00, 14:00–18:00; Sam. fermé" in texts(see(dana))[0]


def test_a_sites_own_words_are_told_with_what_they_are_for(dana: Person, house: House, nothing: None) -> None:
    held = {"en": {"title": "Ask us"}, "fr": {"title": "Une question ?", "line": "Écrivez-nous"}}
    sites.change(house.site, texts=held, by=house.dana)
    assert (
        "Texts nothing → is now Title (English): “Ask us”; Title (Français): “Une question ?”; "
        "Line under the title (Français): “Écrivez-nous”"
    ) in texts(see(dana))[0]


def test_what_is_new_has_no_before(dana: Person, house: House, nothing: None) -> None:
    stores.add("", "Lille", "FR", "Europe/Paris", hours=hours.parse("mon 09:00-18:00"), by=house.dana)
    (told,) = texts(see(dana))
    assert "Store Lille was added" in told
    assert "Short name lille" in told
    assert "Opening hours Mon 09:00–18:00; Tue–Sun closed" in told
    assert "→" not in told


def test_values_are_text_and_nothing_else(dana: Person, house: House, nothing: None) -> None:
    stores.change(house.lyon, name="<script>alert(1)</script>", by=house.dana)
    html = dana.get("/audit").text
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_the_newest_come_first_thirty_at_a_time(dana: Person, house: House, nothing: None) -> None:
    write(65, house.dana)
    seen: list[str] = []
    page = see(dana)
    while True:
        seen += texts(page)
        older = page.all("audit-older")
        if not older:
            break
        assert len(page.all("audit-entry")) == 30
        write(1, house.nadia)  # what comes meanwhile moves no page
        page = see(dana, older[0]["href"].removeprefix("/audit"), htmx=True)
    told = [text.split(" was changed")[0] for text in seen]
    assert told == [f"Store Store {number}" for number in reversed(range(65))]


def test_one_person_or_one_kind(dana: Person, house: House, nothing: None) -> None:
    stores.change(house.lyon, name="Lyon 2", by=house.dana)
    stores.change(house.lyon, name="Lyon 3", by=house.nadia)
    settings.set_values({"remember_browser": "off"}, by=house.nadia)
    stores.change(house.lyon, name="Lyon 4", by=None)
    nadia = house.nadia.id
    assert len(texts(see(dana))) == 4
    assert [len(texts(see(dana, f"?person={who}"))) for who in (nadia, house.dana.id, "rapport")] == [2, 1, 1]
    assert len(texts(see(dana, "?kind=store"))) == 3
    (told,) = texts(see(dana, f"?kind=setting&person={nadia}"))
    assert "Remember the browser on → is now off" in told
    page = see(dana, f"?kind=setting&person={nadia}")
    options = [option for option in page.the("audit-filters").walk() if "selected" in option]
    chosen = [option["value"] for option in options]
    assert chosen == [str(nadia), "setting"]


def test_further_pages_are_of_the_same_choice(dana: Person, house: House, nothing: None) -> None:
    write(31, house.dana)
    write(31, house.nadia)
    first = see(dana, f"?person={house.dana.id}&kind=store")
    rest = see(dana, first.the("audit-older")["href"].removeprefix("/audit"))
    assert len(texts(rest)) == 1
    assert "by Dana Petit" in texts(rest)[0]


@pytest.mark.parametrize(
    "query",
    ["?person=x", "?person=0", "?person=-1", f"?person={'9' * 400}", "?person=²", "?kind=nonsense", "?kind=%00"],
)
def test_a_choice_that_is_none_finds_nothing(dana: Person, query: str) -> None:
    assert "Nothing to show here." in see(dana, query).text


@pytest.mark.parametrize("query", ["?before=x", "?before=0", "?before=-1", f"?before={2**64}"])
def test_a_page_that_there_is_not_is_the_first(dana: Person, query: str) -> None:
    assert texts(see(dana, query)) == texts(see(dana))


def test_nobody_changes_or_removes_an_entry(dana: Person) -> None:
    headers = {"Origin": ORIGIN, "X-CSRF-Token": dana.token}
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert dana.client.open("/audit", method=method, headers=headers).status_code == 405
        assert dana.client.open("/audit/1", method=method, headers=headers).status_code == 404
