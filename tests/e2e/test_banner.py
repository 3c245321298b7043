"""Stories: the warning banner. It comes, changes and goes live, for those it is for, and disturbs nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .actors import Associate, Customer

pytestmark = pytest.mark.e2e

People = Callable[..., Associate]
Customers = Callable[..., Customer]
NEW = "jane@new.example"
# The focus has an outline of its own, or the box around it shows it.
CAN_BE_SEEN = """() => {
  const element = document.activeElement, box = element.closest(".composer__box");
  return getComputedStyle(element).outlineStyle !== "none" || (box && getComputedStyle(box).boxShadow !== "none");
}"""


def jane_returns(alice: Associate, customer: Customers, **details: str) -> Customer:
    """Jane was here before in this browser; now she gives these details, and Alice accepts."""
    jane = customer()
    jane.asks("The first time", name="Jane Doe", email="jane.doe@example.com")
    jane.ends()
    jane.comes_back()
    jane.asks("Here I am again", **details)
    alice.accepts("Here I am again")
    alice.sees_linked("C-1001", "returning_visitor")
    return jane


def test_the_same_browser_with_only_a_new_email(associate: People, customer: Customers) -> None:
    alice = associate("alice")
    jane_returns(alice, customer, email=NEW)
    expect(alice.banner.get_by_test_id("conflict-row")).to_have_count(1)
    expect(alice.conflict("email").get_by_test_id("conflict-given")).to_have_text(NEW)
    expect(alice.conflict("email").get_by_test_id("conflict-held")).to_have_text("jane.doe@example.com")


def test_the_customer_corrects_it_and_alice_is_not_disturbed(associate: People, customer: Customers) -> None:
    alice = associate("alice")
    jane = jane_returns(alice, customer, email=NEW)
    expect(alice.conflict("email")).to_be_visible()
    alice.see("message-input").fill("Half a sentence, and")
    alice.page.evaluate("window.untouched = true")
    jane.changes(email="jane.doe@example.com")
    expect(alice.banner).to_have_count(0)
    jane.changes(phone="+33 7 81 20 44 19")
    expect(alice.conflict("phone").get_by_test_id("conflict-given")).to_have_text("+33 7 81 20 44 19")
    expect(alice.see("message-input")).to_be_focused()
    expect(alice.see("message-input")).to_have_value("Half a sentence, and")
    assert alice.page.evaluate("window.untouched")  # no document was loaded


def test_alices_edit_makes_it_agree(associate: People, customer: Customers) -> None:
    alice = associate("alice")
    jane_returns(alice, customer, email=NEW)
    expect(alice.banner).to_be_visible()
    alice.see("profile-edit").click()
    field = alice.see("profile-field-email")
    field.fill(NEW)
    field.press("Enter")
    expect(alice.page.locator("[data-testid=field-status][data-field=email]")).to_have_attribute("data-state", "saved")
    expect(alice.banner).to_have_count(0)
    alice.see("edit-back").click()
    expect(alice.see("profile-email")).to_have_text(NEW)
    expect(alice.banner).to_have_count(0)


def test_update_profile_and_undo(associate: People, customer: Customers) -> None:
    alice = associate("alice")
    jane_returns(alice, customer, email=NEW)
    alice.conflict("email").get_by_test_id("conflict-apply").click()
    expect(alice.banner).to_have_count(0)
    expect(alice.see("profile-email")).to_have_text(NEW)
    resolved = alice.entry("conflict_resolved").first
    expect(resolved).to_contain_text(NEW)
    resolved.locator("[data-testid=undo][data-undoes=field]").click()
    expect(alice.conflict("email").get_by_test_id("conflict-held")).to_have_text("jane.doe@example.com")


def test_add_as_another(associate: People, customer: Customers) -> None:
    alice = associate("alice")
    jane_returns(alice, customer, phone="07 81 20 44 19")
    row = alice.conflict("phone")
    expect(row.get_by_test_id("conflict-given")).to_have_text("07 81 20 44 19")
    expect(row.get_by_test_id("conflict-held")).to_have_text("+33 6 12 34 56 78")
    row.get_by_test_id("conflict-add").click()
    expect(alice.banner).to_have_count(0)
    expect(alice.see("profile-phone")).to_have_text("+33 6 12 34 56 78")


def test_blank_fields_and_a_generated_name_contradict_nothing(associate: People, customer: Customers) -> None:
    alice = associate("alice")
    jane_returns(alice, customer)
    expect(alice.see("given-name")).to_have_attribute("data-generated", "true")
    expect(alice.banner).to_have_count(0)


def test_the_manager_who_does_not_chat_sees_none_and_her_colleague_does(associate: People, customer: Customers) -> None:
    alice = associate("alice")
    jane_returns(alice, customer, email=NEW)
    expect(alice.banner).to_be_visible()
    nadia, dana = associate("nadia"), associate("dana")
    for manager in (nadia, dana):
        manager.page.goto(alice.page.url)
        expect(manager.see("profile-card")).to_have_attribute("data-customer-number", "C-1001")
    expect(dana.banner).to_be_visible()
    expect(nadia.banner).to_have_count(0)


def test_without_the_form_there_is_no_banner(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer("?prechat=off")
    jane.see("chat-input").fill("Straight to the point")
    jane.see("chat-send").click()
    expect(jane.see("chat")).to_have_attribute("data-state", "waiting")
    alice.accepts("Straight to the point")
    alice.see("profile-search").press_sequentially("C-1001")
    alice.see("profile-search-link").first.click()
    alice.sees_linked("C-1001", "search")
    jane.changes(email=NEW)
    expect(alice.see("given-email")).to_contain_text(NEW)
    expect(alice.banner).to_have_count(0)


def test_the_whatsapp_conversation_contradicts_its_profile_and_shows_no_banner(associate: People) -> None:
    alice = associate("alice")
    alice.see("inbox-mine").click()
    alice.opens("Bonjour ! Je regarde")
    expect(alice.see("profile-card")).to_have_attribute("data-customer-number", "C-1009")
    expect(alice.see("given-phone")).to_contain_text("+33 6 11 22 33 44")
    expect(alice.banner).to_have_count(0)


def test_the_conflict_story_by_keyboard_alone(associate: People, customer: Customers) -> None:
    """From the inbox to a corrected profile: no mouse, and the focus is always somewhere one can see."""
    alice, jane = associate("alice"), customer()
    jane.asks("The first time", name="Jane Doe", email="jane.doe@example.com")
    jane.ends()
    jane.comes_back()
    jane.asks("Here I am again", email=NEW)
    expect(alice.row("Here I am again")).to_be_visible()

    def tab_to(test_id: str) -> None:
        for _ in range(80):
            alice.page.keyboard.press("Tab")
            here = alice.page.evaluate("document.activeElement.closest('[data-testid]')?.dataset.testid ?? ''")
            if here == test_id:
                assert alice.page.evaluate(CAN_BE_SEEN), f"one cannot see that {test_id} has the focus"
                return
        raise AssertionError(f"{test_id} cannot be reached by Tab")

    tab_to("conversation-accept")
    alice.page.keyboard.press("Enter")
    expect(alice.conflict("email")).to_be_visible()
    tab_to("message-input")
    alice.page.keyboard.type("Hello Jane")
    alice.page.keyboard.press("Enter")
    expect(alice.line("Hello Jane")).to_have_attribute("data-author", "associate")
    tab_to("conflict-apply")
    alice.page.keyboard.press("Enter")
    expect(alice.banner).to_have_count(0)
    expect(alice.see("profile-email")).to_have_text(NEW)
    assert alice.page.evaluate("document.activeElement !== document.body"), "the focus was lost with the row"
