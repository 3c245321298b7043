"""Stories: a customer who is signed in at the shop, and one who signs out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from .actors import Associate, Customer
from .conftest import Server

pytestmark = pytest.mark.e2e

People = Callable[..., Associate]
Customers = Callable[..., Customer]
SIGNED_IN = "?signed_in=C-1001"


def signed_in(customer: Customers, query: str = SIGNED_IN) -> Customer:
    """Jane at the shop, where she is signed in; the form knows her."""
    jane = customer(query)
    expect(jane.see("prechat-name")).to_have_value("Jane Doe")
    return jane


def test_she_is_known_and_what_she_changes_is_shown_beside(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), signed_in(customer)
    expect(jane.see("prechat-known")).to_contain_text("Chatting as Jane Doe")
    expect(jane.see("prechat-email")).to_have_value("jane.doe@example.com")
    jane.asks("I have moved", name="Jane Dupond", email="jane@new.example")
    alice.accepts("I have moved")
    alice.sees_linked("C-1001", "verified_identity")
    expect(alice.see("identity-level")).to_have_attribute("data-level", "verified")
    for field, given, held in (
        ("name", "Jane Dupond", "Jane Doe"),
        ("email", "jane@new.example", "jane.doe@example.com"),
    ):
        expect(alice.conflict(field).get_by_test_id("conflict-given")).to_have_text(given)
        expect(alice.conflict(field).get_by_test_id("conflict-held")).to_have_text(held)
    jane.changes(name="Jane Doe", email="jane.doe@example.com")
    expect(alice.banner).to_have_count(0)


def test_she_reads_her_earlier_chats_on_another_device(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), signed_in(customer)
    jane.asks("Is the Halo lamp in stock?")
    alice.accepts("Is the Halo lamp in stock?")
    alice.says("It is, in brass.")
    expect(jane.line("It is, in brass.")).to_be_visible()
    jane.ends()
    phone = signed_in(customer)
    earlier = phone.see("earlier-chat").filter(has_text="It is, in brass.")
    earlier.locator("summary").click()
    expect(earlier.get_by_test_id("earlier-log")).to_contain_text("Is the Halo lamp in stock?")
    stranger = customer("?signed_in=C-1006")
    expect(stranger.see("prechat-name")).to_have_value("Zoé Lefèvre")
    expect(stranger.see("earlier-chats")).to_have_count(0)


def test_what_she_has_typed_is_not_overwritten(customer: Customers) -> None:
    held: list[Route] = []
    jane = customer()
    jane.page.route("**/demo/token*", lambda route: held.append(route))
    jane.shop += SIGNED_IN
    with jane.page.expect_request("**/demo/token*"):
        jane.opens_the_chat()
    jane.see("prechat-name").fill("Somebody else")
    jane.page.wait_for_function("() => true")
    with jane.page.expect_response("**/widget/identity*") as answer:
        held[0].continue_()
    assert answer.value.status == 204
    jane.see("prechat-message").fill("Hello")
    expect(jane.see("prechat-name")).to_have_value("Somebody else")


def test_a_token_is_renewed_before_it_runs_out(customer: Customers) -> None:
    jane = customer()
    jane.page.clock.install()
    jane.shop += SIGNED_IN
    jane.opens_the_chat()
    jane.page.clock.run_for(1000)  # htmx begins in a timer
    expect(jane.see("prechat-name")).to_have_value("Jane Doe")
    with jane.page.expect_response("**/demo/token*") as answer:
        jane.page.clock.fast_forward("14:05")
    assert answer.value.status == 200


def test_a_token_alone_is_forgotten_when_it_has_run_out(customer: Customers) -> None:
    jane = customer()
    token = jane.page.request.get(jane.shop.replace("/shop", "/token") + SIGNED_IN).text()
    jane.page.clock.install()
    jane.opens_the_chat()
    jane.page.clock.run_for(1000)
    jane.page.evaluate("(token) => Rapport('identify', { token })", token)
    expect(jane.see("prechat-name")).to_have_value("Jane Doe")
    jane.page.clock.fast_forward("14:30")
    expect(jane.see("prechat-known")).to_be_visible()
    jane.page.clock.fast_forward("00:35")
    expect(jane.see("prechat-name")).to_have_value("")
    expect(jane.see("prechat-known")).to_have_count(0)


def test_not_you(associate: People, customer: Customers) -> None:
    alice, guest = associate("alice"), signed_in(customer)
    guest.see("prechat-email").fill("other@example.com")
    guest.see("prechat-notyou").click()
    expect(guest.see("prechat-known")).to_have_count(0)
    for field in ("name", "email", "phone"):
        expect(guest.see(f"prechat-{field}")).to_have_value("")
    guest.asks("I only borrow this")
    alice.accepts("I only borrow this")
    expect(alice.panel).to_have_attribute("data-state", "none")
    expect(alice.see("identity-level")).to_have_attribute("data-level", "anonymous")


def test_signing_out_leaves_a_fresh_form(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), signed_in(customer)
    jane.asks("The ring is a surprise")
    alice.accepts("The ring is a surprise")
    jane.page.get_by_test_id("shop-sign-out").click()
    expect(jane.see("prechat-form")).to_be_visible()
    expect(jane.see("prechat-name")).to_have_value("")
    expect(jane.see("earlier-chats")).to_have_count(0)
    expect(alice.see("conversation")).to_have_attribute("data-state", "ended")
    jane.shop = jane.page.url
    jane.comes_back()
    expect(jane.see("prechat-form")).to_be_visible()
    expect(jane.see("prechat-name")).to_have_value("")


def test_signing_out_while_the_chat_is_closed(associate: People, customer: Customers) -> None:
    """The frame has not been loaded on this page: it comes unseen, forgets, and goes."""
    jane = signed_in(customer)
    jane.asks("The ring is a surprise")
    jane.page.goto(jane.shop)
    jane.page.wait_for_function("() => window.Rapport?.loaded")
    jane.page.evaluate("() => { window.forgotten = new Promise((done) => Rapport('on', 'reset', done)); }")
    jane.page.get_by_test_id("shop-sign-out").click()
    jane.page.evaluate("() => window.forgotten")
    expect(jane.page.get_by_test_id("widget-frame")).to_have_count(0)
    jane.page.get_by_test_id("widget-launcher").click()
    expect(jane.see("prechat-form")).to_be_visible()
    expect(jane.see("prechat-name")).to_have_value("")


def test_another_tab_of_hers_goes_too(customer: Customers) -> None:
    jane = signed_in(customer)
    jane.asks("The ring is a surprise")
    tab = Customer(jane.page.context.new_page(), jane.shop)
    tab.opens_the_chat()
    expect(tab.line("The ring is a surprise")).to_be_visible()
    jane.page.get_by_test_id("shop-sign-out").click()
    expect(tab.see("prechat-form")).to_be_visible()
    expect(tab.see("chat")).to_have_count(0)


def test_clearing_the_device_after_a_chat(server: Server, customer: Customers) -> None:
    jane = customer()
    jane.shop = f"{server.workspace}/demo/shop"  # of the same site as the frame, which may keep drafts there
    jane.opens_the_chat()
    jane.asks("Between us")
    jane.see("chat-input").fill("Half a sentence")
    jane.see("chat-end").click()
    stored = "() => Object.keys(localStorage).filter((name) => /^(draft|outbox):/.test(name)).length"
    assert jane.page.frames[1].evaluate(stored) == 1
    jane.see("chat-clear").click()
    expect(jane.see("prechat-form")).to_be_visible()
    expect(jane.frame.get_by_text("Cleared. The store keeps its own record.")).to_be_visible()
    expect(jane.see("prechat-name")).to_be_focused()
    assert jane.page.frames[1].evaluate(stored) == 0


def test_a_page_that_signs_wrongly_is_told_and_the_chat_goes_on(
    server: Server, browser_without_watch: BrowserContext
) -> None:
    page = browser_without_watch.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.route("**/demo/token*", lambda route: route.fulfill(body="not.a.token"))
    jane = Customer(page, server.shop + SIGNED_IN)
    page.goto(jane.shop)
    page.wait_for_function("() => window.Rapport?.loaded")
    page.evaluate("() => { window.refused = new Promise((done) => Rapport('on', 'error', done)); }")
    page.get_by_test_id("widget-launcher").click()
    assert page.evaluate("() => window.refused")["reason"] == "malformed"
    assert any("malformed" in text for text in complaints)
    jane.asks("Hello all the same", name="Jane Doe")
