"""The customer's side in a chat, asked as a browser asks."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.cast import House, fresh
from webapp.domain.chats import lifecycle, messages
from webapp.domain.identity import facts, linking
from webapp.domain.tables import ContactDetails, Conversation, Message

from .customer import Customer, errors, state


@pytest.fixture
def customer(app: Flask, house: House) -> Customer:
    return Customer(app, house.site)


@pytest.fixture
def somebody_else(app: Flask, house: House) -> Customer:
    return Customer(app, house.site)


def versions(chat: Conversation) -> list[ContactDetails]:
    """All that the customer submitted in the chat, the oldest first."""
    of_chat = ContactDetails.select().where(ContactDetails.conversation == chat)
    return list(of_chat.order_by(ContactDetails.version))


class TestTheChat:
    def test_it_is_there_when_jane_comes_back_and_for_nobody_else(
        self, customer: Customer, somebody_else: Customer
    ) -> None:
        chat = customer.start_chat("Is the Halo lamp in stock?")
        assert "Is the Halo lamp in stock?" in customer.look().text
        somebody_else.start_chat()
        assert "Halo" not in somebody_else.look().text
        assert somebody_else.look(f"/chats/{chat.public_id}").status_code == 404
        assert somebody_else.write(chat, "It is me").status_code == 404
        assert somebody_else.save(chat, "Mallory").status_code == 404
        assert somebody_else.leave(chat).status_code == 404
        assert fresh(chat).state == "waiting"

    def test_asking_again_elsewhere_in_the_browser_adds_to_the_open_chat(self, customer: Customer) -> None:
        chat = customer.start_chat("First", name="Jane Doe")
        again = customer.start_chat("Second", email="jane.doe@example.com")
        assert again == chat
        assert [line.body for line in messages.log(chat)] == ["First", "Second"]
        details = facts.details_of(fresh(chat))
        assert (details.name, details.email) == ("Jane Doe", "jane.doe@example.com")

    def test_it_says_who_is_there_by_first_name_and_store(self, customer: Customer, house: House) -> None:
        chat = customer.start_chat()
        lifecycle.accept(chat, by=house.alice)
        page = customer.look().text
        assert state(page) == "active"
        assert "Alice from Lyon is here" in page
        assert "Martin" not in page

    def test_what_the_staff_see_of_it_stays_with_them(self, customer: Customer, house: House) -> None:
        chat = customer.start_chat(name="Jane")
        lifecycle.accept(chat, by=house.alice)
        linking.link(fresh(chat), house.zoe, "search", by=house.alice)
        assert Message.select().where(Message.lane == "staff").count() == 1
        page = customer.look().text
        assert 'data-lane="staff"' not in page
        assert "Lefèvre" not in page

    def test_a_message_is_stored_once_however_often_it_is_sent(self, customer: Customer) -> None:
        chat = customer.start_chat()
        first, second = customer.write(chat, "In brass?", "a"), customer.write(chat, "In brass?", "a")
        assert first.status_code == second.status_code == 200
        assert first.text == second.text
        assert 'data-seq="2" data-client-id="a"' in first.text
        assert fresh(chat).seq == 2

    def test_what_somebody_writes_is_text_and_never_markup(self, customer: Customer) -> None:
        chat = customer.start_chat()
        assert "&lt;script&gt;" in customer.write(chat, "<script>").text

    def test_a_message_without_words_is_not_sent(self, customer: Customer) -> None:
        chat = customer.start_chat()
        answer = customer.write(chat, "  \n ")
        assert answer.status_code == 422
        assert f'hx-target="#composer-error-{chat.public_id}"' in answer.text
        assert fresh(chat).seq == 1

    def test_thirty_messages_in_ten_seconds_are_enough(self, customer: Customer) -> None:
        chat = customer.start_chat()
        for number in range(30):
            assert customer.write(chat, "Hello?", f"n{number}").status_code == 200
        answer = customer.write(chat, "Hello?", "n31")
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert customer.write(chat, "Hello?", "n0").status_code == 200  # sent again, for its answer was lost
        assert fresh(chat).seq == 31

    def test_somebody_who_was_away_gets_the_lines_that_are_missing(self, customer: Customer, house: House) -> None:
        chat = customer.start_chat("First")
        customer.write(chat, "Second", "b")
        lifecycle.accept(chat, by=house.alice)
        answer = customer.look(f"/chats/{chat.public_id}", htmx=True, after="2").text
        _, lines = answer.split(f'<hx-partial hx-target="#log-{chat.public_id}"')
        assert re.findall(r'data-seq="(\d+)"', lines) == ["3"]


class TestTheEnd:
    def test_who_leaves_the_queue_has_abandoned_the_chat(self, customer: Customer) -> None:
        chat = customer.start_chat()
        answer = customer.leave(chat).text
        assert state(answer) == "abandoned"
        assert "You ended this chat" in answer
        assert fresh(chat).state == "abandoned"

    def test_afterwards_the_form_is_blank_and_the_old_chat_is_shown_to_nobody(
        self, customer: Customer, house: House
    ) -> None:
        chat = customer.start_chat("My secret", name="Jane Doe", email="jane.doe@example.com")
        lifecycle.accept(chat, by=house.alice)
        answer = customer.leave(chat).text
        assert state(answer) == "ended"
        assert 'data-testid="chat-new"' in answer
        page = customer.look().text
        assert "prechat-form" in page
        for typed in ("My secret", "Jane Doe", "jane.doe@example.com"):
            assert typed not in page

    def test_a_message_after_the_end_is_refused_and_the_end_is_shown(self, customer: Customer, house: House) -> None:
        chat = customer.start_chat()
        lifecycle.accept(chat, by=house.alice)
        lifecycle.end(chat, by=house.alice)
        answer = customer.write(chat, "One more thing")
        assert answer.status_code == 409
        assert state(answer.text) == "ended"

    def test_the_next_chat_is_another_one_of_the_same_visitor(self, customer: Customer) -> None:
        first = customer.start_chat()
        customer.leave(first)
        second = customer.start_chat()
        assert second != first
        assert second.visitor == first.visitor


class TestYourDetails:
    def test_the_form_shows_what_was_given_in_this_chat(self, customer: Customer) -> None:
        chat = customer.start_chat(email="jane.doe@example.com")
        form = customer.look(f"/chats/{chat.public_id}/details", htmx=True).text
        assert 'value="jane.doe@example.com"' in form
        assert "Visitor" not in form

    def test_the_address_alone_gives_the_page_with_the_form_open(self, customer: Customer) -> None:
        chat = customer.start_chat()
        page = customer.look(f"/chats/{chat.public_id}/details").text
        assert page.startswith("<!doctype html>")
        assert 'data-testid="details-form"' in page

    def test_saving_keeps_another_version_closes_the_form_and_says_so(self, customer: Customer) -> None:
        chat = customer.start_chat(name="Jane Doe")
        answer = customer.save(chat, "Jane Doe", "jane.doe@example.com", "06 12 34 56 78")
        assert answer.status_code == 200
        assert 'data-state="saved"' in answer.text
        assert "details-form" not in answer.text
        assert [row.email for row in versions(chat)] == ["", "jane.doe@example.com"]
        assert facts.details_of(fresh(chat)).phone == "06 12 34 56 78"

    def test_saving_what_is_there_already_changes_nothing(self, customer: Customer) -> None:
        chat = customer.start_chat(name="Jane Doe")
        assert 'data-state="saved"' in customer.save(chat, "Jane Doe").text
        assert len(versions(chat)) == 1

    def test_a_field_can_be_cleared(self, customer: Customer) -> None:
        chat = customer.start_chat(name="Jane Doe", phone="06 12 34 56 78")
        customer.save(chat)
        details = facts.details_of(fresh(chat))
        assert details.name_generated
        assert details.phone == ""

    def test_what_is_wrong_is_said_in_place_and_nothing_is_saved(self, customer: Customer) -> None:
        chat = customer.start_chat(name="Jane Doe")
        answer = customer.save(chat, "Jane D", "jane(at)example")
        assert answer.status_code == 422
        assert set(errors(answer.text)) == {"email"}
        assert 'value="jane(at)example"' in answer.text
        assert 'data-state="invalid"' in answer.text
        assert len(versions(chat)) == 1

    def test_a_chat_that_has_ended_keeps_its_details(self, customer: Customer) -> None:
        chat = customer.start_chat(name="Jane Doe")
        customer.leave(chat)
        assert customer.save(chat, "Somebody").status_code == 409
        assert customer.look(f"/chats/{chat.public_id}/details", htmx=True).status_code == 409
        assert len(versions(chat)) == 1
