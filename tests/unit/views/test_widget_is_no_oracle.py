"""Whoever chats learns nothing of the profiles: the same words typed get the same bytes, whomever they fit."""

from __future__ import annotations

import re

from flask import Flask
from werkzeug.test import TestResponse

from tests.cast import House, fresh
from webapp.domain.chats import lifecycle
from webapp.domain.profiles import creating
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Conversation, Link, Profile

from .customer import Customer

TYPED = {"name": "Ada Lovelace", "email": "ada@example.com", "phone": "06 11 22 33 44"}


def everything(customer: Customer, house: House) -> tuple[Conversation, list[str]]:
    """All that a customer gets to see from the first look to the end of a chat, in order."""
    answers = [customer.look(), customer.start("Hello!", client_id="start", **TYPED)]
    chat = Conversation.select().order_by(Conversation.id.desc()).get()
    details = f"/chats/{chat.public_id}/details"
    answers += [customer.look(), customer.look(details), customer.look(details, htmx=True)]
    answers += [customer.write(chat, "In brass?"), customer.save(chat, "Ada Byron", "ada@", "")]
    answers += [customer.save(chat, **(TYPED | {"phone": ""})), customer.save(chat, **TYPED)]
    lifecycle.accept(chat, by=house.alice)
    answers += [customer.look(), customer.look(f"/chats/{chat.public_id}", htmx=True), customer.leave(chat)]
    return fresh(chat), [plain(answer) for answer in answers]


def plain(answer: TestResponse) -> str:
    """Status, headers and body; what is random and of fixed length, and the time, are made the same."""
    whole = f"{answer.status}\n{answer.headers}\n{answer.text}"
    return re.sub(r"\b\d\d:\d\d(:\d\d)?\b", "TIME", re.sub(r"[\w-]{22,}", lambda token: "X" * len(token[0]), whole))


def how(chat: Conversation) -> str:
    """How the chat was linked, or how many candidates it had."""
    link = Link.get_or_none(Link.conversation == chat, Link.ended_at.is_null())
    return str(link.provenance) if link else f"{chat.candidate_count} candidates"


def add(name: str, email: str) -> Profile:
    return creating.create(Given(name, email, ""), region="FR")


def test_the_same_typed_details_get_the_same_bytes_whomever_they_fit(app: Flask, house: House) -> None:
    seen, chats = {}, {}
    chats["nobody"], seen["nobody"] = everything(Customer(app, house.site), house)

    withdrawn = add("Ada Lovelace", "ada@example.com")
    creating.withdraw(withdrawn)
    chats["one taken back"], seen["one taken back"] = everything(Customer(app, house.site), house)

    add("Ada Lovelace", "countess@example.com")
    chats["a part of one"], seen["a part of one"] = everything(Customer(app, house.site), house)

    returning_browser = Customer(app, house.site)
    earlier = returning_browser.start_chat(name="Ada Lovelace", email="countess@example.com")
    returning_browser.leave(earlier)
    chats["who was here before"], seen["who was here before"] = everything(returning_browser, house)

    add("Ada Lovelace", "ada@example.com")
    chats["one exactly"], seen["one exactly"] = everything(Customer(app, house.site), house)

    add("Ada Lovelace", "ada@example.com")
    chats["two exactly"], seen["two exactly"] = everything(Customer(app, house.site), house)

    for number in range(50):
        add("Ada Lovelace", f"ada.{number}@example.com")
    chats["fifty in part"], seen["fifty in part"] = everything(Customer(app, house.site), house)

    # The premise: these are different cases.
    assert {case: how(chat) for case, chat in chats.items()} == {
        "nobody": "0 candidates",
        "one taken back": "0 candidates",
        "a part of one": "1 candidates",
        "who was here before": "returning_visitor",
        "one exactly": "exact_match",
        "two exactly": "3 candidates",
        "fifty in part": "53 candidates",
    }
    for case, answers in seen.items():
        assert answers == seen["nobody"], case


def test_nothing_of_a_profile_is_in_what_the_customer_gets(app: Flask, house: House) -> None:
    profile = add("Ada Lovelace", "ada@example.com")
    chat, answers = everything(Customer(app, house.site), house)
    assert how(chat) == "exact_match"
    assert profile.customer_number not in "".join(answers)
