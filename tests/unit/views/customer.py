"""A customer at a browser: it keeps its cookie, and what it sends carries what the frame's scripts would add."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from flask import Flask
from werkzeug.test import TestResponse

from tests.cast import ORIGIN
from webapp import security
from webapp.domain.tables import Conversation, Site


class Customer:
    def __init__(self, app: Flask, site: Site, *, locale: str = "en") -> None:
        self.client = app.test_client()
        self.query = "?" + urlencode({"key": site.key, "locale": locale, "zone": "Europe/Paris"})
        with app.test_request_context():
            self.token = security.csrf_token("widget")
        self.identity: str | None = None  # what the shop's page has handed to the frame

    def look(self, path: str = "/frame", *, htmx: bool = False, **more: str) -> TestResponse:
        """Get an address of the widget: the frame, unless another is given."""
        address = f"/widget{path}{self.query}" + (f"&{urlencode(more)}" if more else "")
        return self.client.get(address, headers={"HX-Request": "true"} | self._proof() if htmx else {})

    def send(self, path: str, **fields: str) -> TestResponse:
        headers = {"Origin": ORIGIN, "X-CSRF-Token": self.token, "HX-Request": "true"} | self._proof()
        return self.client.post(f"/widget{path}{self.query}", data=fields, headers=headers)

    def _proof(self) -> dict[str, str]:
        return {} if self.identity is None else {"X-Rapport-Identity": self.identity}

    def start(self, message: str = "Hello!", **fields: str) -> TestResponse:
        """Submit the form before a chat."""
        return self.send("/chats", message=message, **fields)

    def start_chat(self, message: str = "Hello!", **fields: str) -> Conversation:
        """Start a chat, which must work, and return it."""
        answer = self.start(message, **fields)
        assert answer.status_code == 200
        found = re.search(r'data-watch="chat:([\w-]+)"', answer.text)
        assert found
        return Conversation.get(Conversation.public_id == found[1])

    def write(self, chat: Conversation, body: str, client_id: str = "first") -> TestResponse:
        return self.send(f"/chats/{chat.public_id}/messages", body=body, client_id=client_id)

    def save(self, chat: Conversation, name: str = "", email: str = "", phone: str = "") -> TestResponse:
        """Save "Your details"."""
        return self.send(f"/chats/{chat.public_id}/details", name=name, email=email, phone=phone)

    def leave(self, chat: Conversation) -> TestResponse:
        return self.send(f"/chats/{chat.public_id}/closure")


def errors(html: str) -> dict[str, str]:
    """The errors shown in place, by field."""
    found = re.findall(r'data-testid="field-error" data-field="(\w+)">.*?<span>(.*?)</span>', html, re.DOTALL)
    return dict(found)


def state(html: str) -> str:
    found = re.search(r'data-state="(\w+)" data-watch="chat:', html)
    return found[1] if found else ""
