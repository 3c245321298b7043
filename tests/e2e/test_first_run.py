"""Stories: from an empty folder to a chat on a page of the shop, in the browser only, and by the program only."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from .actors import Associate, Customer
from .conftest import Server
from .program import by_command_line
from .test_screens import assert_accessible

pytestmark = pytest.mark.e2e


@dataclass
class Shop:
    """A shop's own page, on a server of its own, with whatever snippet is pasted into it."""

    address: str
    snippet: str = ""


@pytest.fixture
def shop() -> Iterator[Shop]:
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"<!doctype html><html lang=en><title>Shop</title><h1>Lamps</h1>{open_shop.snippet}</html>".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        open_shop = Shop(f"http://localhost:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield open_shop
        server.shutdown()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Server]:
    """The program in an empty folder, as people start it; it is not started yet."""
    folder = tmp_path / "data"
    folder.mkdir()
    server = Server(folder, by_command_line)
    yield server
    if server.process:
        server.stop()
    log = (folder / "server.log").read_text()
    assert "Traceback" not in log, log


def chats_at_the_shop(manager: Associate, new_context: Callable[..., BrowserContext], shop: Shop) -> None:
    """A customer opens the widget on the shop's page, and the manager answers."""
    jane = Customer(new_context().new_page(), f"{shop.address}/lamps")
    jane.opens_the_chat()
    jane.asks("Is anybody there?", name="Jane Doe", email="jane.doe@example.com")
    manager.accepts("Is anybody there?")
    manager.says("Yes, since a minute ago")
    expect(jane.line("Yes, since a minute ago")).to_be_visible()
    jane.says("Lovely")
    expect(manager.line("Lovely")).to_be_visible()


def test_from_an_empty_folder_to_a_chat_in_the_browser_only(
    empty: Server, new_context: Callable[..., BrowserContext], shop: Shop
) -> None:
    empty.start()
    found = re.search(r"http\S+/first-run\?code=\S+", (empty.folder / "server.log").read_text())
    assert found
    dana = Associate("dana", new_context().new_page(), empty.workspace)
    dana.page.goto(f"{empty.workspace}/")
    expect(dana.see("first-run-code")).to_be_visible()
    dana.page.goto(found[0])
    answers = {
        "name": "Dana Petit", "email": "dana@maison.example", "password": "short", "store_name": "Lyon",
        "site_name": "Maison Lumière", "origin": shop.address,
    }  # fmt: skip
    for field, value in answers.items():
        dana.see(f"settings-{field}").fill(value)
    dana.see("settings-region").select_option("FR")
    dana.see("settings-time_zone").select_option("Europe/Paris")
    dana.see("first-run-submit").click()
    expect(dana.page.locator("[data-errors]")).to_be_focused()
    assert_accessible(dana.page, "the first run, refused")
    expect(dana.see("settings-store_name")).to_have_value("Lyon")
    expect(dana.see("settings-time_zone")).to_have_value("Europe/Paris")
    dana.see("settings-password").fill("tulips on tuesday")
    dana.see("first-run-submit").click()
    expect(dana.page).to_have_url(re.compile(r"/settings/sites/[\w-]+/install$"))
    shop.snippet = dana.see("snippet").inner_text()
    assert dana.page.request.get(found[0]).status == 404
    dana.page.goto(f"{empty.workspace}/inbox/waiting")
    dana.is_live()
    chats_at_the_shop(dana, new_context, shop)


def test_the_same_by_the_program_only(
    empty: Server, new_context: Callable[..., BrowserContext], shop: Shop
) -> None:
    assert re.fullmatch(r"http\S+/first-run\?code=[A-Z2-9]{10}", empty.rapport("first-run"))
    empty.rapport("store", "add", "lyon", "--name", "Lyon", "--region", "FR", "--time-zone", "Europe/Paris")
    link = empty.rapport("user", "invite", "dana@maison.example", "--role", "manager", "--store", "lyon")
    key = empty.rapport("site", "add", "Maison Lumière", "--origin", shop.address)
    empty.start()
    dana = Associate("dana", new_context().new_page(), empty.workspace)
    dana.page.goto(link)
    dana.see("settings-name").fill("Dana Petit")
    dana.see("settings-password").fill("tulips on tuesday")
    dana.see("join-submit").click()
    dana.is_live()
    loader = f"{empty.workspace}/widget/v1/loader.js"
    shop.snippet = f'<script async src="{loader}" data-key="{key}"></script>'
    chats_at_the_shop(dana, new_context, shop)
