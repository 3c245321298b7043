"""Stories: the rules of identification as a manager sets them, and two colleagues at one customer at once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from .actors import Associate, Customer
from .conftest import Server
from .test_banner import NEW, jane_returns

pytestmark = pytest.mark.e2e

People = Callable[..., Associate]
Customers = Callable[..., Customer]
QUESTION = (
    f"Bonjour Jane,\nPuis-je vérifier une information avec vous\u00a0? Votre adresse e-mail est bien {NEW}\u00a0?"
)


def rapport(server: Server, *words: str) -> None:
    """Somebody uses the program beside the one that serves, on the same database."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("RAPPORT_")}
    environ |= {"RAPPORT_DATA_DIR": str(server.folder)}
    subprocess.run([sys.executable, "-m", "webapp.cli", *words], env=environ, check=True, capture_output=True)


def nadia_beside(alice: Associate, associate: People) -> Associate:
    """The manager of the store opens the chat that Alice has before her."""
    nadia = associate("nadia")
    nadia.page.goto(alice.page.url)
    nadia.is_live()
    return nadia


def moves_to(someone: Associate, number: str) -> None:
    """Link the chat that is open to another profile, after a search."""
    someone.see("relink").click()
    someone.see("profile-search").press_sequentially(number)
    found = someone.page.locator(f"[data-testid=profile-search-result][data-customer-number={number}]")
    found.get_by_test_id("profile-search-link").click()
    someone.sees_linked(number, "search")


def test_strictly_a_namesake_is_enough_to_leave_it_to_alice(
    server: Server, associate: People, customer: Customers
) -> None:
    rapport(server, "setting", "set", "automatic_linking", "strict")
    alice = associate("alice")
    customer().asks("I am one of two", name="Maria Garcia", email="mgarcia@example.com")
    customer().asks("There is only one of me", name="Jane Doe", email="jane.doe@example.com")
    expect(alice.row("There is only one")).to_have_attribute("data-link-state", "linked")
    alice.accepts("I am one of two")
    expect(alice.candidate("C-1005")).to_have_attribute("data-strength", "exact")
    expect(alice.candidate("C-1004")).to_have_attribute("data-strength", "partial")
    expect(alice.see("profile-card")).to_have_count(0)


def test_switched_off_an_exact_match_is_offered_and_a_known_browser_is_too(
    server: Server, associate: People, customer: Customers
) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("Before it was switched off", name="Jane Doe", email="jane.doe@example.com")
    expect(alice.row("Before it was")).to_have_attribute("data-link-state", "linked")
    jane.ends()
    rapport(server, "setting", "set", "automatic_linking", "off")
    jane.begins_anew()
    jane.asks("And after", name="Jane Doe", email="jane.doe@example.com")
    expect(alice.row("And after")).to_have_attribute("data-link-state", "candidates")
    alice.accepts("And after")
    expect(alice.candidate("C-1001")).to_have_attribute("data-strength", "exact")
    expect(alice.see("why-not-linked")).to_contain_text("settings")


