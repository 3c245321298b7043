"""The first answer is lost on its way, and with it the cookie: sent again, the request is the same request."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from tests.cast import House
from webapp import auth, starts
from webapp.domain import clock
from webapp.domain.chats import requests
from webapp.domain.db import database
from webapp.domain.people import sites, visitors
from webapp.domain.tables import Conversation, Message, Site, Visitor

from .customer import Customer
from .shop import Shop

JANE = {"name": "Jane Doe", "email": "jane.doe@example.com", "client_id": "first"}


@pytest.fixture
def jane(app: Flask, house: House) -> Customer:
    return Customer(app, house.site)


def start_of(customer: Customer) -> str:
    """What the form of a frame that has just been opened holds."""
    found = re.search(r'name="start" value="([^"]+)"', customer.look().text)
    assert found
    return found[1]


def lose_the_answer(customer: Customer) -> None:
    for cookie in list(customer.client._cookies.values()):
        customer.client.delete_cookie(cookie.key, path=cookie.path, domain=cookie.domain)
    assert not customer.client._cookies


def cookie(customer: Customer, site: Site) -> str:
    found = customer.client.get_cookie(auth.visitor_cookie(site), path="/widget")
    assert found
    return str(found.value)


def test_jane_sends_it_again_and_is_in_the_same_chat_with_her_cookie(house: House, jane: Customer) -> None:
    start = start_of(jane)
    first = jane.start_chat(start=start, **JANE)
    lose_the_answer(jane)
    again = jane.start_chat(start=start, **JANE)
    assert again == first
    assert (Visitor.select().count(), Conversation.select().count()) == (1, 1)
    assert Message.select().where(Message.kind == "text").count() == 1
    assert visitors.by_token(house.site, cookie(jane, house.site)) == first.visitor
    assert jane.write(first, "In blue, please", "second").status_code == 200


def test_twenty_times_at_once_is_one_chat(app: Flask, house: House) -> None:
    browsers = [Customer(app, house.site) for _ in range(20)]  # none knows of the others' answers
    start = start_of(browsers[0])

    def send(browser: Customer) -> int:
        with database.connection_context():
            return browser.start(start=start, **JANE).status_code

    with ThreadPoolExecutor(20) as at_once:
        assert list(at_once.map(send, browsers)) == [200] * 20
    assert (Visitor.select().count(), Conversation.select().count()) == (1, 1)
    assert len({cookie(browser, house.site) for browser in browsers}) == 1


def test_what_has_to_be_mended_first_keeps_its_start(jane: Customer) -> None:
    start = start_of(jane)
    refused = jane.start("", start=start)
    assert refused.status_code == 422
    assert f'name="start" value="{start}"' in refused.text


def test_two_forms_are_two_customers(app: Flask, house: House, jane: Customer) -> None:
    first, second = start_of(jane), start_of(jane)
    assert jane.start_chat(start=first, **JANE) != Customer(app, house.site).start_chat(start=second, **JANE)


@pytest.mark.parametrize("start", ["", "x", "é" * 96, "=" * 96, "A" * 96, "A" * 300, "another site's", "too old"])
def test_a_start_that_is_not_ours_begins_a_chat_of_its_own_each_time(
    app: Flask, house: House, jane: Customer, start: str
) -> None:
    other = sites.add("Another", ["https://another.example"])
    secret = app.config["RAPPORT"].secret_key
    made = {
        "another site's": starts.new(secret, str(other.key), clock.now()),
        "too old": starts.new(secret, str(house.site.key), clock.now() - timedelta(seconds=starts.LIFE + 1)),
    }
    first = jane.start_chat(start=made.get(start, start), **JANE)
    lose_the_answer(jane)
    assert jane.start_chat(start=made.get(start, start), **JANE) != first
    refused = Customer(app, house.site).start("", start=made.get(start, start)).text
    assert not start or f'"{start}"' not in refused  # nobody's words are handed on as ours


def test_whoever_was_forgotten_is_not_found_by_her_start(house: House, jane: Customer) -> None:
    start = start_of(jane)
    first = jane.start_chat(start=start, **JANE)
    assert jane.send("/reset").status_code == 200
    lose_the_answer(jane)
    again = jane.start_chat(start=start, **JANE)
    assert again.visitor != first.visitor
    assert visitors.by_token(house.site, cookie(jane, house.site)) == again.visitor


def test_who_is_known_by_her_cookie_is_whom_it_says(app: Flask, house: House, jane: Customer) -> None:
    hers = jane.start_chat(**JANE)
    john = Customer(app, house.site)
    start = start_of(john)
    johns = john.start_chat(start=start, client_id="johns")
    assert jane.start_chat(start=start, **JANE) == hers
    assert requests.open_chat(johns.visitor) == johns


def test_another_customer_at_the_same_form_does_not_come_into_the_first_ones_chat(
    app: Flask, house: House, jane: Customer
) -> None:
    shop = Shop(house.site)
    start = start_of(jane)
    jane.identity = shop.sign("C-1001")
    first = jane.start_chat(start=start, **JANE)
    lose_the_answer(jane)
    jane.identity = shop.sign("C-1006")
    second = jane.start_chat(start=start, client_id="second")
    assert second.visitor != first.visitor
    assert Message.select().where(Message.conversation == first, Message.kind == "text").count() == 1


def test_the_start_is_no_token_and_the_token_no_start(app: Flask, house: House, jane: Customer) -> None:
    start = start_of(jane)
    jane.start_chat(start=start, **JANE)
    token = cookie(jane, house.site)
    assert token not in start
    assert start not in token
    assert visitors.by_token(house.site, start) is None
    assert starts.token_of(app.config["RAPPORT"].secret_key, str(house.site.key), token, clock.now()) == ""
