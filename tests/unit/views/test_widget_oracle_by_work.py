"""Whoever chats learns nothing of the profiles by the work behind an answer, by errors, or by what the staff does."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.cast import House
from webapp.afterwards import Afterwards
from webapp.domain.chats import lifecycle
from webapp.domain.db import database
from webapp.domain.identity import linking
from webapp.domain.profiles import creating, editing
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Conversation, Link, Profile

from .customer import Customer, errors

TYPED = {"name": "Ada Lovelace", "email": "ada@example.com", "phone": "06 11 22 33 44"}


def add(name: str, email: str, phone: str = "", region: str = "FR") -> Profile:
    return creating.create(Given(name, email, phone), region=region)


def nobody() -> None:
    pass


def exactly() -> None:
    add("Ada Lovelace", "ada@example.com")


def partly() -> None:
    add("Ada Lovelace", "countess@example.com")


def fifty_partly() -> None:
    for number in range(50):
        add("Ada Lovelace", f"ada{number}@example.com")


def two_exactly() -> None:
    exactly()
    exactly()


def taken_back() -> None:
    creating.withdraw(add("Ada Lovelace", "ada@example.com"))


def of_another_country() -> None:
    add("Ada Lovelace", "ada@example.com", "+44 7911 123456", region="GB")


CASES = [nobody, exactly, partly, fifty_partly, two_exactly, taken_back, of_another_country]


@pytest.fixture
def statements(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], list[str]]:
    """Returns the statements that run while something is answered; what follows the answer is done after that."""
    ran: list[str] = []
    execute = type(database.obj).execute_sql

    def record(self: object, sql: str, *args: object, **kwargs: object) -> object:
        ran.append(re.sub(r'"s[0-9a-f]{32}"', '"savepoint"', sql))
        return execute(self, sql, *args, **kwargs)

    monkeypatch.setattr(type(database.obj), "execute_sql", record)
    afterwards: Afterwards = app.extensions["afterwards"]
    monkeypatch.setattr(afterwards, "drain", lambda: None)

    def run(answer: Callable[[], Any]) -> list[str]:
        ran.clear()
        answer()
        found = list(ran)
        Afterwards.drain(afterwards)
        return found

    return run


def test_every_answer_is_the_same_work_whomever_the_details_fit(
    app: Flask, house: House, statements: Callable[[Callable[[], Any]], list[str]]
) -> None:
    worked: dict[str, list[list[str]]] = {}
    outcomes = set()
    for case in CASES:
        for profile in Profile.select().where(Profile.name == "Ada Lovelace", Profile.withdrawn_at.is_null()):
            Link.delete().where(Link.profile == profile).execute()
            creating.withdraw(profile)
        case()
        ada = Customer(app, house.site)
        ran = [statements(lambda who=ada: who.start("Hello!", client_id="start", **TYPED))]
        chat = Conversation.select().order_by(Conversation.id.desc()).get()
        outcomes.add((chat.links.count(), Conversation.get_by_id(chat.id).candidate_count))
        for answer in (
            lambda who=ada, at=chat: who.write(at, "In brass?"),
            lambda who=ada, at=chat: who.save(at, **(TYPED | {"phone": ""})),
            lambda who=ada, at=chat: who.look(f"/chats/{at.public_id}", htmx=True),
            lambda who=ada, at=chat: who.look(f"/chats/{at.public_id}/details", htmx=True),
            lambda who=ada, at=chat: who.look(),
            lambda who=ada, at=chat: who.leave(at),
        ):
            ran.append(statements(answer))
        worked[case.__name__] = ran
    assert len(outcomes) >= 4  # the premise: these are different cases
    assert all(worked["nobody"]), "every answer asks the database something"
    for case, ran in worked.items():
        assert ran == worked["nobody"], case


@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
def test_an_error_says_the_same_of_a_known_address_and_of_another(app: Flask, house: House, email: str) -> None:
    exactly()
    answer = Customer(app, house.site).start("Hello!", name="Ada Lovelace", email=email, phone="no number")
    assert answer.status_code == 422
    assert errors(answer.text) == {"phone": "Enter a phone number, or leave it empty"}


def test_a_limit_counts_the_same_for_a_known_address_and_for_another(app: Flask, house: House) -> None:
    exactly()

    def reached(email: str, address: str) -> int:
        """After how many starts from one address the limit is reached."""
        for count in range(100):
            customer = Customer(app, house.site)
            customer.client.environ_base["REMOTE_ADDR"] = address
            if customer.start("Hello!", name="Ada Lovelace", email=email).status_code == 429:
                return count
        return 100

    assert reached("ada@example.com", "192.0.2.1") == reached("nobody@example.com", "192.0.2.2") == 60


def test_nothing_of_the_profile_reaches_the_customer_whatever_the_staff_does(app: Flask, house: House) -> None:
    secrets = ("Canary Lovelace-Byron", "canary.private@example.com", "+33 6 00 99 88 77")
    profile = add("Ada Lovelace", "ada@example.com")
    creating_more = (("email", secrets[1]), ("phone", secrets[2]))
    for kind, value in creating_more:
        editing.add(profile, kind, value, by=house.alice)
    customer = Customer(app, house.site)
    chat = customer.start_chat("Hello!", **TYPED)
    assert Link.get(Link.conversation == chat).profile == profile
    lifecycle.accept(chat, by=house.alice)
    other = add(secrets[0], "other@example.com")
    acts: list[Callable[[], Any]] = [
        lambda: editing.change(profile, "name", secrets[0], seen="Ada Lovelace", by=house.alice),
        lambda: linking.unlink(chat, by=house.alice),
        lambda: linking.link(chat, other, "search", by=house.alice),
        lambda: linking.link(chat, profile, "search", by=house.alice),
        lambda: lifecycle.end(chat, by=house.alice),
    ]
    seen = [customer.look().text]
    for act in acts:
        act()
        seen += [customer.look().text, customer.look(f"/chats/{chat.public_id}", htmx=True).text]
    whole = "".join(seen)
    assert "Ada Lovelace" not in whole.replace(TYPED["name"], "")  # what was typed is not shown back, either
    for secret in (*secrets, str(profile.customer_number)):
        assert secret not in whole
