"""Sites: what is asked before a chat, in which colour and words, and that every change is written down."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from tests.cast import House
from webapp.domain import clock
from webapp.domain.errors import Invalid
from webapp.domain.people import sites
from webapp.domain.tables import AuditEntry, Site

from .conftest import AtOnce

SHOP = "https://shop.example"


def kept(site: Site) -> Site:
    return Site.get_by_id(site.id)


def last_entry() -> AuditEntry:
    return AuditEntry.select().order_by(AuditEntry.id.desc()).get()


class TestAdding:
    def test_a_site_asks_for_everything_and_requires_nothing(self, database: None) -> None:
        site = sites.add("  Shop ", ["https://SHOP.example/"])
        assert (site.name, site.origins, site.prechat_enabled) == ("Shop", [SHOP], True)
        assert (site.shown_fields, site.required_fields, site.colour, site.texts) == (
            ["name", "email", "phone"],
            [],
            "",
            {},
        )
        assert sites.can_link(site)

    def test_everything_that_is_wrong_is_said_at_once(self, database: None) -> None:
        with pytest.raises(Invalid) as refusal:
            sites.add("\u2800", ["shop.example"], colour="red", shown_fields=["shoe_size"])
        assert refusal.value.fields == {
            "name": "name_missing", "origins": "not_an_origin", "colour": "not_a_colour",
            "shown_fields": "not_a_choice",
        }  # fmt: skip
        assert Site.select().count() == 0

    def test_it_is_written_down_by_whom(self, house: House) -> None:
        sites.add("Shop", [SHOP], by=house.dana)
        entry = last_entry()
        assert (entry.action, entry.subject, entry.associate) == ("site_added", "Shop", house.dana)
        assert entry.data["origins"] == {"before": None, "after": [SHOP]}


class TestChanging:
    def test_only_what_is_given_changes(self, house: House) -> None:
        sites.change(house.site, colour="#1F5F8B", by=house.dana)
        site = kept(house.site)
        assert (site.colour, site.name, site.origins) == ("#1f5f8b", "Maison Lumière", ["http://shop.example"])
        assert last_entry().data == {"colour": {"before": "", "after": "#1f5f8b"}}

    def test_what_changes_nothing_is_not_written_down(self, house: House) -> None:
        before = AuditEntry.select().count()
        sites.change(house.site, name="Maison Lumière", required_fields=[], prechat_enabled=True)
        assert AuditEntry.select().count() == before

    def test_what_is_required_is_shown(self, house: House) -> None:
        sites.change(house.site, shown_fields=["email"], required_fields=["name"])
        assert (kept(house.site).shown_fields, kept(house.site).required_fields) == (["name", "email"], ["name"])
        sites.change(house.site, shown_fields=["email", "phone"])
        assert (kept(house.site).shown_fields, kept(house.site).required_fields) == (["email", "phone"], [])
        sites.change(house.site, required_fields=["name", "phone"])
        assert kept(house.site).shown_fields == ["name", "email", "phone"]

    def test_without_name_and_email_nothing_is_linked_by_itself(self, house: House) -> None:
        sites.change(house.site, shown_fields=["name", "email"])
        assert sites.can_link(kept(house.site))
        sites.change(house.site, shown_fields=["email"])
        assert not sites.can_link(kept(house.site))
        sites.change(house.site, shown_fields=["name", "email"], prechat_enabled=False)
        assert not sites.can_link(kept(house.site))

    @pytest.mark.parametrize(
        "colour",
        ["red", "#12345", "#1234567", "#12345g", "123456", "red;}body{display:none", "url(//x)", "var(--x)",
         "#12345६", "#123456;", "rgb(0,0,0)", "</style>"],
    )  # fmt: skip
    def test_a_colour_is_six_digits_and_nothing_else(self, house: House, colour: str) -> None:
        with pytest.raises(Invalid) as refusal:
            sites.change(house.site, colour=colour)
        assert refusal.value.fields == {"colour": "not_a_colour"}
        assert kept(house.site).colour == ""

    def test_a_blank_colour_is_the_widgets_own(self, house: House) -> None:
        sites.change(house.site, colour="#1f5f8b")
        sites.change(house.site, colour=" ")
        assert kept(house.site).colour == ""

    def test_words_are_plain_text_and_blank_ones_are_not_kept(self, house: House) -> None:
        sites.change(house.site, texts={"en": {"title": " Ask\nus ", "line": "  "}, "fr": {"line": ""}})
        assert kept(house.site).texts == {"en": {"title": "Ask us"}}

    def test_words_are_named_where_they_are_too_long(self, house: House) -> None:
        sites.change(house.site, texts={"fr": {"title": "é" * 120}})
        with pytest.raises(Invalid) as refusal:
            sites.change(house.site, texts={"en": {"title": "x" * 121}, "fr": {"greeting": "\0"}})
        assert refusal.value.fields == {"title_en": "too_long", "greeting_fr": "bad_characters"}

    @pytest.mark.parametrize("texts", [{"de": {"title": "Chat"}}, {"en": {"css": "x"}}])
    def test_there_are_no_other_words_and_languages(self, house: House, texts: dict[str, dict[str, str]]) -> None:
        with pytest.raises(Invalid) as refusal:
            sites.change(house.site, texts=texts)
        assert refusal.value.fields == {"texts": "not_a_choice"}


class TestBeingSeen:
    def test_a_page_of_the_site_is_noted_at_most_once_a_minute(self, house: House) -> None:
        begin = clock.now()
        for seconds, noted in ((0, 0), (59, 0), (61, 61)):
            with clock.at(begin + timedelta(seconds=seconds)):
                sites.seen(house.site, "http://shop.example")
            assert kept(house.site).seen_at == begin + timedelta(seconds=noted)
        assert kept(house.site).seen_on == "http://shop.example"

    @pytest.mark.parametrize("origin", ["", "null", "http://evil.example", "http://shop.example.evil.example"])
    def test_no_other_page_is(self, house: House, origin: str) -> None:
        sites.seen(house.site, origin)
        assert kept(house.site).seen_at is None


def test_one_more_page_is_allowed_whatever_the_others_are(house: House) -> None:
    """One of them was allowed while the shop was being developed, without TLS."""
    assert house.site.origins == ["http://shop.example"]
    sites.allow(house.site, "https://Other.example/", by=house.dana)
    assert kept(house.site).origins == ["http://shop.example", "https://other.example"]
    assert last_entry().associate == house.dana
    with pytest.raises(Invalid):
        sites.allow(house.site, "http://third.example", by=house.dana)


def test_ten_pages_allowed_at_the_same_moment_are_all_allowed(house: House, at_once: AtOnce) -> None:
    at_once([partial(sites.allow, house.site, f"https://shop{number}.example", by=None) for number in range(10)])
    kept = set(Site.get_by_id(house.site.id).origins)
    assert {f"https://shop{number}.example" for number in range(10)} <= kept
