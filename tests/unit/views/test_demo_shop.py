"""The demo shop and the line on it that loads the widget."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webapp import auth
from webapp.demo import DEMO_SITE_KEY, DEMO_SITE_KEY_WITHOUT_FORM, fill_if_empty
from webapp.domain.identity.proof import Proved
from webapp.domain.people import sites

LARGEST_LOADER = 4096  # bytes, packed
FROM_LOCALHOST = "http://localhost:8000"
FROM_THE_NUMBER = "http://127.0.0.1:8000"


class TestTheShop:
    def test_it_embeds_the_widget_of_the_demo_site(self, client: FlaskClient) -> None:
        page = client.get("/demo/shop").text
        assert f'data-key="{DEMO_SITE_KEY}"' in page
        assert "data-locale" not in page

    def test_seen_as_localhost_it_frames_another_site(self, client: FlaskClient) -> None:
        answer = client.get("/demo/shop", base_url=FROM_LOCALHOST)
        assert f'src="{FROM_THE_NUMBER}/widget/v1/loader.js"' in answer.text
        policy = answer.headers["Content-Security-Policy"]
        assert f"script-src 'self' {FROM_THE_NUMBER};" in policy
        assert f"frame-src {FROM_THE_NUMBER};" in policy

    def test_seen_by_its_number_it_frames_itself(self, client: FlaskClient) -> None:
        assert f'src="{FROM_THE_NUMBER}/widget/v1/loader.js"' in client.get("/demo/shop", base_url=FROM_THE_NUMBER).text

    def test_it_can_show_the_widget_without_a_form(self, client: FlaskClient) -> None:
        assert f'data-key="{DEMO_SITE_KEY_WITHOUT_FORM}"' in client.get("/demo/shop?prechat=off").text

    def test_it_can_be_a_french_page_of_a_store(self, client: FlaskClient) -> None:
        page = client.get("/demo/shop?locale=fr&store=london").text
        assert '<html lang="fr"' in page
        assert 'data-locale="fr" data-store="london"' in page
        assert "La lumière des longues soirées" in page

    def test_customers_never_meet_it(self, app: Flask, client: FlaskClient) -> None:
        app.config["RAPPORT"] = replace(app.config["RAPPORT"], env="production")
        for address in ("/demo/shop", "/demo/token?signed_in=C-1001"):
            assert client.get(address).status_code == 404


class TestWhoIsSignedIn:
    @pytest.fixture(autouse=True)
    def demo(self, app: Flask) -> None:
        fill_if_empty(app.config["RAPPORT"])

    @pytest.mark.parametrize("more", ["", "&prechat=off"])
    def test_the_shop_signs_for_its_customer(self, app: Flask, client: FlaskClient, more: str) -> None:
        page = client.get(f"/demo/shop?signed_in=C-1001{more}").text
        assert "Signed in as Jane Doe" in page
        token = client.get(f"/demo/token?signed_in=C-1001{more}").text
        site = sites.by_key(DEMO_SITE_KEY_WITHOUT_FORM if more else DEMO_SITE_KEY)
        assert site
        with app.test_request_context(headers={"X-Rapport-Identity": token}):
            found = auth.proved(site)
        assert found == Proved("C-1001", "Jane Doe", "jane.doe@example.com", True, "+33 6 12 34 56 78")

    @pytest.mark.parametrize("number", ["", "C-9999"])
    def test_nobody_is_signed_in_by_a_number_that_nobody_has(self, client: FlaskClient, number: str) -> None:
        assert client.get(f"/demo/token?signed_in={number}").status_code == 404
        page = client.get(f"/demo/shop?signed_in={number}").text
        assert "Signed in" not in page
        assert "/static/shop." in page
        assert ".js" not in page.replace("loader.js", "")


class TestTheLoader:
    def test_it_is_small(self, client: FlaskClient) -> None:
        answer = client.get("/widget/v1/loader.js", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.data) <= LARGEST_LOADER
        assert gzip.decompress(answer.data) == client.get("/widget/v1/loader.js").data

    def test_it_has_its_words_in_every_language(self, client: FlaskClient) -> None:
        script = client.get("/widget/v1/loader.js").text
        assert '"en": {"open": "Chat with us"' in script
        assert '"fr": {"open": "Discuter avec nous"' in script

    def test_any_page_may_load_it_and_keep_it_while_it_is_the_same(self, client: FlaskClient) -> None:
        answer = client.get("/widget/v1/loader.js")
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Content-Type"].startswith("text/javascript")
        again = client.get("/widget/v1/loader.js", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304

    def test_it_speaks_to_one_origin_and_needs_no_exception_from_a_strict_page(self, client: FlaskClient) -> None:
        script = client.get("/widget/v1/loader.js").text
        for forbidden in ('"*"', "innerHTML", ".style", "eval(", "document.cookie", "localStorage"):
            assert forbidden not in script
