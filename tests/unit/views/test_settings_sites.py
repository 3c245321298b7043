"""Sites in the settings, by both doors: with a script, and as plain forms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask

from tests import tokens
from tests.cast import House, Person
from webapp.domain.people import sites
from webapp.domain.tables import AuditEntry, IdentityKey, Site
from webapp.refused import MOST

from .customer import Customer
from .dom import Element, look

EVERYTHING = {"field_name": "shown", "field_email": "shown", "field_phone": "shown"}
SAVED = {"name": "Maison Lumière", "origins": "https://shop.example", "prechat": "on"} | EVERYTHING


def kept(house: House) -> Site:
    return Site.get_by_id(house.site.id)


def errors(page: Element) -> dict[str, str]:
    """The sentences at the fields; the summary has the same."""
    found = {element["data-field"]: element.text for element in page.all("field-error")}
    (summary,) = [element for element in page.walk() if "data-errors" in element] or [None]
    assert summary is None or all(sentence in summary.text for sentence in found.values())
    return found


@contextmanager
def in_production(app: Flask) -> Iterator[None]:
    before = app.config["RAPPORT"]
    app.config["RAPPORT"] = replace(before, env="production")
    yield
    app.config["RAPPORT"] = before


class TestWhoMay:
    @pytest.mark.parametrize("page", ["", "/pk_test", "/pk_test/look", "/pk_test/install", "/pk_test/identity"])
    def test_every_manager_sees_every_site_and_nobody_else_any(
        self, alice: Person, nadia: Person, dana: Person, page: str
    ) -> None:
        assert alice.get(f"/settings/sites{page}").status_code == 404
        for manager in (nadia, dana):
            assert "Maison Lumière" in manager.get(f"/settings/sites{page}").text

    def test_an_associate_changes_nothing(self, alice: Person, house: House) -> None:
        sent = SAVED | {"colour": "#123456", "origin": "https://evil.example"}
        for page in ("", "/look", "/origins", "/identity", "/identity/check"):
            assert alice.post(f"/settings/sites/pk_test{page}", sent).status_code == 404
        assert alice.post("/settings/sites", sent).status_code == 404
        assert (Site.select().count(), kept(house).origins, kept(house).colour) == (1, ["http://shop.example"], "")
        assert IdentityKey.select().count() == 0

    def test_a_site_that_is_not_there_is_not_found(self, dana: Person) -> None:
        for page in ("", "/look", "/look/preview", "/install", "/install/seen", "/identity"):
            assert dana.get(f"/settings/sites/pk_nobody{page}").status_code == 404


class TestTheList:
    def test_it_says_of_each_site_what_it_is(self, dana: Person, house: House) -> None:
        sites.add("Outlet", [], key="pk_outlet", prechat_enabled=False)
        sites.seen(house.site, "http://shop.example")
        rows = {row["data-site"]: row.text for row in look(dana.get("/settings/sites").text).all("site-row")}
        assert all(words in rows["pk_test"] for words in ("Seen on http://shop.example just now", "Pre-chat form"))
        assert all(
            words in rows["pk_outlet"] for words in ("Outlet", "No page is allowed yet", "Not seen yet", "No form")
        )

    def test_with_no_site_it_says_what_that_means(self, dana: Person, house: House) -> None:
        Site.delete().execute()
        assert "Without one no page shows the widget." in dana.get("/settings/sites").text


class TestAdding:
    def test_dana_adds_a_site_and_is_shown_how_to_install_it(self, dana: Person, house: House) -> None:
        answer = dana.post("/settings/sites", SAVED | {"name": "Outlet"})
        site = Site.get(Site.name == "Outlet")
        assert answer.headers["HX-Push-Url"] == f"/settings/sites/{site.key}/install"
        assert look(answer.text).the("site-key").text == site.key
        assert "Site added" in answer.text
        assert AuditEntry.get(AuditEntry.action == "site_added", AuditEntry.associate == house.dana).subject == "Outlet"

    def test_without_a_script_she_is_sent_there(self, dana: Person) -> None:
        answer = dana.post("/settings/sites", SAVED | {"name": "Outlet"}, htmx=False)
        assert (answer.status_code, answer.headers["Location"]) == (
            303, f"/settings/sites/{Site.get(Site.name == 'Outlet').key}/install",
        )  # fmt: skip

    @pytest.mark.parametrize("htmx", [True, False])
    def test_what_is_wrong_is_said_in_place_and_nothing_typed_is_lost(self, dana: Person, htmx: bool) -> None:
        typed = {"name": " ", "origins": "https://ok.example\n<b>nowhere</b>", "field_name": "required"}
        answer = dana.post("/settings/sites", EVERYTHING | typed, htmx=htmx)
        page = look(answer.text)
        assert answer.status_code == 422
        assert errors(page) == {
            "name": "Enter a name",
            "origins": "Line 2, “<b>nowhere</b>”: this is like https://shop.example, with nothing after it.",
        }
        assert page.the("settings-origins").text == "https://ok.example <b>nowhere</b>"
        assert "checked" in page.the("field-name-required")
        assert "checked" not in page.the("settings-prechat")
        assert Site.select().count() == 1


class TestTheForm:
    def test_dana_turns_phone_off_and_requires_the_name(self, dana: Person, house: House) -> None:
        answer = dana.post("/settings/sites/pk_test", SAVED | {"field_phone": "off", "field_name": "required"})
        assert "Saved" in answer.text
        assert (kept(house).shown_fields, kept(house).required_fields) == (["name", "email"], ["name"])
        page = look(dana.get("/settings/sites/pk_test").text)
        assert "checked" in page.the("field-phone-off")
        assert "checked" in page.the("field-name-required")

    def test_without_a_script_she_is_sent_back(self, dana: Person, house: House) -> None:
        answer = dana.post("/settings/sites/pk_test", SAVED | {"name": "Lumière"}, htmx=False)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/settings/sites/pk_test")
        assert kept(house).name == "Lumière"

    def test_the_change_is_written_down_with_what_was_before(self, dana: Person, house: House) -> None:
        dana.post("/settings/sites/pk_test", EVERYTHING | {"name": "Maison Lumière", "origins": "http://shop.example"})
        entry = AuditEntry.get(AuditEntry.action == "site_changed")
        assert (entry.associate, entry.data) == (house.dana, {"prechat_enabled": {"before": True, "after": False}})

    def test_the_warning_belongs_to_what_it_warns_of(self, dana: Person) -> None:
        page = look(dana.get("/settings/sites/pk_test").text)
        assert "differences aren’t shown" in page.the("site-unlinked").text
        for switch in ("settings-prechat", "field-name-off", "field-email-off"):
            assert "about-unlinked" in page.the(switch)["aria-describedby"]
        assert "aria-describedby" not in page.the("field-phone-off")

    @pytest.mark.parametrize("mode", ["", "hidden", "required "])
    def test_a_choice_that_is_none_is_refused(self, dana: Person, house: House, mode: str) -> None:
        answer = dana.post("/settings/sites/pk_test", SAVED | {"field_email": mode})
        assert (answer.status_code, set(errors(look(answer.text)))) == (422, {"fields"})
        assert kept(house).origins == ["http://shop.example"]

    def test_a_form_that_lacks_everything_is_refused_too(self, dana: Person) -> None:
        assert dana.post("/settings/sites/pk_test", {}).status_code == 422

    def test_pages_without_tls_are_for_who_develops(self, app: Flask, dana: Person, house: House) -> None:
        assert dana.post("/settings/sites/pk_test", SAVED | {"origins": "http://a.example"}).status_code == 200
        with in_production(app):
            answer = dana.post("/settings/sites/pk_test", SAVED | {"origins": "http://b.example"})
        assert errors(look(answer.text)) == {
            "origins": "Line 1, “http://b.example”: begin with https. Plain http is only for localhost."
        }
        assert kept(house).origins == ["http://a.example"]

    def test_the_pages_that_are_allowed_are_those_that_may_frame_the_widget(
        self, app: Flask, dana: Person, house: House
    ) -> None:
        dana.post("/settings/sites/pk_test", SAVED | {"origins": "https://Shop.example/\nhttps://*.shop.example:8443"})
        policy = Customer(app, house.site).look().headers["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors https://shop.example https://*.shop.example:8443")
        dana.post("/settings/sites/pk_test", SAVED | {"origins": ""})
        assert Customer(app, house.site).look().headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


class TestTheLook:
    def test_colour_and_words_are_kept(self, dana: Person, house: House) -> None:
        answer = dana.post(
            "/settings/sites/pk_test/look", {"colour": "#1F5F8B", "title_en": "Ask us", "line_fr": " Oui "}
        )
        assert "Saved" in answer.text
        assert (kept(house).colour, kept(house).texts) == (
            "#1f5f8b",
            {"en": {"title": "Ask us"}, "fr": {"line": "Oui"}},
        )
        page = look(dana.get("/settings/sites/pk_test/look").text)
        assert page.the("settings-title_en")["value"] == "Ask us"
        assert page.the("settings-colour")["value"] == "#1f5f8b"
        dana.post("/settings/sites/pk_test/look", {})
        assert (kept(house).colour, kept(house).texts) == ("", {})

    @pytest.mark.parametrize("htmx", [True, False])
    def test_what_is_wrong_is_said_in_place_and_nothing_typed_is_lost(
        self, dana: Person, house: House, htmx: bool
    ) -> None:
        typed = {"colour": "red;}body{", "title_en": "x" * 121, "greeting_fr": "À tout de suite"}
        answer = dana.post("/settings/sites/pk_test/look", typed, htmx=htmx)
        page = look(answer.text)
        assert answer.status_code == 422
        assert errors(page) == {"colour": "A colour is like #1f5f8b", "title_en": "This is too long."}
        assert {name: page.the(f"settings-{name}")["value"] for name in typed} == typed
        assert (kept(house).colour, kept(house).texts) == ("", {})

    def test_without_a_script_she_is_sent_back(self, dana: Person) -> None:
        answer = dana.post("/settings/sites/pk_test/look", {"colour": "#1f5f8b"}, htmx=False)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/settings/sites/pk_test/look")

    def test_she_is_told_that_a_colour_was_corrected_before_she_saves_it(self, dana: Person, house: House) -> None:
        page = look(dana.get("/settings/sites/pk_test/look/preview?colour=%23ffd400").text)
        assert page.the("look-light")["data-changed"] == "yes"
        assert "Your colour was darkened for legibility" in page.the("look-light").text
        assert "Your colour is readable as it is." in page.the("look-dark").text
        assert kept(house).colour == ""

    def test_of_what_is_no_colour_there_is_no_preview(self, dana: Person) -> None:
        assert dana.get("/settings/sites/pk_test/look/preview?colour=%23ff%22/%3E").status_code == 204
        own = dana.get("/settings/sites/pk_test/look/preview?colour=")
        assert "The widget keeps its own colours." in own.text


class TestTheInstallation:
    def test_the_snippet_is_one_tag_with_the_key_and_the_corrected_colour(self, dana: Person, house: House) -> None:
        def snippet() -> str:
            return look(dana.get("/settings/sites/pk_test/install").text).the("snippet").text

        assert snippet() == '<script async src="http://localhost/widget/v1/loader.js" data-key="pk_test"></script>'
        sites.change(house.site, colour="#1f5f8b")
        assert snippet().endswith('data-key="pk_test" data-colour="#1f5f8b" data-ink="#ffffff"></script>')
        page = look(dana.get("/settings/sites/pk_test/install").text)
        assert (
            "Rapport('init', { key: 'pk_test', colour: '#1f5f8b', ink: '#ffffff' });"
            in page.the("snippet-commands").text
        )
        assert page.the("policy").text == "script-src http://localhost; frame-src http://localhost;"

    def test_until_it_is_seen_the_page_keeps_asking(self, app: Flask, dana: Person, house: House) -> None:
        page = look(dana.get("/settings/sites/pk_test/install").text)
        assert page.the("site-seen")["data-state"] == "unseen"
        assert [element["hx-get"] for element in page.walk() if element.attributes.get("hx-trigger") == "every 5s"] == [
            "/settings/sites/pk_test/install/seen"
        ]
        assert Customer(app, house.site).send("/seen", origin="http://shop.example").status_code == 204
        part = look(dana.get("/settings/sites/pk_test/install/seen", htmx=True).text)
        assert part.the("site-seen").text == "Seen on http://shop.example just now"
        assert not any("hx-trigger" in element for element in part.walk())

    @pytest.mark.parametrize("origin", ["", "http://evil.example", "http://shop.example/", "<b>"])
    def test_a_page_that_is_not_allowed_cannot_be_claimed(
        self, app: Flask, dana: Person, house: House, origin: str
    ) -> None:
        assert Customer(app, house.site).send("/seen", origin=origin).status_code == 204
        assert kept(house).seen_at is None

    def test_seen_is_not_said_to_a_stranger_or_of_a_stranger(self, app: Flask, house: House) -> None:
        customer = Customer(app, house.site)
        address = f"/widget/seen{customer.query}"
        data = {"origin": "http://shop.example"}
        assert customer.client.post(address, data=data, headers={"X-CSRF-Token": customer.token}).status_code == 403
        assert customer.client.post(address, data=data, headers={"Origin": "http://localhost"}).status_code == 403
        assert kept(house).seen_at is None


class TestARefusedPage:
    def frame(self, app: Flask, house: House, referer: str, **headers: str) -> None:
        sent = {"Referer": referer, "Sec-Fetch-Dest": "iframe", **{k.replace("_", "-"): v for k, v in headers.items()}}
        answer = app.test_client().get(f"/widget/frame?key={house.site.key}", headers=sent)
        assert answer.status_code == 200

    def refused(self, dana: Person) -> list[str]:
        page = look(dana.get("/settings/sites/pk_test/install").text)
        return [element["data-origin"] for element in page.all("site-refused")]

    def test_dana_is_told_and_allows_it_with_one_click(self, app: Flask, dana: Person, house: House) -> None:
        self.frame(app, house, "https://other.example/")
        page = look(dana.get("/settings/sites/pk_test/install").text)
        assert "https://other.example is not allowed and was refused just now" in page.the("site-refused").text
        answer = dana.post("/settings/sites/pk_test/origins", {"origin": "https://other.example"})
        assert kept(house).origins == ["http://shop.example", "https://other.example"]
        assert look(answer.text).all("site-refused") == []
        assert AuditEntry.get(AuditEntry.action == "site_changed").associate == house.dana

    def test_only_the_origin_is_kept(self, app: Flask, dana: Person, house: House) -> None:
        self.frame(app, house, "https://other.example/cart?token=hush")
        assert self.refused(dana) == ["https://other.example"]
        assert "hush" not in dana.get("/settings/sites/pk_test/install").text

    @pytest.mark.parametrize(
        "referer",
        ["", "http://shop.example/", "http://localhost/settings", "about:blank", "https://", "https://*.example/",
         "javascript:alert(1)", "https://user@evil.example/", "https://[::1", "https://evil.example:99999/"],
    )  # fmt: skip
    def test_nothing_is_made_of_what_is_no_other_page(
        self, app: Flask, dana: Person, house: House, referer: str
    ) -> None:
        self.frame(app, house, referer)
        assert self.refused(dana) == []

    def test_a_frame_that_is_opened_by_itself_was_not_refused(self, app: Flask, dana: Person, house: House) -> None:
        self.frame(app, house, "https://search.example/", Sec_Fetch_Dest="document")
        assert self.refused(dana) == []

    def test_only_the_last_few_are_kept(self, app: Flask, dana: Person, house: House) -> None:
        for number in range(20):
            self.frame(app, house, f"https://page{number}.example/")
        assert self.refused(dana) == [f"https://page{number}.example" for number in (19, 18, 17)][:MOST]

    def test_what_cannot_be_allowed_is_said_to_be(self, app: Flask, dana: Person, house: House) -> None:
        with in_production(app):
            answer = dana.post("/settings/sites/pk_test/origins", {"origin": "http://other.example"})
        assert answer.status_code == 422
        assert "begin with https" in answer.text
        assert kept(house).origins == ["http://shop.example"]


class TestIdentityKeys:
    ADDRESS = "/settings/sites/pk_test/identity"

    def test_a_secret_is_shown_once(self, dana: Person, house: House) -> None:
        made = look(dana.post(self.ADDRESS).text)
        secret = made.the("key-secret").text
        assert len(secret) >= 43
        page = dana.get(self.ADDRESS).text
        assert secret not in page
        key = IdentityKey.get()
        assert (key.created_by, look(page).the("key-row")["data-kid"]) == (house.dana, key.kid)
        assert "Today: made by Dana Petit" in look(page).the("key-row").text
        assert all(key.kid in look(page).the(f"sample-{number}").text for number in (1, 2, 3))

    @pytest.mark.parametrize("htmx", [True, False])
    def test_a_key_is_revoked_in_two_steps(self, dana: Person, house: House, htmx: bool) -> None:
        dana.post(self.ADDRESS)
        key = IdentityKey.get()
        page = look(dana.get(self.ADDRESS).text)
        assert page.the("key-revoke").tag == "summary"
        answer = dana.post(f"{self.ADDRESS}/{key.kid}/revocation", htmx=htmx)
        assert answer.status_code == (200 if htmx else 303)
        row = look(dana.get(self.ADDRESS).text).the("key-row")
        assert (row["data-state"], row.all("key-revoke")) == ("revoked", [])

    def test_the_key_of_another_site_is_not_there(self, dana: Person, house: House) -> None:
        sites.add("Outlet", [], key="pk_outlet")
        dana.post("/settings/sites/pk_outlet/identity")
        key = IdentityKey.get()
        assert dana.post(f"{self.ADDRESS}/{key.kid}/revocation").status_code == 404
        assert IdentityKey.get().revoked_at is None

    def test_a_token_of_the_shops_back_end_is_read_to_dana(self, dana: Person, house: House) -> None:
        made = look(dana.post(self.ADDRESS).text)
        kid, secret = made.the("key-kid").text, made.the("key-secret").text
        pasted = tokens.token(kid=kid, secret=secret, name="Jane Doe", email="jane.doe@example.com")
        page = look(dana.post(f"{self.ADDRESS}/check", {"token": f" {pasted}\n"}).text)
        assert all(
            words in page.the("token-valid").text for words in ("C-1001", kid, "Jane Doe", "not marked as verified")
        )
        with_another = tokens.token(kid=kid, secret="another")
        answer = dana.post(f"{self.ADDRESS}/check", {"token": with_another}, htmx=False)
        assert answer.status_code == 422
        assert look(answer.text).the("field-error").text.startswith("The signature does not fit")
        dana.post(f"{self.ADDRESS}/{kid}/revocation")
        assert "was revoked" in dana.post(f"{self.ADDRESS}/check", {"token": pasted}).text

    @pytest.mark.parametrize("token", ["", "x", "a.b.c", "<script>", "é" * 9000])
    def test_what_is_no_token_is_said_to_be_none(self, dana: Person, house: House, token: str) -> None:
        answer = dana.post(f"{self.ADDRESS}/check", {"token": token})
        assert answer.status_code == 422
        page = look(answer.text)
        assert page.the("field-error").text.startswith("This is not a whole token")
        assert page.the("settings-token").text == token