def test_what_was_typed_when_is_kept_version_by_version(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("Hello there", name="Jane")
    alice.accepts("Hello there")
    versions = alice.see("given-version")
    alice.see("given-versions").locator("summary").press("Enter")
    expect(versions).to_have_count(1)
    jane.changes(name="Jane Doe", email="jane.doe@example.com")
    expect(versions).to_have_count(2)
    expect(versions.first).to_be_visible()  # what she opened stays open, and the newest comes first
    expect(versions.first).to_contain_text("changed, before: Jane")
    expect(versions.first).to_contain_text("added")
    expect(versions.last).to_contain_text("before the chat")


def test_two_people_edit_one_field_and_the_second_chooses(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("It is me", name="Jane Doe", email="jane.doe@example.com")
    alice.accepts("It is me")
    bruno = associate("bruno")
    bruno.page.goto(f"{bruno.workspace}/profiles?q=C-1001")
    bruno.see("profile-open").first.click()
    for person in (alice, bruno):
        person.see("profile-edit").click()
        expect(person.see("profile-field-name")).to_have_value("Jane Doe")

    def writes(person: Associate, name: str) -> None:
        person.see("profile-field-name").fill(name)
        person.see("profile-field-name").press("Enter")

    def finds(person: Associate, state: str) -> None:
        status = person.page.locator("[data-testid=field-status][data-field=name]")
        expect(status).to_have_attribute("data-state", state)

    writes(bruno, "Jane Dupont")
    finds(bruno, "saved")
    writes(alice, "Jane Doe-Martin")
    finds(alice, "stale")
    expect(alice.page.get_by_role("alert").filter(has_text="Jane Dupont")).to_contain_text("Bruno changed this")
    expect(alice.see("profile-field-name")).to_have_value("Jane Doe-Martin")
    alice.see("stale-keep").click()
    finds(alice, "saved")
    writes(bruno, "Jane D.")
    finds(bruno, "stale")
    bruno.see("stale-take").click()
    expect(bruno.see("profile-field-name")).to_have_value("Jane Doe-Martin")
    alice.see("edit-back").click()
    expect(alice.see("profile-name")).to_have_text("Jane Doe-Martin")


def test_a_colleague_moves_the_chat_while_alice_edits_who_it_was(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("It is me", name="Jane Doe", email="jane.doe@example.com")
    alice.accepts("It is me")
    nadia = nadia_beside(alice, associate)
    alice.see("profile-edit").click()
    alice.see("profile-field-phone").fill("+33 6 11")
    notice = alice.page.locator(".moved")
    expect(notice).to_be_hidden()
    moves_to(nadia, "C-1002")
    expect(notice).to_contain_text("Nadia moved this chat to John Smith. You are editing Jane Doe.")
    expect(alice.page.locator("#announcer")).to_contain_text("Nadia moved this chat to John Smith.")
    expect(alice.see("profile-field-phone")).to_be_focused()
    expect(alice.see("profile-field-phone")).to_have_value("+33 6 11")
    alice.see("profile-field-phone").fill("+33 6 11 22 33 44")
    alice.see("profile-field-phone").press("Enter")
    saved = alice.page.locator("[data-testid=field-status][data-field=phone]")
    expect(saved).to_have_attribute("data-state", "saved")
    expect(notice).to_be_visible()
    alice.see("profile-field-name").fill("Jane Dupont")
    notice.get_by_role("button").click()
    alice.sees_linked("C-1002", "search")
    expect(alice.see("profile-field-name")).to_have_count(0)
    alice.page.goto(f"{alice.workspace}/profiles?q=C-1001")
    alice.see("profile-open").first.click()
    expect(alice.see("profile-name")).to_have_text("Jane Dupont")  # what she typed is Jane's, and nothing of it is lost
    expect(alice.see("profile-phone")).to_have_text("+33 6 11 22 33 44")


def test_a_colleague_links_the_chat_while_alice_fills_in_a_new_profile(
    associate: People, customer: Customers
) -> None:
    alice, nora = associate("alice"), customer()
    nora.asks("I am new here", name="Nora Blum")
    alice.accepts("I am new here")
    nadia = nadia_beside(alice, associate)
    alice.see("profile-create").click()
    alice.see("profile-form-email").fill("nora@")
    nadia.see("profile-search").press_sequentially("C-1006")
    nadia.see("profile-search-link").first.click()
    nadia.sees_linked("C-1006", "search")
    expect(alice.page.locator(".moved")).to_contain_text("Nadia linked this chat to Zoé Lefèvre.")
    expect(alice.see("profile-form-email")).to_be_focused()
    alice.see("profile-form-submit").click()
    expect(alice.see("profile-form-email")).to_have_attribute("aria-invalid", "true")
    expect(alice.page.locator(".moved")).to_be_visible()  # also in the form that comes back
    nadia.see("unlink").click()
    expect(alice.page.locator(".moved")).to_be_hidden()  # nobody is linked, as when she began


def test_a_click_that_comes_too_late_writes_nothing_and_says_so(associate: People, customer: Customers) -> None:
    alice = associate("alice")
    jane = jane_returns(alice, customer, email=NEW)
    held: list[Route] = []
    alice.page.route("**/conflicts/email", lambda route: held.append(route))
    alice.conflict("email").get_by_test_id("conflict-apply").click()
    jane.changes(email="jane@newer.example")
    expect(alice.conflict("email").get_by_test_id("conflict-given")).to_have_text("jane@newer.example")
    held[0].continue_()
    expect(alice.conflict("email")).to_have_attribute("data-refreshed", "")
    expect(alice.conflict("email")).to_contain_text("Check the new value")
    expect(alice.page.locator("#announcer")).to_contain_text("Check the new value")
    expect(alice.see("profile-email")).to_have_text("jane.doe@example.com")
    jane.changes(phone="+33 7 81 20 44 19")  # the panel is drawn anew; what she has to check is still marked
    expect(alice.conflict("phone")).to_be_visible()
    expect(alice.conflict("email")).to_have_attribute("data-refreshed", "")
    expect(alice.conflict("phone")).not_to_have_attribute("data-refreshed", "")
    jane.changes(email="jane@newest.example")
    expect(alice.conflict("email").get_by_test_id("conflict-given")).to_have_text("jane@newest.example")
    expect(alice.conflict("email")).not_to_have_attribute("data-refreshed", "")


def test_a_folded_banner_is_folded_for_one_and_stays_so(associate: People, customer: Customers) -> None:
    alice = associate("alice")
    jane = jane_returns(alice, customer, email=NEW)
    dana = associate("dana")
    dana.page.goto(alice.page.url)
    dana.is_live()
    alice.see("conflict-fold").click()
    for person in (alice, dana):
        expect(person.see("conflict-fold")).to_have_attribute("aria-expanded", "true" if person is dana else "false")
    jane.changes(phone="+33 7 81 20 44 19")
    expect(alice.banner).to_contain_text("2 details differ")
    expect(dana.conflict("phone")).to_be_visible()
    expect(alice.conflict("phone")).to_be_hidden()
    alice.page.reload()
    expect(alice.conflict("phone")).to_be_hidden()
    alice.see("conflict-fold").click()
    expect(alice.conflict("phone")).to_be_visible()


def test_asking_the_customer_writes_a_question_and_sends_nothing(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer("?locale=fr", locale="fr-FR")
    jane.asks("Bonjour", name="Jane Doe", email="jane.doe@example.com")
    jane.ends()
    jane.comes_back()
    jane.asks("Me revoilà", email=NEW)
    alice.accepts("Me revoilà")
    written = alice.see("message-input")
    written.fill("Bonjour Jane,")
    for _ in range(2):  # once is enough, however often she presses it
        alice.see("conflict-ask").click()
        expect(written).to_be_focused()
        expect(written).to_have_value(QUESTION)
    expect(jane.line("Puis-je")).to_have_count(0)
    alice.page.reload()
    expect(written).to_have_value(QUESTION)  # a draft like any other


def test_on_a_phone_asking_leads_back_to_the_chat(associate: People, customer: Customers) -> None:
    alice = associate("alice", viewport={"width": 390, "height": 844})
    jane = customer()
    jane.asks("The first time", name="Jane Doe", email="jane.doe@example.com")
    jane.ends()
    jane.comes_back()
    jane.asks("Here I am again", email=NEW)
    alice.accepts("Here I am again")
    alice.page.locator("#conv-strip").click()
    alice.see("conflict-ask").click()
    expect(alice.see("message-input")).to_be_focused()
    expect(alice.see("message-input")).to_have_value(f"May I check a detail with you? Is your e-mail address {NEW}?")


def test_unfolded_candidates_stay_unfolded(associate: People, customer: Customers) -> None:
    alice, emma = associate("alice"), customer()
    emma.asks("There are many of us", name="Emma Martin")
    alice.accepts("There are many of us")
    offered = alice.panel.get_by_test_id("candidate")
    alice.see("candidates-more").click()
    expect(offered).to_have_count(12)
    last = offered.last.get_attribute("data-customer-number") or ""
    alice.candidate(last).get_by_test_id("candidate-reject").click()
    expect(alice.candidate(last)).to_have_attribute("data-strength", "rejected")
    expect(offered).to_have_count(12)
    emma.changes(phone="+33 7 81 20 44 19")
    expect(alice.see("given-phone")).to_contain_text("+33 7 81")
    expect(offered).to_have_count(12)


def test_possible_matches_of_a_linked_chat_come_when_she_asks_and_stay(
    associate: People, customer: Customers
) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("It is me", name="Jane Doe", email="jane.doe@example.com")
    alice.accepts("It is me")
    alice.sees_linked("C-1001", "exact_match")
    jane.changes(name="Emma Martin")
    expect(alice.see("conflict-banner")).to_be_visible()
    offered = alice.panel.get_by_test_id("candidate")
    expect(offered).to_have_count(0)
    alice.see("relink").click()
    expect(offered).to_have_count(8)
    expect(alice.see("relink")).to_be_focused()
    alice.see("candidates-more").click()
    expect(offered).to_have_count(12)
    jane.changes(phone="+33 7 81 20 44 19")
    expect(alice.see("given-phone")).to_contain_text("+33 7 81")
    expect(offered).to_have_count(12)
    offered.last.get_by_test_id("candidate-link").click()
    expect(alice.see("profile-card").get_by_test_id("profile-name")).to_have_text("Emma Martin")
