"""The customer's side before the chat, asked as a browser asks."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.cast import ORIGIN, House
from webapp.domain.identity import facts
from webapp.domain.people import sites
from webapp.domain.tables import Conversation, Visitor

from .customer import Customer, errors, state


@pytest.fixture
def customer(app: Flask, house: House) -> Customer:
    return Customer(app, house.site)


class TestTheFrame:
    def test_a_key_that_nobody_has_shows_nothing(self, app: Flask, house: House) -> None:
        assert app.test_client().get("/widget/frame?key=pk_nobody").status_code == 404
        assert app.test_client().get("/widget/frame").status_code == 404

    def test_only_the_pages_of_the_site_may_frame_it(self, customer: Customer) -> None:
        policy = customer.look().headers["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors http://shop.example")

    def test_looking_writes_nothing_and_leaves_no_cookie(self, customer: Customer) -> None:
        answer = customer.look()
        assert "prechat-form" in answer.text
        assert "Set-Cookie" not in answer.headers
        assert Visitor.select().count() == 0

    def test_only_the_message_is_required_unless_the_site_asks_for_more(self, customer: Customer, house: House) -> None:
        assert customer.look().text.count("(optional)") == 3
        sites.change(house.site, required_fields=("name", "email"))
        assert customer.look().text.count("(optional)") == 1

    def test_it_speaks_the_language_of_the_page(self, app: Flask, house: House) -> None:
        page = Customer(app, house.site, locale="fr-CA").look()
        assert '<html lang="fr"' in page.text
        assert "Comment pouvons-nous vous aider\u00a0?" in page.text


class TestStartingAChat:
    def test_jane_needs_only_a_message(self, customer: Customer) -> None:
        answer = customer.start("Is the Halo lamp in stock?")
        assert answer.status_code == 200
        assert state(answer.text) == "waiting"
        assert "Is the Halo lamp in stock?" in answer.text
        details = facts.details_of(Conversation.get())
        assert details.name_generated
        assert re.fullmatch(r"Visitor \d{8}", details.name)

    def test_her_browser_is_remembered_in_a_cookie_of_this_page_alone(self, customer: Customer) -> None:
        cookie = customer.start().headers["Set-Cookie"]
        for promise in ("HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/widget"):
            assert promise in cookie

    def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(self, customer: Customer) -> None:
        answer = customer.start("", name="Jane Doe", email="jane.doe@nowhere", phone="no number")
        assert answer.status_code == 422
        assert set(errors(answer.text)) == {"email", "phone", "message"}
        for typed in ("Jane Doe", "jane.doe@nowhere", "no number"):
            assert f'value="{typed}"' in answer.text
        assert Conversation.select().count() == Visitor.select().count() == 0

    def test_a_message_typed_beside_a_mistake_is_kept(self, customer: Customer) -> None:
        answer = customer.start("<b>Is it</b>\nin stock?", email="jane@")
        assert set(errors(answer.text)) == {"email"}
        assert "&lt;b&gt;Is it&lt;/b&gt;\nin stock?</textarea>" in answer.text

    def test_a_field_that_the_site_requires_may_not_be_blank(self, customer: Customer, house: House) -> None:
        sites.change(house.site, required_fields=("name",))
        answer = customer.start(name="  ", email="jane.doe@example.com")
        assert set(errors(answer.text)) == {"name"}

    def test_without_the_form_the_first_message_starts_the_chat(self, app: Flask, house: House) -> None:
        sites.change(house.site, prechat_enabled=False, required_fields=("email",))
        customer = Customer(app, house.site)
        page = customer.look().text
        assert "prechat-form" not in page
        assert 'data-testid="chat-input"' in page
        chat = customer.start_chat(name="Jane Doe")
        assert not chat.prechat_enabled
        assert facts.details_of(chat).name_generated
        assert set(errors(Customer(app, house.site).start("").text)) == {"message"}

    def test_the_store_the_page_and_the_language_come_with_it(self, app: Flask, house: House) -> None:
        customer = Customer(app, house.site, locale="fr")
        page = customer.look(store="london", page="Lampe Halo").text
        assert 'name="store" value="london"' in page
        chat = customer.start_chat(store="london", page="Lampe Halo")
        assert (chat.store, chat.page_title, chat.locale) == (house.london, "Lampe Halo", "fr")
        assert str(facts.details_of(chat).name).startswith("Visiteur ")

    def test_sixty_chats_in_ten_minutes_are_enough_for_one_address(self, app: Flask, house: House) -> None:
        for _ in range(60):
            assert Customer(app, house.site).start().status_code == 200
        answer = Customer(app, house.site).start("One more", name="Jane Doe")
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert 'value="Jane Doe"' in answer.text
        assert "One more</textarea>" in answer.text

    def test_a_page_of_somebody_else_cannot_start_one(self, customer: Customer) -> None:
        address = f"/widget/chats{customer.query}"
        elsewhere = {"Origin": "http://evil.example", "X-CSRF-Token": customer.token}
        assert customer.client.post(address, data={"message": "Hello"}, headers=elsewhere).status_code == 403
        without_token = customer.client.post(address, data={"message": "Hello"}, headers={"Origin": ORIGIN})
        assert without_token.status_code == 403
        assert Conversation.select().count() == 0
