"""Dana sets a site up, and the widget on the shop's page follows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from .actors import Associate, Customer

pytestmark = pytest.mark.e2e

@pytest.fixture
def elsewhere(server: Any) -> Iterator[str]:
    """The origin of another shop, whose only page has the snippet of the demo site."""
    page = f'<script async src="{server.workspace}/widget/v1/loader.js" data-key="pk_demo"></script>'

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """It is nobody's news."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as shop:
        threading.Thread(target=shop.serve_forever, daemon=True).start()
        yield f"http://localhost:{shop.server_port}"
        shop.shutdown()


def saves(dana: Associate) -> None:
    dana.see("settings-save").click()
    expect(dana.page.locator("[data-toast]").filter(has_text="Saved").last).to_be_visible()


def test_the_widget_asks_says_and_wears_what_dana_has_set(
    associate: Callable[..., Associate], customer: Callable[..., Customer], server: Any
) -> None:
    dana = associate("dana")
    dana.page.goto(f"{dana.workspace}/settings/sites")
    dana.see("site-open").first.click()
    dana.see("field-phone-off").check()
    dana.see("field-name-required").check()
    expect(dana.see("site-unlinked")).to_be_hidden()
    saves(dana)
    dana.see("site-tab-look").click()
    expect(dana.see("site-tab-look")).to_have_attribute("aria-current", "page")
    expect(dana.see("site-tab-form")).not_to_have_attribute("aria-current", "page")
    dana.see("settings-colour").fill("#ffd400")
    expect(dana.see("look-light")).to_contain_text("darkened for legibility")
    dana.see("settings-title_en").fill("Ask the lamp makers")
    dana.see("settings-title_fr").fill("Demandez aux lampistes")
    saves(dana)

    jane = customer()
    expect(jane.see("prechat-form")).to_be_visible()
    expect(jane.frame.get_by_role("heading", name="Ask the lamp makers")).to_be_visible()
    expect(jane.see("prechat-phone")).to_have_count(0)
    expect(jane.see("prechat-submit")).to_have_css("background-color", "rgb(255, 212, 0)")
    expect(jane.page.get_by_test_id("widget-launcher")).to_have_css("color", "rgb(18, 22, 28)")
    jane.see("prechat-message").fill("Hello")
    jane.see("prechat-submit").click()
    expect(jane.see("field-error")).to_have_attribute("data-field", "name")
    jane.asks("Hello", name="Jane Doe")

    zoe = customer("?locale=fr")
    expect(zoe.frame.get_by_role("heading", name="Demandez aux lampistes")).to_be_visible()
    expect(zoe.frame.get_by_text("(facultatif)")).to_have_count(1)


def test_the_install_page_tells_that_the_widget_was_seen(
    associate: Callable[..., Associate], customer: Callable[..., Customer], server: Any
) -> None:
    dana = associate("dana")
    dana.page.goto(f"{dana.workspace}/settings/sites/pk_demo/install")
    expect(dana.see("site-seen")).to_have_attribute("data-state", "unseen")
    dana.see("copy-snippet").click()
    expect(dana.page.get_by_role("button", name="Copy: Snippet")).to_be_visible()
    customer()
    expect(dana.see("site-seen")).to_have_text(f"Seen on http://localhost:{server.port} just now")


def test_a_page_that_is_not_allowed_is_refused_until_dana_allows_it(
    associate: Callable[..., Associate], browser_without_watch: BrowserContext, server: Any, elsewhere: str
) -> None:
    dana, page = associate("dana"), browser_without_watch.new_page()
    page.goto(f"{elsewhere}/")
    page.get_by_test_id("widget-launcher").click()
    expect(page.get_by_test_id("widget-launcher")).to_have_count(0)
    dana.page.goto(f"{dana.workspace}/settings/sites/pk_demo/install")
    expect(dana.see("site-refused")).to_contain_text(f"{elsewhere} is not allowed")
    dana.see("site-allow").click()
    expect(dana.see("site-refused")).to_have_count(0)
    page.goto(f"{elsewhere}/")
    page.get_by_test_id("widget-launcher").click()
    expect(page.frame_locator("iframe").get_by_test_id("prechat-form")).to_be_visible()


def test_a_wildcard_lets_in_every_host_below_it(
    associate: Callable[..., Associate], browser_without_watch: BrowserContext, server: Any
) -> None:
    dana = associate("dana")
    dana.page.goto(f"{dana.workspace}/settings/sites/pk_demo")
    dana.see("settings-origins").fill(f"http://*.shop.localhost:{server.port}")
    saves(dana)
    page = browser_without_watch.new_page()
    for host, shown in (("fr.shop.localhost", True), ("a.b.shop.localhost", True), ("shop.localhost", False)):
        page.goto(f"http://{host}:{server.port}/demo/shop")
        page.get_by_test_id("widget-launcher").click()
        if shown:
            expect(page.frame_locator("iframe").get_by_test_id("prechat-form")).to_be_visible()
            expect(page.locator("rapport-widget .box")).not_to_have_attribute("aria-busy", "true")
        else:
            expect(page.get_by_test_id("widget-launcher")).to_have_count(0)


def test_a_secret_is_shown_once_and_a_key_is_revoked_in_two_steps(associate: Callable[..., Associate]) -> None:
    dana = associate("dana")
    dana.page.goto(f"{dana.workspace}/settings/sites/pk_demo/identity")
    before = dana.see("key-row").count()
    dana.see("key-new").click()
    expect(dana.see("key-secret")).to_be_visible()
    expect(dana.see("key-row")).to_have_count(before + 1)
    dana.page.reload()
    expect(dana.see("key-row")).to_have_count(before + 1)
    expect(dana.see("key-secret")).to_have_count(0)
    dana.see("key-revoke").first.click()
    dana.see("key-revoke-confirm").first.click()
    expect(dana.see("key-row").first).to_have_attribute("data-state", "revoked")


def test_without_a_script_the_forms_work_too(server: Any, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.workspace}/sign-in?next=/settings/sites/pk_demo/look")
    page.get_by_test_id("sign-in-email").fill("dana@maison.example")
    page.get_by_test_id("sign-in-password").fill("demo-password")
    page.get_by_test_id("sign-in-submit").click()
    page.get_by_test_id("settings-colour").fill("blue")
    page.get_by_test_id("settings-save").click()
    expect(page.get_by_test_id("field-error")).to_contain_text("A colour is like #1f5f8b")
    page.get_by_test_id("settings-colour").fill("#1f5f8b")
    page.get_by_test_id("settings-save").click()
    expect(page.get_by_test_id("field-error")).to_have_count(0)
    expect(page.get_by_test_id("settings-colour")).to_have_value("#1f5f8b")
    context.close()
