"""Stores in the settings: by both doors, with everything that can be typed into their form."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from tests.cast import ORIGIN, House, Person
from tests.unit.views.dom import Element, look
from webapp.domain.people import associates, hours, stores
from webapp.domain.tables import Store, StoreMember

LONDON = "/settings/stores/london"


def typed(**more: str) -> dict[str, object]:
    """The form of London as it stands, with some of it typed anew."""
    return {"name": "London", "region": "GB", "time_zone": "Europe/London", "hours": "always"} | more


def errors(page: Element) -> dict[str, str]:
    return {element["data-field"]: element.text for element in page.all("field-error")}


def field(page: Element, name: str) -> Element:
    """The one field of this name; of radio buttons, the one that is chosen."""
    named = [element for element in page.walk() if element.attributes.get("name") == name]
    (found,) = [one for one in named if one.attributes.get("type") != "radio" or "checked" in one]
    return found


def chosen(page: Element, name: str) -> str:
    """What is chosen in a select."""
    (option,) = [one for one in field(page, name).walk() if one.tag == "option" and "selected" in one]
    return option["value"]


def london() -> Store:
    return Store.get(Store.slug == "london")


@pytest.fixture(params=[True, False], ids=["htmx", "plain"])
def save(request: pytest.FixtureRequest, dana: Person) -> Callable[..., TestResponse]:
    """Dana saves the form, with a script and without."""

    def send(path: str, form: dict[str, object]) -> TestResponse:
        if request.param:
            return dana.post(path, form)
        return dana.client.post(path, data=form | {"csrf_token": dana.token}, headers={"Origin": ORIGIN})

    return send


class TestTheList:
    def test_dana_sees_her_stores_and_which_are_open(self, dana: Person, house: House) -> None:
        stores.change(house.london, hours={"week": [[]] * 7, "exceptions": []}, by=house.dana)
        page = look(dana.get("/settings/stores").text)
        lyon, in_london = page.all("store-row")
        assert (lyon["data-store"], lyon.the("store-state")["data-state"]) == ("lyon", "open")
        assert all(words in lyon.text for words in ("Lyon", "lyon", "France", "Europe/Paris", "Default store"))
        assert in_london.the("store-state").text == "Closed now"
        assert "Default store" not in in_london.text

    def test_nadia_finds_nothing_of_a_store_that_is_not_hers(self, nadia: Person, dana: Person, house: House) -> None:
        assert dana.get(LONDON).status_code == 200
        assert "london" not in nadia.get("/settings/stores").text.lower()
        assert nadia.get(LONDON).status_code == nadia.post(LONDON, typed(name="Mine")).status_code == 404
        assert nadia.get(LONDON).text == nadia.get("/settings/stores/nowhere").text
        assert london().name == "London"

    def test_for_who_is_no_manager_there_are_no_such_pages(self, alice: Person) -> None:
        for path in ("/settings/stores", "/settings/stores/new", "/settings/stores/lyon"):
            assert alice.get(path).status_code == 404

    def test_who_works_nowhere_is_told_how_to_begin(self, dana: Person, house: House) -> None:
        StoreMember.delete().where(StoreMember.associate == house.dana).execute()
        assert "You work in no store yet." in dana.get("/settings/stores").text
        assert dana.get("/settings/stores/new").status_code == 200


class TestAdding:
    def test_dana_adds_a_store_and_works_there(self, save: Callable[..., TestResponse], house: House) -> None:
        form = {"name": "Saint-Étienne", "slug": "", "region": "FR", "time_zone": "Europe/Paris", "hours": "always"}
        answer = save("/settings/stores", form)
        there = "/settings/stores/saint-etienne"
        assert there in (answer.headers.get("HX-Push-Url"), answer.headers.get("Location"))
        assert answer.status_code in (200, 303)
        added = Store.get(Store.slug == "saint-etienne")
        assert StoreMember.get(StoreMember.store == added).associate == house.dana

    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self, save: Callable[..., TestResponse]) -> None:
        form = {"name": " ", "slug": "Ly on", "region": "ZZ", "time_zone": "+25:00", "is_default": "on",
                "hours": "these", "mon-open": "on", "mon-from-0": "18:00", "mon-to-0": "09:00"}  # fmt: skip
        answer = save("/settings/stores", form)
        assert answer.status_code == 422
        page = look(answer.text)
        assert set(errors(page)) == {"name", "slug", "region", "time_zone", "mon"}
        assert errors(page)["mon"] == "Monday: It has to open before it closes."
        assert "Please check 5 answers" in answer.text
        assert field(page, "slug")["value"] == "Ly on"
        assert (chosen(page, "region"), chosen(page, "time_zone")) == ("ZZ", "+25:00")
        assert "checked" in field(page, "is_default")
        assert (field(page, "mon-from-0")["value"], field(page, "mon-to-0")["value"]) == ("18:00", "09:00")
        assert Store.select().count() == 2

    def test_each_problem_leads_to_its_field(self, dana: Person) -> None:
        form = {"name": "", "region": "ZZ", "time_zone": "x", "hours": "these", "mon-open": "on", "new-0-date": "x"}
        page = look(dana.post("/settings/stores", form).text)
        ids = {element.attributes.get("id") for element in page.walk()}
        (summary,) = [element for element in page.walk() if "data-errors" in element]
        links = [element["href"] for element in summary.walk() if element.tag == "a"]
        assert len(links) == 5
        assert {link.removeprefix("#") for link in links} <= ids

    def test_the_form_begins_where_her_first_store_is(self, dana: Person) -> None:
        page = look(dana.get("/settings/stores/new").text)
        assert (chosen(page, "region"), chosen(page, "time_zone")) == ("FR", "Europe/Paris")
        assert field(page, "hours")["value"] == "always"

    def test_countries_are_in_the_words_and_the_order_of_the_reader(self, dana: Person, house: House) -> None:
        associates.set_language(house.dana, "fr")
        page = look(dana.get("/settings/stores/new").text)
        names = [option.text for option in field(page, "region").walk() if option.tag == "option"]
        assert len(names) > 200
        places = [names.index(name) for name in ("Égypte", "Émirats arabes unis", "Espagne", "Zambie")]
        assert places == sorted(places)


class TestChanging:
    def test_dana_saves_and_is_told_so(self, save: Callable[..., TestResponse], house: House) -> None:
        form = typed(name="London Soho", region="FR", time_zone="Europe/Kyiv", is_default="on", slug="soho")
        answer = save(LONDON, form)
        if answer.status_code == 303:
            assert answer.headers["Location"] == LONDON
        else:
            assert answer.headers["HX-Push-Url"] == LONDON
            assert "Saved" in answer.text
        kept = london()
        assert (kept.name, kept.region, kept.time_zone, kept.is_default) == ("London Soho", "FR", "Europe/Kyiv", True)

    def test_the_default_store_has_no_switch_and_stays_so(self, dana: Person, house: House) -> None:
        page = look(dana.get("/settings/stores/lyon").text)
        assert page.all("store-default")
        assert not page.all("settings-is_default")
        form = {"name": "Lyon", "region": "FR", "time_zone": "Europe/Paris", "hours": "always"}
        assert dana.post("/settings/stores/lyon", form).status_code == 200
        assert Store.get(Store.slug == "lyon").is_default

    def test_a_store_that_somebody_else_added_meanwhile_is_said(self, dana: Person, house: House) -> None:
        form = {"name": "Lyon", "region": "FR", "time_zone": "Europe/Paris", "hours": "always"}
        assert errors(look(dana.post("/settings/stores", form).text)) == {"slug": "This is taken already."}

    @pytest.mark.parametrize(
        "form", [{}, {"name": "\0", "hours": "\0", "new-1-date": "\0"}, {"name": "x" * 50_000, "hours": "always"}]
    )
    def test_whatever_comes_is_no_accident(self, dana: Person, form: dict[str, object]) -> None:
        assert dana.post(LONDON, form).status_code == 422
        assert london().name == "London"


class TestHours:
    def test_hours_are_saved_and_shown_again(self, save: Callable[..., TestResponse], dana: Person) -> None:
        monday = {
            "mon-open": "on",
            "mon-from-0": "09:00",
            "mon-to-0": "12:00",
            "mon-from-1": "14:00",
            "mon-to-1": "00:00",
        }
        tuesday = {"tue-from-0": "09:00", "tue-to-0": "08:00"}  # closed: what stands there does not count
        dates = {"new-0-date": "", "new-1-date": "2026-12-25", "new-2-date": "2026-12-24",
                 "new-2-open": "on", "new-2-from-0": "10:00", "new-2-to-0": "13:00"}  # fmt: skip
        answer = save(LONDON, typed(hours="these") | monday | tuesday | dates)
        assert answer.status_code in (200, 303)
        assert london().hours == {
            "week": [[["09:00", "12:00"], ["14:00", "24:00"]], [], [], [], [], [], []],
            "exceptions": [{"date": "2026-12-24", "spans": [["10:00", "13:00"]]}, {"date": "2026-12-25", "spans": []}],
        }
        page = look(dana.get(LONDON).text)
        assert field(page, "hours")["value"] == "these"
        assert field(page, "mon-to-1")["value"] == "00:00"
        assert ("checked" in field(page, "mon-open"), "checked" in field(page, "tue-open")) == (True, False)
        assert [row["data-date"] for row in page.all("hours-exception")] == ["2026-12-24", "2026-12-25"]
        assert "24 December 2026 10:00–13:00 Remove" in " ".join(row.text for row in page.all("hours-exception"))
        assert [field(page, f"new-{n}-date")["value"] for n in range(3)] == ["", "", ""]

    def test_a_date_is_taken_away_again(self, save: Callable[..., TestResponse], house: House) -> None:
        held: hours.Hours = {
            "week": [[]] * 7,
            "exceptions": [{"date": "2026-07-14", "spans": []}, {"date": "2026-12-25", "spans": []}],
        }
        stores.change(house.london, hours=held, by=house.dana)
        save(LONDON, typed(hours="these", remove="2026-07-14"))
        assert london().hours["exceptions"] == [{"date": "2026-12-25", "spans": []}]

    def test_a_date_is_put_in_the_place_of_itself(self, save: Callable[..., TestResponse], house: House) -> None:
        christmas: hours.Hours = {"week": [[]] * 7, "exceptions": [{"date": "2026-12-25", "spans": []}]}
        stores.change(house.london, hours=christmas, by=house.dana)
        new = {"new-1-date": "2026-12-25", "new-1-open": "on", "new-1-from-0": "10:00", "new-1-to-0": "13:00"}
        refused = look(save(LONDON, typed(hours="these") | new).text)
        assert errors(refused) == {"exception-1": "25 December 2026: This date is there already."}
        assert field(refused, "new-0-from-0")["value"] == "10:00"
        save(LONDON, typed(hours="these", remove="2026-12-25") | new)
        assert london().hours["exceptions"] == [{"date": "2026-12-25", "spans": [["10:00", "13:00"]]}]

    def test_what_was_to_go_still_is_when_something_else_is_wrong(self, dana: Person, house: House) -> None:
        christmas: hours.Hours = {"week": [[]] * 7, "exceptions": [{"date": "2026-12-25", "spans": []}]}
        stores.change(house.london, hours=christmas, by=house.dana)
        form = typed(name="", hours="these", remove="2026-12-25") | {"new-0-date": "2026-13-01"}
        page = look(dana.post(LONDON, form).text)
        assert set(errors(page)) == {"name", "exception-0"}
        assert "checked" in field(page, "remove")

    def test_what_a_form_with_more_spans_holds_is_kept(self, dana: Person, house: House) -> None:
        four = "mon 08:00-09:00, 10:00-11:00, 12:00-13:00, 14:00-15:00"
        stores.change(house.london, hours=hours.parse(four), by=house.dana)
        page = look(dana.get(LONDON).text)
        names = ["mon-open", *(f"mon-{edge}-{n}" for edge in ("from", "to") for n in range(4))]
        monday = {name: field(page, name)["value"] for name in names}
        assert dana.post(LONDON, typed(hours="these") | monday).status_code == 200
        assert hours.written(london().hours) == four

    @pytest.mark.parametrize(
        ("form", "problems"),
        [
            ({"fri-open": "on"}, {"fri": "Friday: Give the time of opening and of closing, like 09:00 and 18:00."}),
            (
                {
                    "sat-open": "on",
                    "sat-from-0": "09:00",
                    "sat-to-0": "13:00",
                    "sat-from-1": "12:00",
                    "sat-to-1": "14:00",
                },
                {"sat": "Saturday: These hours overlap."},
            ),
            (
                {"sun-open": "on", "sun-from-0": "25:00", "sun-to-0": "26:00"},
                {"sun": "Sunday: Give the time of opening and of closing, like 09:00 and 18:00."},
            ),
            (
                {"new-0-date": "0000-00-00"},
                {"exception-0": "0000-00-00: Enter a date of this century."},
            ),
            (
                {"new-0-date": "", "new-0-open": "on", "new-0-from-0": "09:00"},
                {"exception-0": "Another date: Enter a date of this century."},
            ),
            (
                {"new-0-date": "2026-12-25", "new-1-date": "2026-12-25"},
                {"exception-1": "25 December 2026: This date is there already."},
            ),
            ({"hours": "sometimes"}, {"hours": "This is not one of the choices."}),
        ],
    )
    def test_what_is_wrong_names_its_day(self, dana: Person, form: dict[str, str], problems: dict[str, str]) -> None:
        answer = dana.post(LONDON, typed(hours="these") | form)
        assert answer.status_code == 422
        page = look(answer.text)
        assert errors(page) == problems
        typed_times = {name: value for name, value in form.items() if value and "-open" not in name and name != "hours"}
        assert {name: field(page, name)["value"] for name in typed_times} == typed_times
        assert london().hours is None

    def test_dates_come_to_an_end_and_the_form_never_grows_too_large(self, dana: Person, house: House) -> None:
        days = [f"2026-{number // 28 + 1:02}-{number % 28 + 1:02}" for number in range(100)]
        full: hours.Hours = {
            "week": [[["08:00", "09:00"], ["10:00", "11:00"], ["12:00", "13:00"], ["14:00", "15:00"]]] * 7,
            "exceptions": [{"date": day, "spans": []} for day in days],
        }
        stores.change(house.london, hours=full, by=house.dana)
        assert as_sent(look(dana.get(LONDON).text)) <= 100
        answer = dana.post(LONDON, typed(hours="these") | {"new-0-date": "2027-01-01"})
        assert "at most four times a day, and 100 dates" in errors(look(answer.text))["hours"]
        assert len(london().hours["exceptions"]) == 100


def as_sent(page: Element) -> int:
    """How many fields a browser sends with the form of the page."""
    controls = [element for element in page.walk() if element.tag in ("input", "select") and "name" in element]
    return len([one for one in controls if one.attributes.get("type") not in ("checkbox", "radio") or "checked" in one])
