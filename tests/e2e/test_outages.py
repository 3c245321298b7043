"""Stories of a network, a server or a tab that goes in mid-chat: what each person sees meanwhile, and in the end."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from .conftest import Server
from .talk import CLOCK, Customers, People, Side, Talk, are_live, read, see_the_same, within, writes

pytestmark = pytest.mark.e2e
@pytest.mark.parametrize("whose", ["alice", "jane"])
def test_the_network_stands_still_for_two_seconds(talk: Talk, whose: str) -> None:
    side: Side = getattr(talk, whose)
    other = talk.other(side)
    talk.network[side].hold(seconds=2)
    for text in ("Out of the tunnel", "And once more"):
        writes(side, text)
    expect(within(side).locator(CLOCK)).to_have_count(2)
    other.says("Are you still there?")
    expect(within(side).locator(CLOCK)).to_have_count(0)
    talk.are_live()
    talk.read("Good morning", "My lamp hums", "Are you still there?", "Out of the tunnel", "And once more")


NOTES_WHAT_WAS_THERE = """
(bar) => new MutationObserver(() => {
  const lines = document.querySelector(".log").innerText;
  if (bar.dataset.state === "live") document.documentElement.dataset.then = lines;
}).observe(bar, { attributes: true });
"""


def test_both_networks_go_for_a_minute(talk: Talk) -> None:
    alice, jane = talk.alice, talk.jane
    for side in (alice, jane):
        side.see("connection").evaluate(NOTES_WHAT_WAS_THERE)
    talk.network[alice].cut(seconds=60)
    jane.changes(email="jane@new.example")
    jane.says("I have moved")
    talk.network[jane].cut(seconds=60)
    said = {alice: ["Where to?", "And since when?"], jane: ["To Nantes", "In May"]}
    for side, texts in said.items():
        for text in texts:
            writes(side, text)
        expect(within(side).locator(CLOCK)).to_have_count(2)
    for side in (alice, jane):
        expect(side.see("connection")).to_have_attribute("data-state", "reconnecting", timeout=15_000)
        expect(within(side).locator(".is-failed")).to_have_count(2, timeout=15_000)
    for side in (alice, jane):
        expect(side.see("connection")).to_have_attribute("data-state", "offline", timeout=35_000)
    expect(alice.banner).to_have_count(0)
    for side in (alice, jane):
        talk.network[side].is_back()
        are_live(side)
    expect(alice.page.locator("html")).to_have_attribute("data-then", re.compile("I have moved"))
    expect(alice.banner).to_be_visible()
    see_the_same((alice, jane), alice=said[alice], jane=["I have moved", *said[jane]])


def test_both_laptops_sleep_and_their_connections_die_meanwhile(talk: Talk, browser: Browser) -> None:
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    pages = [process["id"] for process in processes if process["type"] == "renderer"]

    def all_are(told: int) -> None:
        for page in pages:
            os.kill(page, told)

    all_are(signal.SIGSTOP)
    for network in talk.network.values():
        network.cut(seconds=6)
    for network in talk.network.values():
        network.is_back()
        network.tear(sockets=False)
    all_are(signal.SIGCONT)
    for side, text in ((talk.alice, "Did you sleep?"), (talk.jane, "Like a stone")):
        writes(side, text)
    talk.are_live()
    see_the_same((talk.alice, talk.jane), alice=["Did you sleep?"], jane=["Like a stone"])


@pytest.mark.parametrize("whose", ["alice", "jane"])
def test_an_answer_that_is_lost_on_its_way_doubles_nothing(talk: Talk, whose: str) -> None:
    side: Side = getattr(talk, whose)
    talk.network[side].lose_the_answer_to("/messages")
    writes(side, "Did you get this?")
    writes(side, "And this?")
    talk.are_live()
    talk.read("Good morning", "My lamp hums", "Did you get this?", "And this?")
    assert talk.network[side].lost_answers == 1


def test_an_error_after_the_message_was_stored_doubles_nothing(talk: Talk) -> None:
    failures: list[str] = []

    def fail_once(route: Route) -> None:
        if failures:
            return route.continue_()
        route.fetch()
        failures.append(route.request.url)
        return route.fulfill(status=500, body="oops")

    talk.jane.page.route("**/messages*", fail_once)
    writes(talk.jane, "Did you get this?")
    expect(talk.alice.line("Did you get this?")).to_have_count(1)
    writes(talk.jane, "And this?")
    talk.read("Good morning", "My lamp hums", "Did you get this?", "And this?")
    assert failures


def ends(server: Server) -> None:
    """The program is told to end."""
    server.stop()


def dies(server: Server) -> None:
    """Its processes are killed, all at one instant."""
    assert server.process
    parent = server.process.pid
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)
    server.stop(signal.SIGKILL)


@pytest.mark.parametrize("goes", [ends, dies])
def test_the_server_goes_and_comes_while_both_are_writing(
    talk: Talk, server: Server, goes: Callable[[Server], None]
) -> None:
    alice, jane = talk.alice, talk.jane
    for network in talk.network.values():
        network.hold()  # so that both messages are on their way when it happens
    writes(alice, "From me to you")
    goes(server)
    for network in talk.network.values():
        network.mend()
    for text in ("From you to me", "You?"):
        writes(jane, text)
    for side in (alice, jane):
        expect(side.see("connection")).not_to_have_attribute("data-state", "live")
    server.start()
    talk.are_live()
    see_the_same((alice, jane), alice=["From me to you"], jane=["From you to me", "You?"])


def test_what_is_not_answered_in_ten_seconds_is_not_sent_and_says_so(associate: People, customer: Customers) -> None:
    alice, zoe = associate("alice"), customer("?locale=fr")
    zoe.asks("Bonjour")
    alice.accepts("Bonjour")
    words = {alice: ("Not sent.", "Try again", "One moment"), zoe: ("Non envoyé.", "Réessayer", "Merci")}
    answered: list[Side] = []
    for side, (_, _, text) in words.items():
        # It is never answered, while the socket is.
        side.page.route("**/messages*", lambda route: route.continue_() if answered else None)
        writes(side, text)
        expect(within(side).locator(CLOCK)).to_have_count(1)
    for side, (complaint, _, _) in words.items():
        failed = within(side).locator(".is-failed")
        expect(failed).to_contain_text(complaint, timeout=12_000)
    answered += words
    for side, (_, again, text) in words.items():
        failed = within(side).locator(".is-failed")
        failed.get_by_role("button", name=again).click()
        expect(side.line(text)).to_have_attribute("data-seq", re.compile(r"\d+"))
        expect(failed).to_have_count(0)
    read((alice, zoe), "Bonjour", "One moment", "Merci")


def closed(page: Page) -> Page:
    """The tab is closed, and another opened in the same browser."""
    fresh = page.context.new_page()
    page.close()
    return fresh


def crashed(page: Page) -> Page:
    """The tab dies and shows its sad face; another is opened."""
    with suppress(Error):  # that it has crashed
        page.goto("chrome://crash")
    return closed(page)


@pytest.mark.parametrize("goes", [closed, crashed])
def test_a_tab_goes_with_text_that_was_not_sent(
    server: Server, associate: People, customer: Customers, goes: Callable[[Page], Page]
) -> None:
    alice, jane = associate("alice"), customer()
    jane.shop = f"{server.workspace}/demo/shop"  # of the same site as the frame, which may keep text there
    jane.opens_the_chat()
    jane.asks("Good morning")
    alice.accepts("Good morning")
    address = alice.page.url
    for side, name in ((alice, "Alice"), (jane, "Jane")):
        side.page.route("**/messages*", lambda route: None)  # it is on its way when the tab goes
        for text in (f"First of {name}", f"Second of {name}"):
            writes(side, text)
        expect(within(side).locator(CLOCK)).to_have_count(2)
        side.see("message-input" if side is alice else "chat-input").fill(f"Half a sentence of {name}")
        side.page = goes(side.page)
    alice.page.goto(address)
    for text in ("First of Alice", "Second of Alice"):
        expect(alice.line(text)).to_have_attribute("data-seq", re.compile(r"\d+"))
    jane.comes_back()
    for side, name in ((alice, "Alice"), (jane, "Jane")):
        field = side.see("message-input" if side is alice else "chat-input")
        expect(field).to_have_value(f"Half a sentence of {name}")
    are_live(alice, jane)
    names = {name: [f"First of {name}", f"Second of {name}"] for name in ("Alice", "Jane")}
    see_the_same((alice, jane), **names)
