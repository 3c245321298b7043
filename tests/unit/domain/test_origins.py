"""Origins: what a manager may type, what becomes of it, and which pages it lets in."""

from __future__ import annotations

import pytest

from webapp.domain.errors import Invalid
from webapp.domain.people import origins

SHOP, ALL_SHOPS = "https://shop.example", "https://*.shop.example"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://shop.example", SHOP),
        ("  https://shop.example/  ", SHOP),
        ("HTTPS://Shop.EXAMPLE", SHOP),
        ("https://shop.example:443", SHOP),
        ("https://shop.example:08443", "https://shop.example:8443"),
        ("https://müller.example", "https://xn--mller-kva.example"),
        ("https://*.Shop.example/", ALL_SHOPS),
        ("https://*.shop.example:8443", "https://*.shop.example:8443"),
        ("https://192.0.2.7", "https://192.0.2.7"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("https://intranet", "https://intranet"),
    ],
)
def test_what_can_be_mended_is(typed: str, kept: str) -> None:
    assert origins.read([typed]) == [kept]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("shop.example", "not_an_origin"),
        ("https://", "not_an_origin"),
        ("https:///", "not_an_origin"),
        ("ftp://shop.example", "not_an_origin"),
        ("javascript://shop.example", "not_an_origin"),
        ("https://shop.example.", "not_an_origin"),
        ("https://user@shop.example", "not_an_origin"),
        ("https://user:secret@shop.example", "not_an_origin"),
        ("https://user:443@shop.example", "not_an_origin"),
        ("https://shop.example:0", "not_an_origin"),
        ("https://shop.example:65536", "not_an_origin"),
        ("https://shop.example:x", "not_an_origin"),
        ("https://shop.example:٤٤٣", "not_an_origin"),
        ("https://[::1]:8443", "not_an_origin"),
        ("https://shop..example", "not_an_origin"),
        ("https://-shop.example", "not_an_origin"),
        ("https://shop.example;script-src", "not_an_origin"),
        ("https://shop.example https://evil.example", "not_an_origin"),
        ("https://a.*.example", "not_an_origin"),
        ("https://*shop.example", "not_an_origin"),
        ("*", "not_an_origin"),
        ("null", "not_an_origin"),
        ("'self'", "not_an_origin"),
        ("https://shop.example/fr/", "origin_has_path"),
        ("https://shop.example?a=b", "origin_has_path"),
        ("https://shop.example#top", "origin_has_path"),
        ("https://*.example", "origin_too_wide"),
        ("https://*.com:8443", "origin_too_wide"),
        ("https://*.co.uk", "origin_too_wide"),
        ("https://*.CO.UK.:8443/", "not_an_origin"),
        ("https://*.com.au:8443", "origin_too_wide"),
        ("https://*.myshopify.com", "origin_too_wide"),
        ("http://shop.example", "origin_not_safe"),
        ("http://*.shop.example", "origin_not_safe"),
        ("http://localhost.evil.example", "origin_not_safe"),
        ("https://" + "a" * 300, "too_long"),
        ("https://" + "a." * 80 + "x" * 64, "not_an_origin"),
        ("https://shop\0.example", "bad_characters"),
        ("https://shop\ud800.example", "bad_characters"),
    ],
)
def test_what_cannot_be_mended_is_refused(typed: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        origins.read([SHOP, typed])
    assert refusal.value.fields == {"origins": code}


def test_a_refusal_names_the_line() -> None:
    with pytest.raises(Invalid) as refusal:
        origins.read([SHOP, "", "https://other.example/path", "worse"])
    assert refusal.value.about["origins"] == {"line": 3, "text": "https://other.example/path"}


def test_each_is_kept_once_and_blank_lines_do_not_count() -> None:
    assert origins.read([SHOP, "", "https://SHOP.example/", "  ", ALL_SHOPS, SHOP]) == [SHOP, ALL_SHOPS]
    assert origins.read([]) == []


def test_plain_http_is_for_who_develops() -> None:
    assert origins.read(["http://shop.example:80"], plain_http=True) == ["http://shop.example"]
    assert origins.read(["http://*.localhost:8000"], plain_http=True) == ["http://*.localhost:8000"]


def test_all_of_them_have_to_fit_into_a_header() -> None:
    many = [f"https://shop{number}.example" for number in range(origins.MOST + 1)]
    assert len(origins.read(many[1:])) == origins.MOST
    with pytest.raises(Invalid) as refusal:
        origins.read(many)
    assert refusal.value.fields == {"origins": "too_many_origins"}


class TestWhichPagesAreAllowed:
    def test_the_page_itself(self) -> None:
        assert origins.matches(SHOP, [SHOP])
        assert origins.matches("https://shop.example:8443", [SHOP, "https://shop.example:8443"])

    @pytest.mark.parametrize(
        "origin",
        [
            "", "null", "https://", "http://shop.example", "https://shop.example:443", "https://shop.example:8443",
            "https://shop.example.", "https://SHOP.example", "https://shop.example/", "https://shop.example.evil.example",
            "https://evilshop.example", "https://www.shop.example", "https://shop.exampl", "https://user@shop.example",
            "https://evil.example/https://shop.example", "https://evil.example#https://shop.example", " " + SHOP,
        ],
    )  # fmt: skip
    def test_none_that_is_only_like_it(self, origin: str) -> None:
        assert not origins.matches(origin, [SHOP])

    @pytest.mark.parametrize(
        "origin", ["https://www.shop.example", "https://fr.www.shop.example", "https://a_b.shop.example"]
    )
    def test_every_host_below_a_wildcard(self, origin: str) -> None:
        assert origins.matches(origin, [ALL_SHOPS])

    @pytest.mark.parametrize(
        "origin",
        [
            SHOP, ALL_SHOPS, "https://.shop.example", "https://evilshop.example", "http://www.shop.example",
            "https://www.shop.example:8443", "https://www.shop.example.", "https://WWW.shop.example",
            "https://www.shop.example.evil.example", "https://evil.example/.shop.example",
            "https://evil.example@www.shop.example", "https://evil.example:1.shop.example", "https://www..shop.example",
            "https://evil.example?.shop.example", "https://evil.example#.shop.example", "https://a b.shop.example",
            "https://www.shop.example\n",
        ],
    )  # fmt: skip
    def test_and_none_beside_it(self, origin: str) -> None:
        assert not origins.matches(origin, [ALL_SHOPS])

    def test_a_wildcard_has_its_port(self) -> None:
        assert origins.matches("https://www.shop.example:8443", ["https://*.shop.example:8443"])
        assert not origins.matches("https://www.shop.example", ["https://*.shop.example:8443"])

    def test_without_any_nobody(self) -> None:
        assert not origins.matches(SHOP, [])
