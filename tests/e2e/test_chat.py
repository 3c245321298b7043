"""Stories: the chat itself. Two sides, live; one winner; nothing lost; nothing where it may not be."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Route, WebSocketRoute, expect

from .actors import Associate, Customer
from .conftest import Server

pytestmark = pytest.mark.e2e

People = Callable[..., Associate]
Customers = Callable[..., Customer]


def test_both_sides_see_what_both_sides_write_once_and_in_order(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("One")
    alice.accepts("One")
    expect(jane.see("chat")).to_have_attribute("data-state", "active")
    jane.says("Two")
    alice.says("Three")
    jane.says("Four")
    people = "[data-testid={}]:not([data-author=system])"
    for lines in (alice.page.locator(people.format("message")), jane.frame.locator(people.format("chat-message"))):
        expect(lines).to_contain_text(["One", "Two", "Three", "Four"])


def test_two_press_accept_at_the_same_instant(associate: People, customer: Customers) -> None:
    alice, bruno, jane = associate("alice"), associate("bruno"), customer()
    jane.asks("Who will it be?")
    for person in (alice, bruno):
        expect(person.row("Who will it be?")).to_be_visible()
    # Bruno's click is on its way when Alice's arrives: the request is held back until hers is answered.
    held: list[object] = []
    bruno.page.route("**/acceptance", lambda route: held.append(route))
    bruno.row("Who will it be?").get_by_test_id("conversation-accept").click()
    bruno.page.wait_for_function("() => true")
    alice.accepts("Who will it be?")
    expect(bruno.row("Who will it be?")).to_have_count(0)
    held[0].continue_()  # type: ignore[attr-defined]
    expect(bruno.see("accept-lost")).to_contain_text("Alice")
    expect(bruno.see("message-input")).to_have_count(0)
    expect(alice.see("message-input")).to_be_visible()


def test_what_a_colleague_may_not_see_does_not_exist(associate: People, customer: Customers) -> None:
    alice, bruno, charlie, nadia, jane = (*map(associate, ("alice", "bruno", "charlie", "nadia")), customer())
    jane.asks("Between us")
    expect(alice.row("Between us")).to_be_visible()
    expect(charlie.row("Between us")).to_have_count(0)  # she is in London
    alice.accepts("Between us")
    for person, status in ((alice, 200), (nadia, 200), (bruno, 404), (charlie, 404)):
        assert person.page.request.get(alice.page.url).status == status, person.name


def test_the_first_answer_is_lost_and_jane_presses_again(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer()
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        jane.page.context.clear_cookies()  # which the lost answer would have brought
        route.abort()

    jane.page.route("**/widget/chats?*", lose)
    jane.see("prechat-message").fill("Is anybody there?")
    jane.see("prechat-submit").click()
    expect(jane.see("prechat-form").get_by_role("alert")).to_be_visible()
    assert lost == [200]
    jane.page.unroute("**/widget/chats?*")
    jane.see("prechat-submit").click()
    expect(jane.line("Is anybody there?")).to_have_count(1)
    expect(alice.row("Is anybody there?")).to_have_count(1)
    alice.accepts("Is anybody there?")
    alice.says("I am")
    expect(jane.line("I am")).to_be_visible()


def test_restart_in_mid_chat(server: Server, associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("Before")
    alice.accepts("Before")
    alice.says("I am here")
    expect(jane.line("I am here")).to_be_visible()
    alice.see("message-input").fill("Half a sentence")
    server.stop()
    expect(alice.see("connection")).to_have_attribute("data-state", "reconnecting")
    server.start()
    for side in (alice, jane):
        expect(side.see("connection")).to_have_attribute("data-state", "live", timeout=10_000)
    jane.says("After")
    expect(alice.line("After")).to_be_visible()
    expect(alice.see("message-input")).to_have_value("Half a sentence")
    alice.says("Still here")
    for text in ("Before", "I am here", "After", "Still here"):
        expect(alice.line(text)).to_have_count(1)
        expect(jane.line(text)).to_have_count(1)


def test_what_was_written_while_the_server_was_away_is_sent_when_it_is_back(
    server: Server, associate: People, customer: Customers
) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("Before")
    alice.accepts("Before")
    server.stop()
    jane.see("chat-input").fill("Into the void")
    jane.see("chat-send").click()
    failed = jane.frame.locator(".msg.is-failed")
    expect(failed).to_contain_text("Into the void")
    server.start()
    expect(jane.see("connection")).to_have_attribute("data-state", "live")
    expect(alice.line("Into the void")).to_have_count(1)
    expect(failed).to_have_count(0)
    expect(jane.line("Into the void")).to_have_count(1)


def test_what_came_before_ones_own_while_the_socket_was_down_is_not_missed(
    associate: People, customer: Customers
) -> None:
    alice, jane = associate("alice"), customer()
    down: list[bool] = []
    open_now: list[WebSocketRoute] = []

    def meet(socket: WebSocketRoute) -> None:
        if down:
            socket.close(code=1011)
        else:
            socket.connect_to_server()
            open_now.append(socket)

    jane.page.route_web_socket("**/widget/live*", meet)
    jane.page.route("**/widget/live/poll*", lambda route: route.abort() if down else route.continue_())
    jane.asks("Before")
    alice.accepts("Before")
    expect(jane.see("chat")).to_have_attribute("data-state", "active")
    down.append(True)
    open_now.pop().close(code=1011)
    alice.says("While she was away")
    jane.says("Hers")  # is answered with its line, which has the higher number
    expect(jane.frame.locator(".msg.is-pending")).to_have_count(0)
    down.clear()
    expect(jane.line("While she was away")).to_have_count(1)
    lines = jane.frame.locator("[data-testid=chat-message]:not([data-author=system])")
    expect(lines).to_contain_text(["Before", "While she was away", "Hers"])


def test_messages_written_faster_than_they_are_answered_all_arrive_in_order(
    associate: People, customer: Customers
) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("Quickly please")
    alice.accepts("Quickly please")
    held: list[Route] = []
    alice.page.route("**/messages", lambda route: route.continue_() if held else held.append(route))
    for text in ("One", "Two", "Three", "Four"):
        alice.see("message-input").fill(text)
        alice.see("message-send").click()
    expect(alice.page.locator(".msg.is-pending")).to_have_count(4)
    held[0].continue_()
    lines = jane.frame.locator("[data-testid=chat-message][data-author=associate]")
    expect(lines).to_contain_text(["One", "Two", "Three", "Four"])
    expect(alice.page.locator(".msg.is-pending")).to_have_count(0)


def test_a_french_customer_and_an_english_associate(associate: People, customer: Customers) -> None:
    alice, zoe = associate("alice"), customer("?locale=fr", locale="fr-FR")
    expect(zoe.see("prechat-submit")).to_have_text("Démarrer la conversation")
    zoe.asks("Bonjour, ma lampe grésille")
    alice.accepts("Bonjour, ma lampe grésille")
    expect(alice.see("given-name")).to_contain_text("Visiteur")
    expect(zoe.see("chat-log")).to_contain_text("vous répond")
    expect(alice.see("conversation-end")).to_have_text("End chat")
    alice.says("Bonjour !")
    expect(zoe.line("Bonjour !")).to_contain_text("Alice")


def test_bruno_reads_the_workspace_in_french(associate: People) -> None:
    bruno = associate("bruno")
    bruno.see("language").select_option("fr")
    expect(bruno.page.locator("html")).to_have_attribute("lang", "fr")
    expect(bruno.see("inbox-waiting")).to_contain_text("En attente")


def test_ending_acts_at_once_and_can_be_undone(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("Shall we?")
    alice.accepts("Shall we?")
    alice.see("conversation-end").click()
    expect(jane.see("chat")).to_have_attribute("data-state", "ended")
    alice.page.locator("[data-testid=undo][data-undoes=end]").first.click()
    expect(alice.see("conversation")).to_have_attribute("data-state", "active")
    expect(jane.see("chat")).to_have_attribute("data-state", "active")
    jane.says("Still on")
    expect(alice.line("Still on")).to_be_visible()


def test_a_customer_who_leaves_the_line_is_gone_from_the_inbox(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("I cannot wait")
    expect(alice.row("I cannot wait")).to_be_visible()
    jane.see("chat-end").click()
    expect(alice.row("I cannot wait")).to_have_count(0)


def test_the_transcript_in_the_log_grows_while_the_chat_runs(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("First words", name="Jane Doe", email="jane.doe@example.com")
    alice.accepts("First words")
    chat = alice.entry("chat").first
    chat.get_by_test_id("activity-toggle").click()
    expect(chat.get_by_test_id("activity-transcript")).to_contain_text("First words")
    jane.says("And more words")
    expect(chat.get_by_test_id("activity-transcript")).to_contain_text("And more words")


def test_moving_about_loads_no_document(associate: People, customer: Customers) -> None:
    alice, jane = associate("alice"), customer()
    jane.asks("Look around", name="Jane Doe", email="jane.doe@example.com")
    alice.accepts("Look around")
    loads: list[str] = []
    alice.page.on("request", lambda request: loads.append(request.url) if request.is_navigation_request() else None)
    there = alice.page.url
    alice.see("message-input").fill("A draft that has to survive")
    alice.see("inbox-all").click()
    expect(alice.page).to_have_url(f"{alice.workspace}/inbox/all")
    alice.page.get_by_role("navigation").first.get_by_role("link", name="Profiles").click()
    expect(alice.page).to_have_url(f"{alice.workspace}/profiles")
    alice.see("profile-open").first.click()
    expect(alice.see("activity-log")).to_be_visible()
    alice.page.go_back()
    expect(alice.see("profile-row").first).to_be_visible()
    alice.page.get_by_role("navigation").first.get_by_role("link", name="Inbox").click()
    alice.see("inbox-mine").click()
    alice.opens("Look around")
    expect(alice.page).to_have_url(there)
    expect(alice.see("message-input")).to_have_value("A draft that has to survive")
    assert loads == []


@pytest.fixture
def other_site() -> Iterator[str]:
    """A page of an origin that is not allowed, which embeds whatever it is asked to."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f'<!doctype html><title>Elsewhere</title><iframe src="{self.path[1:]}"></iframe>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_page_that_is_not_allowed_cannot_frame_the_widget(
    server: Server, other_site: str, browser_without_watch: BrowserContext
) -> None:
    page = browser_without_watch.new_page()
    page.goto(server.shop)
    page.get_by_test_id("widget-launcher").click()
    expect(page.frame_locator("iframe[data-testid=widget-frame]").get_by_test_id("prechat-form")).to_be_visible()
    frame = page.get_by_test_id("widget-frame").get_attribute("src")
    for address in (frame, f"{server.workspace}/sign-in"):
        page.goto(f"{other_site}/{address}")
        inside = page.frames[1]
        inside.wait_for_load_state()
        assert inside.url.startswith("chrome-error:")
    assert [cookie for cookie in browser_without_watch.cookies() if cookie["name"].startswith("rapport")] == []


