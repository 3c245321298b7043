"""The widget asks, says and wears what its site has been set to."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.cast import House
from webapp.domain.chats import lifecycle
from webapp.domain.identity import facts
from webapp.domain.people import sites
from webapp.domain.tables import Conversation

from .customer import Customer, errors
from .dom import look

FIELDS = ("name", "email", "phone")


@pytest.fixture
def customer(app: Flask, house: House) -> Customer:
    return Customer(app, house.site)


def asked(html: str, form: str) -> list[str]:
    page = look(html)
    return [field for field in FIELDS if page.all(f"{form}-{field}")]


def given(chat: Conversation) -> tuple[str, str, str]:
    row = facts.details_of(Conversation.get_by_id(chat.id))
    return ("" if row.name_generated else row.name, row.email, row.phone)


class TestTheFields:
    def test_only_what_is_shown_is_asked(self, customer: Customer, house: House) -> None:
        assert asked(customer.look().text, "prechat") == ["name", "email", "phone"]
        sites.change(house.site, shown_fields=["name", "email"], required_fields=["name"])
        page = customer.look().text
        assert asked(page, "prechat") == ["name", "email"]
        assert look(page).the("prechat-name")["aria-required"] == "true"
        assert page.count("(optional)") == 1

    def test_what_is_sent_all_the_same_is_ignored(self, customer: Customer, house: House) -> None:
        sites.change(house.site, shown_fields=["email"])
        chat = customer.start_chat(name="Jane Doe", email="jane@example.com", phone="no number at all")
        assert given(chat) == ("", "jane@example.com", "")

    def test_a_field_that_is_required_is_asked_for(self, customer: Customer, house: House) -> None:
        sites.change(house.site, shown_fields=["name"], required_fields=["name"])
        assert set(errors(customer.start(email="jane@example.com").text)) == {"name"}

    def test_a_form_without_fields_begins_with_the_message(self, customer: Customer, house: House) -> None:
        sites.change(house.site, shown_fields=[])
        page = look(customer.look().text)
        assert asked(customer.look().text, "prechat") == []
        assert "data-focus-home" in page.the("prechat-message")
        chat = look(customer.start("Hello").text)
        assert chat.all("details-open") == []

    def test_your_details_asks_for_the_same(self, customer: Customer, house: House) -> None:
        chat = customer.start_chat(name="Jane Doe", email="jane@example.com", phone="+33 6 12 34 56 78")
        sites.change(house.site, shown_fields=["name", "email"])
        page = customer.look(f"/chats/{chat.public_id}/details", htmx=True).text
        assert asked(page, "details") == ["name", "email"]

    def test_what_is_not_asked_any_more_stays_as_it_was_given(self, customer: Customer, house: House) -> None:
        chat = customer.start_chat(name="Jane Doe", email="jane@example.com", phone="+33 6 12 34 56 78")
        sites.change(house.site, shown_fields=["name", "email"])
        assert customer.save(chat, name="Jane D", email="jane@example.com", phone="!").status_code == 200
        assert given(chat) == ("Jane D", "jane@example.com", "+33 6 12 34 56 78")


class TestTheWords:
    def test_the_sites_own_stand_in_place_of_the_widgets(self, app: Flask, house: House) -> None:
        words = {"title": "Ask <us>", "line": "A person answers", "why": "To find your order.", "greeting": "Soon!"}
        sites.change(house.site, texts={"en": words})
        customer = Customer(app, house.site)
        page = look(customer.look().text).text
        assert all(text in page for text in ("Ask <us>", "A person answers", "To find your order."))
        waiting = look(customer.start("Hello").text).text
        assert "Soon!" in waiting
        assert "Ask <us>" in waiting

    def test_each_language_has_its_own_or_the_widgets(self, app: Flask, house: House) -> None:
        sites.change(house.site, texts={"en": {"title": "Ask us"}, "fr": {"line": "Quelqu’un vous répond"}})
        french = look(Customer(app, house.site, locale="fr").look().text).text
        assert "Quelqu’un vous répond" in french
        assert "Ask us" not in french
        assert "Maison Lumière" in french
        assert "Pour que la bonne personne vous réponde." in french

    def test_without_a_form_title_and_line_are_there_too(self, app: Flask, house: House) -> None:
        sites.change(house.site, prechat_enabled=False, texts={"en": {"title": "Ask us", "line": "Now"}})
        page = look(Customer(app, house.site).look().text).text
        assert "Ask us" in page
        assert "Now" in page

    def test_whoever_has_come_is_named_and_the_title_gives_way(
        self, app: Flask, customer: Customer, house: House
    ) -> None:
        sites.change(house.site, texts={"en": {"title": "Ask us"}})
        chat = customer.start_chat()
        app.extensions["afterwards"].drain()
        lifecycle.accept(Conversation.get_by_id(chat.id), by=house.alice)
        page = look(customer.look().text)
        assert "Alice" in page.text
        assert "Ask us" not in [element.text for element in page.walk() if element.tag == "h1"]


class TestTheColour:
    def address(self, html: str) -> str | None:
        found = re.search(r'href="(/widget/look\.css[^"]*)"', html)
        return found[1].replace("&amp;", "&") if found else None

    def test_without_one_nothing_more_is_fetched(self, customer: Customer) -> None:
        assert self.address(customer.look().text) is None
        assert customer.look("/look.css").status_code == 404

    def test_a_chosen_one_comes_after_the_widgets_own_and_is_kept_by_browsers(
        self, customer: Customer, house: House
    ) -> None:
        sites.change(house.site, colour="#1f5f8b")
        page = customer.look().text
        address = self.address(page)
        assert address
        assert page.index("/static/widget.") < page.index("/widget/look.css")
        answer = customer.client.get(address)
        assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
        assert "immutable" in answer.headers["Cache-Control"]
        assert "--accent: light-dark(#1f5f8b, " in answer.text

    def test_another_colour_has_another_address(self, customer: Customer, house: House) -> None:
        sites.change(house.site, colour="#1f5f8b")
        before = self.address(customer.look().text)
        sites.change(house.site, colour="#8b1f5f")
        after = self.address(customer.look().text)
        assert before
        assert before != after
        stale = customer.client.get(before)
        assert "#8b1f5f" in stale.text
        assert stale.headers["Cache-Control"] == "no-store"

    def test_a_key_that_nobody_has_has_no_colour(self, app: Flask, house: House) -> None:
        assert app.test_client().get("/widget/look.css?key=pk_nobody").status_code == 404
