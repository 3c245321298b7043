"""Stories: who is this customer? Linked before routing, offered with evidence, searched, created, moved."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .actors import Associate, Customer

pytestmark = pytest.mark.e2e

People = Callable[..., Associate]
Customers = Callable[..., Customer]


@pytest.mark.parametrize(
    ("name", "email", "number"),
    [
        ("Jane Doe", "jane.doe@example.com", "C-1001"),
        ("  Mrs JANE   doe ", " Jane.Doe@Example.com", "C-1001"),
        ("zoe LEFEVRE", "zoe.lefevre@example.com", "C-1006"),
        ("Pat O’Brien", "pat@example.com", "C-1007"),
    ],
)
def test_an_exact_match_is_linked_before_routing(
    associate: People, customer: Customers, name: str, email: str, number: str
) -> None:
    alice, someone = associate("alice"), customer()
    someone.asks("Hello, it is me", name=name, email=email)
    expect(alice.row("Hello, it is me")).to_have_attribute("data-link-state", "linked")
    alice.accepts("Hello, it is me")
    alice.sees_linked(number, "exact_match")
    expect(alice.see("identity-level")).to_have_attribute("data-level", "typed")
    expect(alice.banner).to_have_count(0)
    expect(alice.entry("chat").first).to_be_visible()
    alice.says("Good morning!")
    expect(someone.line("Good morning!")).to_have_attribute("data-author", "associate")


def test_two_exact_matches_are_offered_and_neither_is_linked(associate: People, customer: Customers) -> None:
    charlie, john = associate("charlie"), customer("?store=london")
    john.asks("Which of me am I?", name="John Smith", email="john.smith@example.com")
    expect(charlie.row("Which of me")).to_have_attribute("data-link-state", "candidates")
    charlie.accepts("Which of me")
    expect(charlie.panel).to_have_attribute("data-state", "candidates")
    for number in ("C-1002", "C-1003"):
        expect(charlie.candidate(number)).to_have_attribute("data-strength", "exact")
    expect(charlie.see("why-not-linked")).to_contain_text("2")


def test_jane_d_is_offered_with_evidence_and_linked_by_choice(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("Is my order ready?", name="Jane D", email="jane.doe@example.com")
    alice.accepts("Is my order ready?")
    offered = alice.candidate("C-1001")
    expect(offered).to_have_attribute("data-strength", "partial")
    evidence = offered.get_by_test_id("candidate-evidence")
    expect(evidence.and_(alice.page.locator("[data-field=email]"))).to_have_text("E-mail is the same")
    expect(evidence.and_(alice.page.locator("[data-field=name]"))).to_contain_text("“Jane D” fits “Jane Doe”")
    offered.get_by_test_id("candidate-link").click()
    alice.sees_linked("C-1001", "candidate")
    expect(alice.see("given-name")).to_have_text("Jane D")
    # The profile is older than the chat, so what it contradicts is shown.
    expect(alice.conflict("name")).to_be_visible()


def test_searching_and_linking(associate: People, customer: Customers) -> None:
    alice, someone = associate("alice"), customer()
    someone.asks("Can you help me?")
    alice.accepts("Can you help me?")
    expect(alice.panel).to_have_attribute("data-state", "none")
    alice.see("profile-search").press_sequentially("zoe l")
    found = alice.page.locator("[data-testid=profile-search-result][data-customer-number=C-1006]")
    found.get_by_test_id("profile-search-link").click()
    alice.sees_linked("C-1006", "search")
    expect(alice.see("given-name")).to_have_attribute("data-generated", "true")
    expect(alice.banner).to_have_count(0)  # a generated name and blank fields contradict nothing


def test_nothing_fits_so_alice_creates_a_profile_past_the_guard(associate: People, customer: Customers) -> None:
    alice, nora = associate("alice"), customer()
    nora.asks("I am new here", name="Nora Blum", email="nora.blum@example.com", phone="06 12 34 56 78")
    alice.accepts("I am new here")
    alice.see("profile-create").click()
    expect(alice.see("profile-form-name")).to_have_value("Nora Blum")
    expect(alice.see("profile-form-email")).to_have_value("nora.blum@example.com")
    alice.see("profile-form-submit").click()
    expect(alice.see("profile-form-duplicates")).to_contain_text("Jane Doe")  # whose phone that is
    alice.see("profile-form-create-anyway").click()
    expect(alice.see("link-provenance")).to_have_attribute("data-provenance", "created")
    expect(alice.see("profile-name")).to_have_text("Nora Blum")


def test_a_profile_made_in_this_chat_has_no_banner_but_a_live_card(associate: People, customer: Customers) -> None:
    alice, nora = associate("alice"), customer()
    nora.asks("I am new here", name="Nora Blum", email="nora.blum@example.com")
    alice.accepts("I am new here")
    alice.see("profile-create").click()
    alice.see("profile-form-submit").click()
    expect(alice.see("link-provenance")).to_have_attribute("data-provenance", "created")
    nora.changes(email="nora@blum.example")
    expect(alice.see("given-email")).to_contain_text("nora@blum.example")
    expect(alice.banner).to_have_count(0)


def test_live_rematching_is_a_suggestion(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("Hello there", name="Jane")
    alice.accepts("Hello there")
    expect(alice.see("profile-card")).to_have_count(0)
    jane.changes(name="Jane Doe", email="jane.doe@example.com")
    expect(alice.candidate("C-1001")).to_have_attribute("data-strength", "exact")
    expect(alice.panel).to_contain_text("Exact match")
    expect(alice.see("profile-card")).to_have_count(0)


def test_somebody_else_in_the_same_browser_is_not_linked(associate: People, customer: Customers) -> None:
    alice, browser = associate("alice"), customer()
    browser.asks("It is Jane", name="Jane Doe", email="jane.doe@example.com")
    browser.ends()
    browser.begins_anew()
    browser.asks("It is Marc now", name="Marc Antoine", email="marc.antoine@example.net")
    alice.accepts("It is Marc now")
    expect(alice.see("profile-card")).to_have_count(0)
    remembered = alice.candidate("C-1001")
    expect(remembered).to_have_attribute("data-strength", "remembered")
    expect(remembered).to_contain_text("Last used in this browser")


def test_unlink_and_relink_move_the_transcript_and_both_logs_say_so(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("A very particular sentence", name="Jane Doe", email="jane.doe@example.com")
    alice.accepts("A very particular sentence")
    alice.sees_linked("C-1001", "exact_match")
    alice.see("unlink").click()
    expect(alice.see("profile-card")).to_have_count(0)
    rejected = alice.candidate("C-1001")
    expect(rejected).to_have_attribute("data-strength", "rejected")
    alice.see("profile-search").press_sequentially("C-1006")
    alice.see("profile-search-link").first.click()
    alice.sees_linked("C-1006", "search")
    here = alice.page.url.rsplit("/", 1)[1]

    def log_of(number: str) -> None:
        alice.page.goto(f"{alice.workspace}/profiles?q={number}")
        alice.see("profile-open").first.click()
        expect(alice.see("activity-log")).to_be_visible()

    log_of("C-1006")
    chat = alice.page.locator(f"[data-testid=activity-entry][data-kind=chat][data-conversation='{here}']")
    chat.get_by_test_id("activity-toggle").click()
    expect(chat.get_by_test_id("activity-transcript")).to_contain_text("A very particular sentence")
    expect(alice.entry("linked").first).to_be_visible()
    log_of("C-1001")
    expect(chat).to_have_count(0)
    expect(alice.entry("unlinked").first).to_be_visible()


def test_unlinking_can_be_undone(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("Oops", name="Jane Doe", email="jane.doe@example.com")
    alice.accepts("Oops")
    alice.see("unlink").click()
    expect(alice.see("profile-card")).to_have_count(0)
    alice.page.locator("[data-testid=undo][data-undoes=unlink]").first.click()
    alice.sees_linked("C-1001", "exact_match")


def test_every_emma_martin_can_be_reached(associate: People, customer: Customers) -> None:
    alice, emma = associate("alice"), customer()
    emma.asks("There are many of us", name="Emma Martin")
    alice.accepts("There are many of us")
    offered = alice.panel.get_by_test_id("candidate")
    expect(offered).to_have_count(8)
    alice.see("candidates-more").click()
    expect(offered).to_have_count(12)
