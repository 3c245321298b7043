"""The people of the stories: what they do, and where on the screen they look. Test ids are those of QA."""

from __future__ import annotations

import re

from playwright.sync_api import FrameLocator, Locator, Page, expect

PASSWORD = "demo-password"
NUMBER = re.compile(r"\d+")  # a line that the server has numbered


class Customer:
    """Somebody at the shop's page."""

    def __init__(self, page: Page, shop: str) -> None:
        self.page, self.shop = page, shop

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("iframe[data-testid=widget-frame]")

    def see(self, test_id: str) -> Locator:
        """Find an element of the widget."""
        return self.frame.get_by_test_id(test_id)

    def opens_the_chat(self) -> None:
        self.page.goto(self.shop)
        self.page.get_by_test_id("widget-launcher").click()
        expect(self.frame.locator("body")).to_be_visible()

    def comes_back(self) -> None:
        """The same browser, on a fresh page."""
        self.opens_the_chat()

    def asks(self, message: str, name: str = "", email: str = "", phone: str = "") -> None:
        """Fill the pre-chat form and start the chat."""
        for field, value in (("name", name), ("email", email), ("phone", phone), ("message", message)):
            if value:
                self.see(f"prechat-{field}").fill(value)
        chat, not_reached = self.see("chat"), self.frame.locator("[data-complaint]:visible")
        self.see("prechat-submit").click()
        expect(chat.or_(not_reached)).to_be_visible()
        if not_reached.count():  # the machine stood still for as long as the page waits: press again, as it says
            self.see("prechat-submit").click()
        expect(chat).to_have_attribute("data-state", "waiting")

    def says(self, text: str) -> None:
        self.see("chat-input").fill(text)
        self.see("chat-send").click()
        expect(self.line(text)).to_have_attribute("data-seq", NUMBER)

    def line(self, text: str) -> Locator:
        return self.see("chat-message").filter(has_text=text)

    def changes(self, **details: str) -> None:
        """Open "Your details", change what is named, and save."""
        self.see("details-open").click()
        for field, value in details.items():
            self.see(f"details-{field}").fill(value)
        self.see("details-save").click()
        expect(self.see("details-form")).to_have_count(0)

    def ends(self) -> None:
        self.see("chat-end").click()
        expect(self.see("chat-new")).to_be_visible()

    def begins_anew(self) -> None:
        self.see("chat-new").click()
        expect(self.see("prechat-form")).to_be_visible()


class Associate:
    """Somebody at the workspace."""

    def __init__(self, name: str, page: Page, workspace: str) -> None:
        self.name, self.page, self.workspace = name, page, workspace

    def see(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    def signs_in(self) -> None:
        self.page.goto(f"{self.workspace}/sign-in")
        self.see("sign-in-email").fill(f"{self.name}@maison.example")
        self.see("sign-in-password").fill(PASSWORD)
        self.see("sign-in-submit").click()
        expect(self.page).to_have_url(f"{self.workspace}/inbox/waiting")
        self.is_live()

    def is_live(self) -> None:
        """Wait until the socket is up."""
        expect(self.page.locator("body[data-live=true]")).to_have_count(1)

    def row(self, text: str) -> Locator:
        return self.see("conversation-row").filter(has_text=text)

    def accepts(self, text: str) -> None:
        """Accept the waiting chat whose row says this."""
        self.row(text).get_by_test_id("conversation-accept").click()
        expect(self.see("conversation")).to_have_attribute("data-state", "active")

    def opens(self, text: str) -> None:
        self.row(text).locator("a").first.click()
        expect(self.see("conversation")).to_be_visible()

    def says(self, text: str) -> None:
        self.see("message-input").fill(text)
        self.see("message-send").click()
        expect(self.line(text)).to_have_attribute("data-author", "associate")

    def line(self, text: str) -> Locator:
        return self.see("message").filter(has_text=text)

    @property
    def panel(self) -> Locator:
        return self.see("context-panel")

    @property
    def banner(self) -> Locator:
        return self.see("conflict-banner")

    def conflict(self, field: str) -> Locator:
        return self.banner.locator(f"[data-testid=conflict-row][data-field={field}]")

    def candidate(self, number: str) -> Locator:
        return self.panel.locator(f"[data-testid=candidate][data-customer-number={number}]")

    def sees_linked(self, number: str, provenance: str) -> None:
        expect(self.panel).to_have_attribute("data-state", "linked")
        expect(self.see("profile-card")).to_have_attribute("data-customer-number", number)
        expect(self.see("link-provenance")).to_have_attribute("data-provenance", provenance)

    def entry(self, kind: str) -> Locator:
        return self.see("activity-log").locator(f"[data-testid=activity-entry][data-kind={kind}]")
