"""Stories: a customer asks for what is kept of her, and then for its erasure."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from .actors import Associate, Customer
from .conftest import Server

pytestmark = pytest.mark.e2e

People = Callable[..., Associate]
Customers = Callable[..., Customer]


def opens_profile(someone: Associate, name: str) -> str:
    """Open the profile of this name from the list; return its address."""
    someone.page.goto(f"{someone.workspace}/profiles?q={name}")
    someone.see("profile-open").filter(has_text=name).first.click()
    expect(someone.see("profile-name")).to_have_text(name)
    return someone.page.url


def downloads(someone: Associate, test_id: str) -> tuple[str, str]:
    """Press a button that gives a file; return its name and what is in it."""
    with someone.page.expect_download() as coming:
        someone.see(test_id).click()
    return coming.value.suggested_filename, Path(coming.value.path()).read_text("utf-8")


def test_dana_hands_out_janes_record_and_erases_her_and_alice_sees_her_go(
    associate: People, customer: Customers, server: Server, new_context: Callable[..., BrowserContext]
) -> None:
    alice, dana, jane = associate("alice"), associate("dana"), customer()
    jane.asks("Please forget me afterwards", name="Jane Doe", email="jane.doe@example.com")
    alice.accepts("Please forget me afterwards")
    alice.see("conversation-end").click()
    expect(jane.see("chat-new")).to_be_visible()
    opens_profile(alice, "Jane Doe")
    alice.is_live()
    alice.page.evaluate("window.untouched = true")
    alice.see("profile-edit").click()
    alice.see("profile-field-name").fill("Jane, half-typed")

    address = opens_profile(dana, "Jane Doe")
    dana.see("profile-record").click()
    name, page = downloads(dana, "export-html")
    assert name == "record-C-1001.html"
    assert "Please forget me afterwards" in page
    name, data = downloads(dana, "export-json")
    assert name == "record-C-1001.json"
    said = [line["text"] for chat in json.loads(data)["attributed"] for line in chat["messages"]]
    assert "Please forget me afterwards" in said
    reader = new_context().new_page()
    reader.set_content(page)
    expect(reader.get_by_role("heading", name="Personal data of Jane Doe")).to_be_visible()

    dana.see("erase-number").fill("C-1002")
    dana.see("erase-submit").click()
    expect(dana.see("field-error")).to_contain_text("C-1001")
    expect(dana.see("erase-number")).to_have_value("C-1002")
    dana.see("erase-number").fill("C-1001")
    dana.see("erase-submit").click()
    expect(dana.page).to_have_url(f"{dana.workspace}/profiles")
    expect(dana.page.locator("[data-toast]")).to_contain_text("erased")
    expect(dana.see("profile-row").filter(has_text="C-1001")).to_have_count(0)

    expect(alice.see("profile-gone")).to_be_visible()
    expect(alice.page.get_by_text("Jane")).to_have_count(0)
    expect(alice.page).to_have_title("Profiles · Rapport")
    assert alice.page.evaluate("window.untouched")  # no document was loaded
    expect(jane.see("prechat-form")).to_be_visible()
    expect(jane.frame.get_by_text("Please forget me afterwards")).to_have_count(0)
    assert dana.page.request.get(address).status == 404
    left = b"".join(file.read_bytes() for file in server.folder.glob("rapport.db*"))
    assert b"jane.doe@example.com" not in left
    assert b"forget me afterwards" not in left


def test_it_works_without_a_script(server: Server, new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(java_script_enabled=False).new_page()
    dana = Associate("dana", page, server.workspace)
    page.goto(f"{server.workspace}/sign-in")
    dana.see("sign-in-email").fill("dana@maison.example")
    dana.see("sign-in-password").fill("demo-password")
    dana.see("sign-in-submit").click()
    opens_profile(dana, "Pat O'Brien")
    dana.see("profile-record").click()
    assert "pat@example.com" in downloads(dana, "export-html")[1]
    dana.see("erase-number").fill("C-1001")
    dana.see("erase-submit").click()
    expect(dana.see("field-error")).to_contain_text("C-1007")
    dana.see("erase-number").fill("C-1007")
    dana.see("erase-submit").click()
    expect(dana.see("erased")).to_be_visible()
    page.get_by_role("link", name="Show all profiles").click()
    expect(dana.see("profile-row").first).to_be_visible()
    expect(dana.see("profile-row").filter(has_text="C-1007")).to_have_count(0)
