"""Stories of what one side knows of the other between two messages: that she is typing, and whether she is there."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from webapp.live.presence import GRACE

from .actors import Associate, Customer
from .talk import Side, within

pytestmark = pytest.mark.e2e

People = Callable[..., Associate]
Customers = Callable[..., Customer]
GOES = 25_000  # milliseconds: five seconds after the last word, or eight after a goodbye, on a busy machine
MOST_RELOADS = 10

NOTES_PRESENCE = """(presence) => {
  window.presences = [];
  const note = () => window.presences.push(document.querySelector("[data-testid=customer-presence]")?.dataset.state);
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


@pytest.fixture
def talk(associate: People, customer: Customers) -> tuple[Associate, Customer]:
    """Alice and Jane in the middle of a chat."""
    alice, jane = associate("alice"), customer()
    jane.asks("My lamp hums", name="Jane Doe", email="jane.doe@example.com")
    alice.accepts("My lamp hums")
    expect(jane.see("chat")).to_have_attribute("data-state", "active")
    alice.is_live()
    expect(jane.frame.locator("body[data-live=true]")).to_have_count(1)
    return alice, jane


def types(side: Side, text: str) -> None:
    side.see("message-input" if isinstance(side, Associate) else "chat-input").press_sequentially(text)


def height(side: Side) -> float:
    """How much room there is for messages."""
    box = within(side).locator("[role=log][tabindex]").bounding_box()
    assert box
    return box["height"]


def test_each_sees_that_the_other_is_typing_and_never_what(talk: tuple[Associate, Customer]) -> None:
    alice, jane = talk
    before = height(alice), height(jane)
    types(jane, "It is the tall one")
    expect(alice.see("chat-typing")).to_have_text("Jane Doe is typing…")
    types(alice, "Which of")
    expect(jane.see("chat-typing")).to_have_text("Alice is typing…")
    assert (height(alice), height(jane)) == before
    assert "the tall one" not in alice.page.content()
    assert "Which of" not in jane.frame.locator("body").inner_html()
    expect(jane.frame.locator("#announcer")).not_to_contain_text("typing")
    expect(alice.page.locator("#announcer")).not_to_contain_text("typing")
    jane.see("chat-send").click()
    expect(alice.line("It is the tall one")).to_be_visible()
    expect(alice.see("chat-typing")).to_have_count(0, timeout=3_000)  # at once, and not when its time is over
    expect(jane.see("chat-typing")).to_have_count(0, timeout=GOES)  # Alice has stopped


def test_who_closes_the_page_has_left_and_who_comes_back_is_here(
    talk: tuple[Associate, Customer], customer: Customers
) -> None:
    alice, jane = talk
    expect(alice.see("customer-presence")).to_have_text("is here")
    second = Customer(jane.page.context.new_page(), jane.shop)
    second.opens_the_chat()
    expect(second.see("chat-log")).to_contain_text("My lamp hums")
    expect(second.frame.locator("body[data-live=true]")).to_have_count(1)
    third = jane.page.context.new_page()
    jane.page.close()
    second.says("This is my other tab")
    expect(alice.line("This is my other tab")).to_be_visible()
    expect(alice.see("customer-presence")).to_have_text("is here")
    second.page.close()
    expect(alice.see("customer-presence")).to_have_text("left the page", timeout=GOES)
    Customer(third, jane.shop).opens_the_chat()
    expect(alice.see("customer-presence")).to_have_text("is here")


def test_loading_the_page_anew_is_not_seen(talk: tuple[Associate, Customer]) -> None:
    alice, jane = talk
    expect(alice.see("customer-presence")).to_have_text("is here")
    for _ in range(MOST_RELOADS):
        alice.page.evaluate(NOTES_PRESENCE)
        begun = time.monotonic()
        jane.frame.locator("body").evaluate("() => { document.body.dataset.live = 'old'; location.reload(); }")
        expect(jane.frame.locator("body[data-live=true]")).to_have_count(1, timeout=GOES)
        jane.says(f"Here again at {begun}")
        expect(alice.line(f"Here again at {begun}")).to_be_visible()
        if time.monotonic() - begun < GRACE:  # on a machine that takes longer, she has left
            break
    assert set(alice.page.evaluate("window.presences")) == {"here"}
