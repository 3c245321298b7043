"""Stories: somebody joins, and somebody leaves while a customer is in the middle of a chat."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from .actors import Associate, Customer
from .conftest import Server

pytestmark = pytest.mark.e2e

People = Callable[..., Associate]
Customers = Callable[..., Customer]
AT_ONCE = 4_000  # milliseconds: two seconds are promised, and a busy machine may take as long again


@pytest.fixture
def eva(server: Server, new_context: Callable[..., BrowserContext]) -> Callable[[str], Associate]:
    """`eva(link)` joins by the link of her invitation, in a browser of her own."""

    def join(link: str) -> Associate:
        eva = Associate("eva", new_context().new_page(), server.workspace)
        eva.page.goto(link)
        expect(eva.see("join-email")).to_have_value("eva@maison.example")
        eva.see("settings-name").fill("Eva Blanc")
        eva.see("settings-password").fill("tulips on tuesday")
        eva.see("join-submit").click()
        expect(eva.page).to_have_url(f"{server.workspace}/inbox/waiting")
        eva.is_live()
        return eva

    return join


def invites_eva(dana: Associate) -> str:
    """Dana invites Eva to Lyon; returns the link that she is shown."""
    dana.page.goto(f"{dana.workspace}/settings/associates")
    dana.see("associate-invite").click()
    dana.see("settings-email").fill("eva@maison.example")
    dana.see("settings-stores-lyon").check()
    dana.see("invite-submit").click()
    link = dana.see("invite-link")
    expect(link).to_have_text(re.compile("/join/"))
    return link.inner_text()


def test_eva_joins_chats_and_is_sent_away_and_the_customer_loses_nothing(
    associate: People, customer: Customers, eva: Callable[[str], Associate]
) -> None:
    dana, alice = associate("dana"), associate("alice")
    link = invites_eva(dana)
    newcomer = eva(link)
    dana.page.goto(link)
    expect(dana.see("join-dead")).to_be_visible()

    jane = customer()
    jane.asks("Is the Halo lamp in stock?", name="Jane Doe", email="jane.doe@example.com")
    newcomer.accepts("Is the Halo lamp")
    newcomer.says("I will look it up")
    jane.says("Thank you, Eva")
    expect(alice.row("Halo lamp")).to_have_count(0)

    dana.page.goto(f"{dana.workspace}/settings/associates")
    dana.see("associate-row").filter(has_text="Eva Blanc").get_by_test_id("associate-open").click()
    dana.page.once("dialog", lambda dialog: dialog.accept())
    dana.see("associate-deactivate").click()
    expect(newcomer.page).to_have_url(re.compile("/sign-in"), timeout=AT_ONCE)
    expect(alice.row("Thank you, Eva")).to_be_visible(timeout=AT_ONCE)
    expect(dana.see("associate-deactivated")).to_be_visible()
    expect(jane.see("chat")).to_have_attribute("data-state", "waiting")
    expect(jane.line("Eva had to leave. Somebody else will be with you soon.")).to_be_visible()

    alice.accepts("Thank you, Eva")
    alice.says("We have two of them")
    people = "[data-testid={}]:not([data-author=system])"
    said = ["Is the Halo lamp in stock?", "I will look it up", "Thank you, Eva", "We have two of them"]
    for lines in (alice.page.locator(people.format("message")), jane.frame.locator(people.format("chat-message"))):
        expect(lines).to_contain_text(said)
        expect(lines).to_have_count(len(said))

    newcomer.see("sign-in-email").fill("eva@maison.example")
    newcomer.see("sign-in-password").fill("tulips on tuesday")
    newcomer.see("sign-in-submit").click()
    expect(newcomer.page.get_by_role("alert")).to_have_text("That e-mail and password don’t match.")


def test_whoever_is_sent_away_by_the_program_is_out_as_fast(server: Server, associate: People) -> None:
    alice, dana = associate("alice"), associate("dana")
    server.rapport("user", "deactivate", "alice@maison.example")
    expect(alice.page).to_have_url(re.compile("/sign-in"), timeout=2 * AT_ONCE)
    dana.page.goto(f"{dana.workspace}/settings/associates")
    row = dana.see("associate-row").filter(has_text="Alice Martin")
    expect(row).to_have_attribute("data-state", "deactivated")
    row.get_by_test_id("associate-open").click()
    dana.see("associate-reactivate").click()
    expect(dana.see("associate-deactivate")).to_be_visible()
    alice.signs_in()


def test_a_manager_who_is_none_any_more_hears_nothing_more_of_what_she_watched(
    associate: People, customer: Customers
) -> None:
    dana, nadia, alice, jane = associate("dana"), associate("nadia"), associate("alice"), customer()
    jane.asks("Between the two of us")
    alice.accepts("Between the two of us")
    nadia.page.goto(alice.page.url)
    expect(nadia.line("Between the two of us")).to_be_visible()
    nadia.is_live()
    dana.page.goto(f"{dana.workspace}/settings/associates")
    dana.see("associate-row").filter(has_text="Nadia Roux").get_by_test_id("associate-open").click()
    dana.see("settings-role").select_option("associate")
    dana.see("settings-save").click()
    expect(dana.page.get_by_text("Saved", exact=True)).to_be_visible()
    expect(nadia.see("conversation")).to_have_count(0)
    jane.says("Nobody else may read this")
    expect(alice.line("Nobody else may read this")).to_be_visible()
    expect(nadia.line("Nobody else may read this")).to_have_count(0)


def test_a_new_password_ends_the_other_browser(server: Server, associate: People) -> None:
    here, there = associate("alice"), associate("alice")
    here.page.goto(f"{here.workspace}/me")
    expect(here.see("me-session")).to_have_count(2)
    here.see("settings-old").fill("demo-password")
    here.see("settings-password").fill("alice")
    here.see("me-password-save").click()
    expect(here.page.locator("[data-errors]")).to_be_focused()
    here.see("settings-old").fill("demo-password")
    here.see("settings-password").fill("tulips on tuesday")
    here.see("me-password-save").click()
    expect(here.see("me-session")).to_have_count(1)
    expect(there.page).to_have_url(re.compile("/sign-in"), timeout=AT_ONCE)


def test_who_may_no_longer_chat_loses_the_banner_at_once(associate: People, customer: Customers) -> None:
    dana, alice = associate("dana"), associate("alice")
    jane = customer()
    jane.asks("Is the Halo lamp in stock?", name="Jane Doe", email="jane.doe@example.com", phone="06 00 00 00 01")
    alice.accepts("Is the Halo lamp")
    expect(alice.banner).to_be_visible()
    for seen in (0, 1):
        dana.page.goto(f"{dana.workspace}/settings/associates")
        dana.see("associate-row").filter(has_text="Alice Martin").get_by_test_id("associate-open").click()
        dana.see("settings-chat_enabled").set_checked(bool(seen))
        dana.see("settings-save").click()
        expect(alice.banner).to_have_count(seen)