def test_who_types_before_the_window_has_told_the_frame_that_it_is_open_goes_on_where_she_began(
    customer: Customers,
) -> None:
    zoe = customer()
    zoe.see("prechat-message").click()
    zoe.page.keyboard.type("Bon")
    told = "() => { window.told = new Promise((done) => addEventListener('message', () => setTimeout(done))); }"
    zoe.frame.locator("body").evaluate(told)
    show = "(frame) => { frame.focus(); frame.contentWindow.postMessage({ v: 1, t: 'show' }, '*'); }"
    zoe.page.locator("iframe[data-testid=widget-frame]").evaluate(show)
    zoe.frame.locator("body").evaluate("() => window.told")
    zoe.page.keyboard.type("jour")
    expect(zoe.see("prechat-message")).to_have_value("Bonjour")


def test_on_a_phone_the_chat_fills_the_screen(associate: People, customer: Customers) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    jane = customer(**phone)
    box = jane.page.get_by_test_id("widget-frame").bounding_box()
    assert box
    # What the browser scales for a phone is a hair off whole pixels at times.
    assert (round(box["width"]), round(box["height"])) == (390, 844)
    jane.asks("From my phone", name="Jane Doe", email="jane.doe@example.com")
    alice = associate("alice", **phone)
    alice.accepts("From my phone")
    expect(alice.see("message-input")).to_be_visible()
    expect(alice.panel).to_be_hidden()
    alice.says("On mine as well")
    expect(jane.line("On mine as well")).to_be_visible()
