"""Stories behind a proxy that lets no WebSocket through: both sides ask instead, and nobody notices."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from .actors import Associate, Customer

pytestmark = pytest.mark.e2e

People = Callable[..., Associate]
Customers = Callable[..., Customer]
Both = tuple[Associate, Customer]

# A bar that was seen even for a moment leaves a trace.
NOTES_TROUBLE = """
new MutationObserver(() => {
  const bar = document.getElementById("connection");
  if (bar && bar.dataset.state !== "live") document.documentElement.dataset.troubled = "";
}).observe(document, { subtree: true, childList: true, attributes: true });
"""
THROWS = """
window.WebSocket = class { static OPEN = 1; static CONNECTING = 0; constructor() { throw new Error("no"); } };
"""


class Proxy:
    """What stands between browsers and the program, and closes every WebSocket until it is mended."""

    def __init__(self) -> None:
        self.blocks = True
        self.refused = self.let_through = 0

    def stands_before(self, page: Page) -> None:
        page.route_web_socket("**/live*", self._meet)

    def _meet(self, socket: WebSocketRoute) -> None:
        if self.blocks:
            self.refused += 1
            socket.close(code=1011)
        else:
            self.let_through += 1
            socket.connect_to_server()


@pytest.fixture
def proxy() -> Proxy:
    return Proxy()


@pytest.fixture
def both(proxy: Proxy, associate: People, customer: Customers) -> Both:
    """Alice and Jane, each behind the proxy, with clocks that can be put forward."""
    alice, jane = associate("alice"), customer()
    for side in (alice, jane):
        side.page.clock.install()
        proxy.stands_before(side.page)
    alice.page.reload()
    alice.is_live()
    jane.comes_back()
    return alice, jane


def are_live(*sides: Associate | Customer) -> None:
    for side in sides:
        expect(side.see("connection")).to_have_attribute("data-state", "live")


def test_both_sides_chat_and_the_banner_comes_and_goes(both: Both, proxy: Proxy) -> None:
    alice, jane = both
    jane.asks("One", name="Jane Doe", email="jane.doe@example.com")
    alice.accepts("One")
    expect(jane.see("chat")).to_have_attribute("data-state", "active")
    alice.see("message-input").fill("Half a sentence")
    jane.says("Two")
    expect(alice.line("Two")).to_be_visible()
    jane.changes(email="jane@new.example")
    expect(alice.banner).to_be_visible()
    expect(alice.see("message-input")).to_be_focused()
    expect(alice.see("message-input")).to_have_value("Half a sentence")
    jane.changes(email="jane.doe@example.com")
    expect(alice.banner).to_have_count(0)
    alice.says("Three")
    expect(jane.line("Three")).to_be_visible()
    are_live(alice, jane)
    assert proxy.refused
    assert not proxy.let_through


def test_when_the_socket_is_there_again_it_takes_over_and_nothing_doubles(both: Both, proxy: Proxy) -> None:
    alice, jane = both
    jane.asks("One")
    alice.accepts("One")
    alice.says("Two")
    expect(jane.line("Two")).to_be_visible()
    proxy.blocks = False
    polls: list[str] = []
    for side in (alice, jane):
        with side.page.expect_websocket():
            side.page.clock.fast_forward(61_000)
    for side in (alice, jane):
        side.page.on("request", lambda request: polls.append(request.url) if "/live/poll" in request.url else None)
    jane.says("Three")
    expect(alice.line("Three")).to_be_visible()
    alice.says("Four")
    expect(jane.line("Four")).to_be_visible()
    for side in (alice, jane):
        side.page.clock.fast_forward(10_000)
    jane.says("Five")
    people = "[data-testid={}]:not([data-author=system])"
    for lines in (alice.page.locator(people.format("message")), jane.frame.locator(people.format("chat-message"))):
        expect(lines).to_contain_text(["One", "Two", "Three", "Four", "Five"])
    are_live(alice, jane)
    assert proxy.let_through == 2
    assert polls == []


def test_the_next_page_does_not_even_hesitate(both: Both) -> None:
    alice, _ = both
    alice.page.add_init_script(NOTES_TROUBLE)
    alice.page.goto(f"{alice.workspace}/profiles")
    alice.is_live()
    expect(alice.page.locator("html[data-troubled]")).to_have_count(0)


def test_where_the_browser_itself_refuses_a_socket(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer()
    alice.page.add_init_script(THROWS)
    alice.page.reload()
    alice.is_live()
    jane.asks("Are you there?")
    alice.accepts("Are you there?")
    jane.says("I am")
    expect(alice.line("I am")).to_be_visible()


def test_who_is_signed_out_in_another_tab_is_led_to_sign_in(both: Both) -> None:
    alice, _ = both
    other = alice.page.context.new_page()
    other.goto(f"{alice.workspace}/profiles")
    other.get_by_test_id("sign-out").click()
    expect(alice.page).to_have_url(re.compile(r"/sign-in"))


def test_bruno_who_looks_on_is_told_that_alice_has_it(both: Both, proxy: Proxy, associate: People) -> None:
    alice, jane = both
    bruno = associate("bruno")
    proxy.stands_before(bruno.page)
    bruno.page.reload()
    jane.asks("Anybody?")
    bruno.opens("Anybody?")
    alice.accepts("Anybody?")
    expect(bruno.see("accept-lost")).to_contain_text("Alice")
    expect(bruno.panel).to_have_count(0)
