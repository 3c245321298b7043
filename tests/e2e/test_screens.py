"""Every screen at three widths, light and dark: nothing runs over, nothing is cut off, and axe finds nothing.

`./dev pictures` runs this with a folder to keep the photographs in; the README shows some of them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .actors import Associate, Customer

pytestmark = pytest.mark.e2e

WIDTHS = {1440: 900, 820: 1180, 390: 844}
THEMES = ("light", "dark")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Elements wider than their pane, or text cut without an ellipsis. The screen-reader's own are one pixel on purpose.
RUNS_OVER = """() => {
  const wide = document.documentElement.scrollWidth > innerWidth + 1 ? ["the page itself"] : [];
  const cut = [...document.querySelectorAll("button, a, h1, h2, h3, h4, label, dd, dt, p, input")].filter((e) => {
    if (!e.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    if (e.closest(".sr-only, .truncate, .skip") || getComputedStyle(e).textOverflow === "ellipsis") return false;
    const box = e.getBoundingClientRect();
    if (box.width <= 1) return false;
    return (box.left < -1 || box.right > innerWidth + 1) || (e.tagName !== "INPUT" && e.scrollWidth > e.clientWidth + 1
      && getComputedStyle(e).overflowX !== "visible");
  });
  return [...wide, ...cut.map((e) => e.outerHTML.slice(0, 120))];
}"""


@pytest.fixture
def shoot(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`shoot("inbox", page)` looks at a screen in all widths and themes, and photographs it if there is a folder."""
    folder = request.config.getoption("--pictures")

    def look(name: str, page: Page, narrow: str | None = None) -> None:
        wide = page.url
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            if narrow:
                page.goto(narrow if width == 390 else wide)
            for theme in THEMES:
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
                settle(page)
                if folder:
                    page.screenshot(path=Path(folder) / f"{name}-{width}-{theme}.png", animations="disabled")
                for frame in page.frames:
                    assert frame.evaluate(RUNS_OVER) == [], f"{name} at {width}, {theme}"
                if (width, theme) in ((1440, "light"), (390, "dark")):
                    assert_accessible(page, f"{name} at {width}, {theme}")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        if narrow:
            page.goto(wide)

    return look


def settle(page: Page) -> None:
    """Wait until fonts are there and two frames have been drawn."""
    page.evaluate(
        "() => document.fonts.ready.then(() => new Promise((done) => "
        "requestAnimationFrame(() => requestAnimationFrame(done))))"
    )


def assert_accessible(page: Page, where: str) -> None:
    """axe finds nothing that WCAG 2.2 AA forbids, in the page and in its frame."""
    covered = len(page.frames) > 1 and page.viewport_size["width"] < 480  # type: ignore[index]  # the shop is inert
    looked_at: list[Any] = page.frames[1:] if covered else page.frames
    problems: list[dict[str, Any]] = []
    for frame in looked_at:
        problems += Axe().run(frame, options={"runOnly": RULES}).response["violations"]
    told = [f"{p['id']}: {p['nodes'][0]['html'][:160]} ({p['nodes'][0]['failureSummary'][:200]})" for p in problems]
    assert told == [], f"{where}: " + "\n".join(told)


def test_sign_in(new_context: Callable[..., Any], server: Any, shoot: Callable[..., None]) -> None:
    page = new_context().new_page()
    page.goto(f"{server.workspace}/sign-in")
    shoot("sign-in", page)


def test_empty_inbox_and_profiles(associate: Callable[..., Associate], shoot: Callable[..., None]) -> None:
    alice = associate("alice")
    expect(alice.page.get_by_text("Nobody is waiting.")).to_be_visible()
    expect(alice.page.get_by_text("No chat is open")).to_be_hidden()  # one sentence is enough
    shoot("inbox-empty", alice.page)
    alice.page.goto(f"{alice.workspace}/profiles")
    shoot("profiles", alice.page)
    alice.page.goto(f"{alice.workspace}/profiles?q=zoe")
    alice.see("profile-open").first.click()
    alice.entry("chat").first.get_by_test_id("activity-toggle").click()
    expect(alice.see("activity-transcript").first).to_be_visible()
    shoot("profile", alice.page)


def test_inbox_and_candidates(
    associate: Callable[..., Associate], customer: Callable[..., Customer], shoot: Callable[..., None]
) -> None:
    alice = associate("alice")
    customer().asks("Hello! Is the brass Halo lamp in stock?", name="Jane Doe", email="jane.doe@example.com")
    customer().asks("My switch has gone stiff. Is that covered?", name="John Smith", email="john.smith@example.com")
    customer().asks("Do you deliver to the islands?")
    expect(alice.see("conversation-row")).to_have_count(3)
    expect(alice.page.get_by_text("No chat is open")).to_be_visible()
    shoot("inbox", alice.page)
    alice.accepts("My switch has gone stiff")
    expect(alice.panel).to_have_attribute("data-state", "candidates")
    alice.says("Hello John, it is: three years on switches and wiring. Which model is it?")
    shoot("candidates", alice.page, narrow=f"{alice.page.url}/context")
    alice.see("profile-create").click()
    alice.see("profile-form-submit").click()
    expect(alice.see("profile-form-create-anyway")).to_be_visible()
    shoot("create", alice.page)


def test_conflict_and_editing(
    associate: Callable[..., Associate], customer: Callable[..., Customer], shoot: Callable[..., None]
) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("Hello! I’d love the matching table lamp.", name="Jane Doe", email="jane.doe@example.com")
    jane.ends()
    jane.begins_anew()
    jane.asks(
        "I’m back: could the plate be engraved before Christmas?",
        name="Jane Doe", email="jane.doe@nordlys.example", phone="+33 7 81 20 44 19",
    )  # fmt: skip
    alice.accepts("could the plate be engraved")
    alice.says("Hello Jane, nice to have you back. The workshop engraves in two days, so easily.")
    jane.says("Beautiful! It’s a present for my aunt, and she would love our initials on the base.")
    expect(alice.banner).to_be_visible()
    expect(alice.line("Beautiful!")).to_be_visible()
    shoot("conversation", alice.page)
    shoot("conflict", alice.page, narrow=f"{alice.page.url}/context")
    alice.see("profile-edit").click()
    expect(alice.see("profile-field-name")).to_be_visible()
    shoot("edit", alice.page)


def test_stores_and_audit_log(associate: Callable[..., Associate], shoot: Callable[..., None]) -> None:
    dana = associate("dana")
    dana.page.goto(f"{dana.workspace}/settings/stores")
    shoot("settings-stores", dana.page)
    dana.page.goto(f"{dana.workspace}/settings/stores/london")
    dana.see("hours-these").check()
    dana.see("hours-day").first.get_by_label("Monday, opens again at").fill("08:00")
    shoot("settings-store", dana.page)
    dana.see("settings-save").click()
    expect(dana.see("field-error")).to_be_visible()
    shoot("settings-store-refused", dana.page)
    dana.page.get_by_text("Discard").click()
    dana.page.goto(f"{dana.workspace}/audit")
    shoot("audit", dana.page)


def test_widget(
    associate: Callable[..., Associate], customer: Callable[..., Customer], shoot: Callable[..., None]
) -> None:
    alice, jane = associate("alice"), customer()
    shoot("shop-form", jane.page)
    jane.asks("Hello! I’d love the matching table lamp for my Halo.", name="Jane Doe", email="jane.doe@example.com")
    shoot("shop-waiting", jane.page)
    alice.accepts("matching table lamp")
    alice.says("Hello Jane! We have two in brushed brass. I can set one aside until Saturday evening.")
    jane.says("Lovely. And could the plate be engraved before Christmas?")
    expect(jane.line("brushed brass")).to_be_visible()
    shoot("shop-chat", jane.page)
    jane.see("details-open").click()
    expect(jane.see("details-form")).to_be_visible()
    shoot("shop-details", jane.page)
    jane.see("details-close").click()
    jane.ends()
    shoot("shop-ended", jane.page)


# What shows that somebody is typing goes by itself after five seconds: here it stays to be looked at.
STAYS = "(() => { const soon = setTimeout; window.setTimeout = (what, ms) => (ms === 5000 ? 0 : soon(what, ms)); })()"


def test_signs_of_life(
    associate: Callable[..., Associate], customer: Callable[..., Customer], shoot: Callable[..., None]
) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("Hello! I’d love the matching table lamp for my Halo.", name="Jane Doe", email="jane.doe@example.com")
    alice.accepts("matching table lamp")
    alice.says("Hello Jane! We have two in brushed brass. I can set one aside until Saturday evening.")
    expect(jane.line("brushed brass")).to_be_visible()
    alice.page.reload()  # a page that has just said that she is typing would not say it again
    alice.is_live()
    for document in (alice.page, jane.page.frames[1]):
        document.evaluate(STAYS)
    jane.see("chat-input").press_sequentially("L")
    expect(alice.see("chat-typing")).to_be_visible()
    expect(alice.see("customer-presence")).to_have_attribute("data-state", "here")
    shoot("typing", alice.page)
    expect(alice.see("chat-typing")).to_be_visible()
    alice.see("message-input").press_sequentially("S")
    expect(jane.see("chat-typing")).to_be_visible()
    shoot("shop-typing", jane.page)
    expect(jane.see("chat-typing")).to_be_visible()
    jane.page.close()
    expect(alice.see("customer-presence")).to_have_attribute("data-state", "left", timeout=25_000)
    shoot("left", alice.page)


def test_associates(
    associate: Callable[..., Associate], new_context: Callable[..., Any], shoot: Callable[..., None]
) -> None:
    dana = associate("dana")
    settings, me = f"{dana.workspace}/settings/associates", f"{dana.workspace}/me"
    for name, path in (("associate", f"{settings}/1"), ("me", me), ("invite", f"{settings}/invite")):
        dana.page.goto(path)
        shoot(name, dana.page)
    dana.see("settings-email").fill("alice@maison.example")
    dana.see("invite-submit").click()
    expect(dana.see("field-error")).to_be_visible()
    dana.see("settings-email").fill("eva@maison.example")
    dana.see("invite-submit").click()
    link = dana.see("invite-link").inner_text()
    shoot("invited", dana.page)
    dana.page.goto(settings)
    shoot("associates", dana.page)
    page = new_context().new_page()
    page.goto(link)
    shoot("join", page)
    page.goto(f"{dana.workspace}/join/nothing")
    shoot("join-dead", page)


def test_a_customer_who_is_signed_in(
    associate: Callable[..., Associate], customer: Callable[..., Customer], shoot: Callable[..., None]
) -> None:
    alice, jane = associate("alice"), customer("?signed_in=C-1001")
    expect(jane.see("prechat-name")).to_have_value("Jane Doe")
    jane.asks("Is the Halo lamp in stock?")
    alice.accepts("Is the Halo lamp in stock?")
    alice.says("It is, in brass. Shall we put one aside for you, until you come by on Saturday morning?")
    shoot("verified", alice.page)
    jane.ends()
    jane.begins_anew()
    jane.see("earlier-chat").first.locator("summary").click()
    expect(jane.see("earlier-log")).to_be_visible()
    shoot("shop-signed-in", jane.page)
