"""The fixed cast of all tests, and what they do: associates who sign in, customers who ask for a chat."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from webapp import auth, security
from webapp.domain.chats import lifecycle, requests
from webapp.domain.identity.proof import Proved
from webapp.domain.people import associates, passwords, sessions, sites, stores
from webapp.domain.profiles import creating
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Associate, Conversation, Profile, Site, Store, Visitor

PASSWORD = "demo-password"
ORIGIN = "http://localhost"
_numbers = itertools.count(1)


@dataclass
class House:
    lyon: Store
    london: Store
    site: Site
    alice: Associate
    bruno: Associate
    charlie: Associate
    nadia: Associate
    dana: Associate
    jane: Profile
    john: Profile
    other_john: Profile
    zoe: Profile


@cache
def _hash_once() -> str:
    return passwords.hash_password(PASSWORD)


def furnish() -> House:
    """Fill an empty database with the cast."""
    lyon = stores.add("lyon", "Lyon", "FR", "Europe/Paris", is_default=True)
    london = stores.add("london", "London", "GB", "Europe/London")
    site = sites.add("Maison Lumière", ["http://shop.example"], key="pk_test", plain_http=True)

    def associate(name: str, email: str, *where: Store, role: str = "associate", chats: bool = True) -> Associate:
        return associates.add(name, email, None, role=role, stores=list(where), chat_enabled=chats,
                              password_hash=_hash_once())

    return House(
        lyon=lyon,
        london=london,
        site=site,
        alice=associate("Alice Martin", "alice@maison.example", lyon),
        bruno=associate("Bruno Keller", "bruno@maison.example", lyon),
        charlie=associate("Charlie Hughes", "charlie@maison.example", london),
        nadia=associate("Nadia Roux", "nadia@maison.example", lyon, role="manager", chats=False),
        dana=associate("Dana Petit", "dana@maison.example", lyon, london, role="manager"),
        jane=creating.create(Given("Jane Doe", "jane.doe@example.com", "+33 6 12 34 56 78"), region="FR"),
        john=creating.create(Given("John Smith", "john.smith@example.com", "+44 7911 123456"), region="GB"),
        other_john=creating.create(Given("John Smith", "john.smith@example.com"), region="GB"),
        zoe=creating.create(Given("Zoé Lefèvre", "zoe.lefevre@example.com", "+33 6 98 76 54 32"), region="FR"),
    )


def ask(
    house: House,
    name: str = "",
    email: str = "",
    phone: str = "",
    *,
    message: str = "Hello!",
    visitor: Visitor | int | None = None,
    store: str | None = None,
    site: Site | None = None,
    proved: Proved | None = None,
) -> Conversation:
    """A customer asks for a chat with these details, in the browser of `visitor` or in a new one.

    `proved` is who the retailer's back end says it is.
    """
    request = requests.Request(
        given=Given(name, email, phone),
        message=message,
        client_id=f"asked-{next(_numbers)}",
        generated_name="Visitor 48213127",
        declared_store=store,
        proved=proved,
    )
    who = Visitor.get_by_id(visitor) if isinstance(visitor, int) else visitor
    conversation, _ = requests.request_chat(site or house.site, who, request)
    requests.route(conversation.id)
    return fresh(conversation)


def chat(house: House, name: str = "", email: str = "", phone: str = "", **how: Any) -> Conversation:
    """A chat that Alice (or `by`) has accepted."""
    by = how.pop("by", house.alice)
    conversation = ask(house, name, email, phone, **how)
    lifecycle.accept(conversation, by=by)
    return fresh(conversation)


def fresh(conversation: Conversation) -> Conversation:
    """The conversation as it stands now."""
    return Conversation.get_by_id(conversation.id)


class Person:
    """An associate at her browser."""

    def __init__(self, app: Flask, associate: Associate) -> None:
        self.associate = associate
        self.client = app.test_client()
        token = sessions.sign_in(associate)
        session = sessions.current(token)
        assert session
        with app.test_request_context():
            self.client.set_cookie(auth.session_cookie(), token)
            self.token = security.csrf_token(f"session:{session.id}")

    def get(self, path: str, *, htmx: bool = False) -> TestResponse:
        return self.client.get(path, headers={"HX-Request": "true"} if htmx else {})

    def post(self, path: str, data: dict[str, object] | None = None, *, htmx: bool = True) -> TestResponse:
        return self._send("POST", path, data, htmx)

    def delete(self, path: str) -> TestResponse:
        return self._send("DELETE", path, None, True)

    def _send(self, method: str, path: str, data: dict[str, object] | None, htmx: bool) -> TestResponse:
        headers = {"Origin": ORIGIN, "X-CSRF-Token": self.token} | ({"HX-Request": "true"} if htmx else {})
        return self.client.open(path, method=method, data=data, headers=headers)
