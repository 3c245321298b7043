"""Stories of somebody who looks elsewhere: what the title, the icon and a sound tell, and how a session ends."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import expect

from .actors import Associate, Customer
from .conftest import Server

pytestmark = pytest.mark.e2e

People = Callable[..., Associate]
Customers = Callable[..., Customer]

# Counts on the page what would be heard.
SILENT = """
const nothing = () => {}, next = (other) => other;
const value = { setValueAtTime: nothing, linearRampToValueAtTime: nothing, exponentialRampToValueAtTime: nothing };
let rung = 0;
window.AudioContext = class {
  state = "running";
  resume() {}
  createGain() { return { gain: value, connect: next }; }
  createOscillator() { return { frequency: value, connect: next, start: this.ring, stop: nothing }; }
  ring() { document.body.dataset.rung = ++rung; }
};
"""


def count(alice: Associate) -> int:
    return int(alice.see("waiting-count").get_attribute("data-count") or 0)


def title(number: int, name: str) -> re.Pattern[str]:
    return re.compile(rf"^\({number}\) {name} · Rapport$" if number else rf"^{name} · Rapport$")


def has_heard(person: Associate, times: int) -> None:
    if times:
        expect(person.page.locator("body")).to_have_attribute("data-rung", str(times))
    else:
        expect(person.page.locator("body[data-rung]")).to_have_count(0)


def test_the_title_counts_who_waits_whatever_the_document_shows(associate: People, customer: Customers) -> None:
    alice, bruno = associate("alice"), associate("bruno")
    before = count(alice)
    expect(alice.page).to_have_title(title(before, "Inbox"))
    alice.page.locator("#rail-profiles").click()
    expect(alice.page).to_have_title(title(before, "Profiles"))
    jane = customer()
    jane.asks("Hello?")
    expect(alice.page).to_have_title(title(before + 1, "Profiles"))
    expect(alice.page.locator("#rail-inbox .badge")).to_have_text(str(before + 1))
    expect(alice.page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("^data:image/svg"))
    bruno.accepts("Hello?")
    expect(alice.page).to_have_title(title(before, "Profiles"))


def test_a_sound_is_heard_by_who_wants_it_and_by_nobody_else(associate: People, customer: Customers) -> None:
    alice, bruno = associate("alice"), associate("bruno")
    for person in (alice, bruno):
        person.page.add_init_script(SILENT)
        person.page.reload()
        person.is_live()
    alice.page.locator(".rail__me").click()
    expect(alice.see("sound")).not_to_be_checked()
    alice.see("sound").check()
    has_heard(alice, 1)  # what she is going to hear
    alice.page.reload()
    alice.is_live()
    expect(alice.see("sound")).to_be_checked()
    alice.page.clock.install()
    jane = customer()
    jane.asks("First")
    has_heard(alice, 1)
    alice.accepts("First")
    alice.page.clock.fast_forward(4_000)
    jane.says("While she looks")
    expect(alice.line("While she looks")).to_be_visible()
    alice.page.locator("#rail-profiles").click()
    expect(alice.see("conversation")).to_have_count(0)
    jane.says("While she does not")
    has_heard(alice, 2)
    wrote = alice.see("waiting-count").get_attribute("data-unanswered") or ""
    jane.says("And again at once")
    expect(alice.see("waiting-count")).not_to_have_attribute("data-unanswered", wrote)
    has_heard(alice, 2)
    has_heard(bruno, 0)


def test_a_session_that_ends_elsewhere_ends_here_at_once(server: Server, associate: People) -> None:
    alice, bruno, dana = (associate(name) for name in ("alice", "bruno", "dana"))
    by_email = "(SELECT id FROM associate WHERE email = ?)"
    with closing(sqlite3.connect(server.folder / "rapport.db", timeout=10)) as database, database:
        database.execute(
            f"UPDATE sign_in SET revoked_at = created_at WHERE associate_id = {by_email}", ("alice@maison.example",)
        )
        database.execute("UPDATE associate SET deactivated_at = created_at WHERE email = ?", ("bruno@maison.example",))
    for person in (alice, bruno):
        expect(person.page).to_have_url(re.compile("/sign-in"), timeout=5_000)
    dana.is_live()
    expect(dana.page).to_have_url(re.compile("/inbox/waiting"))
