"""Somebody who knows Jane's name and e-mail: what she learns, what the staff sees, and what is left in the end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from .actors import Associate, Customer
from .conftest import Server

pytestmark = pytest.mark.e2e

JANE = ("Jane Doe", "jane.doe@example.com")
HERS = ("C-1001", "+33 6 12 34 56 78", "612345678", "Halo", "brushed brass", "Set aside under your name")
EXCUSE = "I lost my order, can you send it again?"


class Wiretap:
    """All that reaches a customer's browser from the program."""

    def __init__(self, page: Page) -> None:
        self.answers: list[Response] = []
        self.frames: list[str] = []
        page.on("response", self._answer)
        page.on("websocket", lambda socket: socket.on("framereceived", self._frame))

    def _answer(self, response: Response) -> None:
        if re.search(r"/widget/(frame|chats|identity|live|reset)", response.url):
            self.answers.append(response)

    def _frame(self, payload: str | bytes) -> None:
        self.frames.append(payload if isinstance(payload, str) else payload.decode())

    def everything(self) -> list[str]:
        """Status, headers but for the time, and bodies, then frames; what is random is made the same."""
        heard = [
            f"{answer.request.method} {answer.status} {sorted(_lasting(answer))} {answer.text() if answer.ok else ''}"
            for answer in self.answers
        ]
        return [_plain(text) for text in (*heard, *self.frames)]


def _lasting(answer: Response) -> list[str]:
    return [name for name in answer.all_headers() if name not in ("date", "connection")]


def _plain(text: str) -> str:
    return re.sub(r"\b\d\d:\d\d(:\d\d)?\b", "TIME", re.sub(r"[\w-]{20,}", lambda token: "X" * len(token[0]), text))


def tapped(page: Page, shop: str) -> tuple[Customer, Wiretap]:
    tap = Wiretap(page)
    someone = Customer(page, shop)
    someone.opens_the_chat()
    return someone, tap


def test_an_impostor_learns_nothing_and_leaves_nothing(
    associate: Callable[..., Associate],
    customer: Callable[..., Customer],
    new_context: Callable[..., BrowserContext],
    server: Server,
) -> None:
    alice, dana = associate("alice"), associate("dana")
    log_before = chats_of_jane(dana)

    # A stranger and an impostor do the same, one after the other, and are told the same.
    stranger, told_stranger = tapped(new_context().new_page(), server.shop)
    stranger.asks(EXCUSE, "Zara Nobody", "zara.nobody@example.org")
    alice.accepts("Zara Nobody")
    alice.says("Good morning!")
    expect(stranger.line("Good morning!")).to_be_visible()
    impostor, told_impostor = tapped(new_context().new_page(), server.shop)
    impostor.asks(EXCUSE, *JANE)
    alice.see("inbox-waiting").click()
    alice.accepts("Jane Doe")
    alice.says("Good morning!")
    expect(impostor.line("Good morning!")).to_be_visible()
    expect(impostor.see("chat-message")).to_have_count(stranger.see("chat-message").count())
    heard = told_impostor.everything()
    assert heard[: len(told_stranger.answers)] == told_stranger.everything()[: len(told_stranger.answers)]
    for secret in HERS:
        assert secret not in "".join(heard), secret
        assert secret not in impostor.frame.locator("body").inner_text()

    # The staff sees that nothing is proved, and who could be looked at.
    alice.sees_linked("C-1001", "exact_match")
    expect(alice.see("identity-level")).to_have_attribute("data-level", "typed")
    expect(alice.see("identity-level")).to_contain_text("not proved")

    # What Jane would get of her record lists the chat apart, before a manager hands it out.
    record = exported(dana)
    assert EXCUSE in json.dumps(record["attributed"])
    assert EXCUSE not in json.dumps({key: value for key, value in record.items() if key != "attributed"})

    # Alice takes the link back: the chat is out of Jane's log, which has its chats as before.
    alice.see("unlink").click()
    expect(alice.panel).not_to_have_attribute("data-state", "linked")
    assert chats_of_jane(dana) == log_before
    assert EXCUSE not in json.dumps(exported(dana))

    # The real Jane, signed in at the shop, sees no chat that was not hers.
    jane = customer("?signed_in=C-1001")
    expect(jane.see("prechat-form")).to_be_visible()
    expect(jane.frame.locator("body")).not_to_contain_text(EXCUSE)
    for secret in HERS[3:]:
        expect(jane.frame.locator("body")).not_to_contain_text(secret)


def open_jane(dana: Associate) -> None:
    dana.page.goto(f"{dana.workspace}/profiles?q=C-1001")
    dana.see("profile-open").first.click()
    expect(dana.see("activity-log")).to_be_visible()


def chats_of_jane(dana: Associate) -> list[str | None]:
    open_jane(dana)
    entries = dana.entry("chat")
    return [entry.get_attribute("data-conversation") for entry in entries.all()]


def exported(dana: Associate) -> dict[str, object]:
    open_jane(dana)
    dana.see("profile-record").click()
    with dana.page.expect_download() as download:
        dana.see("export-json").click()
    found: dict[str, object] = json.loads(download.value.path().read_text())
    return found
