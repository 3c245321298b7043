"""What hours do today: a line for the associates of a closed store, and a calm notice for its customers."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.cast import House, Person
from tests.unit.views.customer import Customer
from tests.unit.views.dom import look
from webapp.domain import clock
from webapp.domain.chats import lifecycle
from webapp.domain.people import associates, hours, sites, stores
from webapp.domain.profiles import creating
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Associate, Store

FRIDAY_NIGHT = datetime(2026, 3, 13, 22, 0, tzinfo=UTC)
MONDAY_MORNING = datetime(2026, 3, 16, 6, 0, tzinfo=UTC)
CLOSED = "We’re closed right now"


def opens(store: Store, text: str = "mon-fri 09:00-18:00") -> None:
    stores.change(store, hours=hours.parse(text), by=None)


def notice(html: str) -> str:
    found = look(html).all("closed")
    return found[0].text if found else ""


class TestForAssociates:
    def line(self, app: Flask, associate: Associate, moment: datetime) -> str:
        with clock.at(moment):
            page = look(Person(app, associate).get("/inbox/waiting").text)
        found = page.all("store-closed")
        return found[0].text if found else ""

    def test_an_open_store_needs_no_line(self, app: Flask, house: House) -> None:
        assert self.line(app, house.alice, FRIDAY_NIGHT) == ""

    def test_alice_reads_until_when_her_store_is_closed(self, app: Flask, house: House) -> None:
        opens(house.lyon)
        assert self.line(app, house.alice, FRIDAY_NIGHT) == "Store closed until Monday 09:00"
        assert self.line(app, house.alice, MONDAY_MORNING) == "Store closed until 09:00"
        assert self.line(app, house.charlie, FRIDAY_NIGHT) == ""

    def test_in_her_language_and_for_all_her_stores(self, app: Flask, house: House) -> None:
        opens(house.lyon)
        assert self.line(app, house.dana, FRIDAY_NIGHT) == ""
        opens(house.london)
        associates.set_language(house.dana, "fr")
        dana = Associate.get_by_id(house.dana.id)
        assert self.line(app, dana, FRIDAY_NIGHT) == "Boutiques fermées jusqu’à lundi 09:00"

    def test_who_does_not_chat_needs_no_line(self, app: Flask, house: House) -> None:
        opens(house.lyon)
        assert self.line(app, house.nadia, FRIDAY_NIGHT) == ""

    def test_a_store_that_nobody_knows_when_it_opens(self, app: Flask, house: House) -> None:
        stores.change(house.lyon, hours={"week": [[]] * 7, "exceptions": []}, by=None)
        assert self.line(app, house.alice, FRIDAY_NIGHT) == "Store closed"


class TestForCustomers:
    @pytest.fixture
    def customer(self, app: Flask, house: House) -> Customer:
        return Customer(app, house.site)  # her clock is that of Paris

    def test_while_the_store_is_open_nothing_is_said(self, customer: Customer, house: House) -> None:
        assert notice(customer.look().text) == ""

    def test_before_a_chat_with_or_without_a_form(self, customer: Customer, house: House) -> None:
        opens(house.lyon)
        with clock.at(FRIDAY_NIGHT):
            told = f"{CLOSED} We open Monday at 09:00. You can leave your message; we’ll answer here."
            assert notice(customer.look().text) == told
            button = look(customer.look().text).the("prechat-submit")
            assert button.text == "Send message", "she can write all the same, and nobody promises a chat"
            sites.change(house.site, prechat_enabled=False)
            assert notice(customer.look().text) == told

    def test_it_is_the_store_to_which_the_chat_goes(self, customer: Customer, house: House) -> None:
        opens(house.london)
        with clock.at(FRIDAY_NIGHT):
            assert notice(customer.look().text) == ""
            assert CLOSED in notice(customer.look(store="london").text)
            assert CLOSED in notice(customer.start("", store="london").text), "and still when the form is refused"

    def test_the_time_is_hers_and_the_store_s_where_clocks_differ(self, customer: Customer, house: House) -> None:
        opens(house.london, "sat 23:30-24:00")
        with clock.at(FRIDAY_NIGHT):
            told = notice(customer.look(store="london").text)
        assert "We open Sunday at 00:30. That is tomorrow at 23:30 in London." in told

    def test_today_tomorrow_and_far_away(self, customer: Customer, house: House) -> None:
        with clock.at(MONDAY_MORNING):
            opens(house.lyon)
            assert "We open today at 09:00." in notice(customer.look().text)
            opens(house.lyon, "tue 10:00-12:00")
            assert "We open tomorrow at 10:00." in notice(customer.look().text)
            easter: hours.Exceptional = {"date": "2026-04-06", "spans": [["10:00", "12:00"]]}
            stores.change(house.lyon, hours={"week": [[]] * 7, "exceptions": [easter]}, by=None)
            assert "We open Monday 6 April at 10:00." in notice(customer.look().text)
            stores.change(house.lyon, hours={"week": [[]] * 7, "exceptions": []}, by=None)
            assert notice(customer.look().text) == f"{CLOSED} You can leave your message; we’ll answer here."

    def test_in_french(self, app: Flask, house: House) -> None:
        opens(house.lyon)
        with clock.at(FRIDAY_NIGHT):
            told = notice(Customer(app, house.site, locale="fr").look().text)
        assert told.startswith("Nous sommes fermés pour le moment Réouverture lundi à 09:00.")

    def test_while_she_waits_and_no_longer_when_somebody_came(self, customer: Customer, house: House) -> None:
        opens(house.lyon)
        with clock.at(FRIDAY_NIGHT):
            chat = customer.start_chat("Hello!")
            waiting = customer.look().text
            assert CLOSED in notice(waiting)
            assert "Waiting for Lyon" not in look(waiting).the("chat").text
            lifecycle.accept(chat, by=house.alice)
            assert notice(customer.look().text) == ""

    def test_it_is_the_same_whoever_asks(self, app: Flask, house: House) -> None:
        opens(house.lyon)
        creating.create(Given("Ada Lovelace", "ada@example.com"), region="FR")
        with clock.at(FRIDAY_NIGHT):
            known, unknown = (
                Customer(app, house.site).start(name="Ada Lovelace", email=email, client_id="one").text
                for email in ("ada@example.com", "eva@example.com")
            )
        assert CLOSED in known
        assert plain(known) == plain(unknown)


def plain(text: str) -> str:
    return re.sub(r"[\w-]{22,}", lambda token: "X" * len(token[0]), text)
