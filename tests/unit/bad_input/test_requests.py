"""Requests that no browser of ours sends: odd bodies, headers, hosts, methods, addresses and numbers."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from werkzeug.test import TestResponse

from tests.unit.access.world import World
from webapp.domain.tables import Associate, Message

from .corpus import Line, lines
from .looking import harmless, in_time, letters


def read(answer: TestResponse) -> TestResponse:
    """See that an answer is one that we meant to give, with nothing in it that would run."""
    assert answer.status_code < 500, answer.text[:300]
    if "html" in answer.content_type and answer.text:
        harmless(answer.text)
    assert "X-Evil" not in answer.headers
    return answer


@pytest.mark.parametrize("line", lines("body"), ids=str)
@pytest.mark.parametrize(("actor", "path"), [
    ("jane", "/widget/chats/{chat}/messages?key={site}"),
    ("alice", "/conversations/{chat}/messages"),
])  # fmt: skip
def test_a_body(world: World, line: Line, actor: str, path: str) -> None:
    sent, before = line.payload["body"], Message.select().count()
    data = sent if isinstance(sent, bytes) else sent.replace("{id}", "an-id").encode()
    type = {"Content-Type": line.payload["type"].encode().decode("latin-1")}
    with in_time():
        answer = read(world.send(actor, "POST", path.format_map(world.ids), data, htmx=True, headers=type))
    assert answer.status_code == line.expected
    assert Message.select().count() - before == (line.expected == 200)
    if line.expected == 200:
        newest = Message.select().order_by(Message.id.desc()).get()
        assert (newest.body, newest.lane, newest.kind) == ("hello", "public", "text")
        assert newest.author == ("customer" if actor == "jane" else "associate")
        assert newest.sent_at.year > 2000


@pytest.mark.parametrize("line", lines("header"), ids=str)
def test_headers(world: World, line: Line) -> None:
    headers = {
        name: value.encode("utf-8", "surrogateescape").decode("latin-1")
        for name, value in line.payload["headers"].items()
    }
    actor = line.payload.get("as_", "alice")
    with in_time():
        answer = read(world.send(actor, "GET", line.payload["path"].replace("pk_test", world.ids["site"]),
                                 headers=headers))
    assert answer.status_code == line.expected
    there = answer.headers.get("HX-Redirect") or answer.headers.get("Location", "/")
    assert there.startswith("/")
    assert not there.startswith("//")


@pytest.mark.parametrize("line", lines("host"), ids=str)
def test_a_host(world: World, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(world.app.config["RAPPORT"], base_url="https://chat.example.com")
    monkeypatch.setitem(world.app.config, "RAPPORT", settings)
    host = {"environ_overrides": {"HTTP_HOST": line.payload.encode().decode("latin-1")}}
    answer = read(world.send("nobody", "GET", "/inbox/waiting", **host))
    assert answer.status_code == line.expected
    assert line.expected == 302 or f"//{line.payload} " not in f"{answer.headers}"
    assert world.send("nobody", "GET", "/healthz", environ_overrides={"HTTP_HOST": "10.0.0.7:8000"}).status_code == 200
    monkeypatch.setitem(world.app.config, "RAPPORT", replace(settings, env="development"))
    assert world.send("nobody", "GET", "/demo/shop", **host).status_code in (200, 400)


@pytest.mark.parametrize("line", lines("method"), ids=str)
def test_a_method(world: World, line: Line) -> None:
    before, sent = world.written(), line.payload
    path = sent["path"].format_map(world.ids)
    answer = read(world.send("alice", sent["method"], path, sent.get("form")))
    assert answer.status_code == line.expected
    assert world.written() == before


@pytest.mark.parametrize("line", lines("path"), ids=str)
def test_an_address(world: World, line: Line) -> None:
    with in_time():
        for actor in ("nobody", "alice"):
            # As it comes over the wire: nothing is encoded on the way.
            answer = read(world.send(actor, "GET", quote(line.payload, safe="/%\\<>{};+:~")))
            assert answer.status_code in (line.expected, 302)
            assert answer.status_code == 404 or actor == "nobody"


@pytest.mark.parametrize("line", lines("embed"), ids=str)
def test_the_frame(world: World, line: Line) -> None:
    query = {name: value.replace("pk_test", world.ids["site"]) for name, value in line.payload.items()}
    with in_time():
        answer = read(world.send("nobody", "GET", "/widget/frame?" + urlencode(query)))
    assert answer.status_code == line.expected
    if answer.status_code == 200:
        page = harmless(answer.text)
        assert page.the("prechat-name")["value"] == page.the("prechat-email")["value"] == ""


@pytest.mark.parametrize("line", lines("next"), ids=str)
def test_where_signing_in_leads(world: World, line: Line) -> None:
    answer = read(world.send("alice", "GET", "/sign-in?" + urlencode({"next": line.payload})))
    assert answer.status_code == 302
    assert answer.headers["Location"] == quote(line.expected, safe="/%?=&;+:#.")
    assert "Set-Cookie" not in answer.headers
    form = read(world.send("nobody", "GET", "/sign-in?" + urlencode({"next": line.payload})))
    (kept,) = [field for field in harmless(form.text).walk() if field.attributes.get("name") == "next"]
    assert kept["value"] == line.expected


@pytest.mark.parametrize("line", lines("origin"), ids=str)
def test_where_a_request_comes_from(world: World, line: Line) -> None:
    for actor, path in (("alice", "/preferences/language"), ("nobody", "/sign-in"), ("jane", "/widget/chats")):
        assert world.send(actor, "POST", path, {"language": "fr"}, origin=line.payload).status_code == line.expected


PLACES_FOR_NUMBERS = (
    ("alice", "GET", "/conversations/{chat}/context?page={}"),
    ("alice", "GET", "/profiles?before={}"),
    ("alice", "GET", "/profiles/{profile}/activity?before={}"),
    ("jane", "GET", "/widget/chats/{chat}?key={site}&after={}"),
    ("alice", "POST", "/conversations/{chat}/link profile"),
    ("alice", "POST", "/conversations/{chat}/rejections profile"),
    ("alice", "DELETE", "/conversations/{linked}/link?link={}"),
    ("alice", "POST", "/conversations/{linked}/conflicts/email link"),
    ("alice", "POST", "/conversations/{linked}/new-information/phone?link={}"),
    ("alice", "POST", "/conversations/{chat}/profile link"),
    ("alice", "GET", "/audit?before={}"),
    ("alice", "GET", "/profiles/erased?before={}"),
)


@pytest.mark.parametrize(("actor", "method", "place"), PLACES_FOR_NUMBERS)
def test_a_number(world: World, actor: str, method: str, place: str) -> None:
    address, _, field = place.partition(" ")
    for line in lines("number"):
        path = address.replace("{}", quote(line.payload)).format_map(world.ids)
        with in_time():
            answer = read(world.send(actor, method, path, {field: line.payload} if field else None, htmx=True))
        assert answer.status_code in (200, 404, 409, 422), line


@pytest.mark.parametrize("line", lines("language"), ids=str)
def test_a_language(world: World, line: Line) -> None:
    query = urlencode({"key": world.ids["site"], "locale": line.payload})
    with in_time():
        for path in ("/widget/frame", "/sign-in", "/demo/shop"):
            page = read(world.send("nobody", "GET", f"{path}?{query}")).text
            assert '<html lang="fr"' in page if line.payload in ("fr-CA", "FR") else '<html lang="en"' in page
        answer = read(world.send("alice", "POST", "/preferences/language", {"language": line.payload}))
    assert answer.status_code == 422
    assert Associate.get_by_id(int(world.ids["alice"])).language == "en"


@pytest.mark.parametrize("line", lines("zone"), ids=str)
def test_a_time_zone(world: World, line: Line) -> None:
    path = "/widget/frame?" + urlencode({"key": world.ids["site"], "zone": line.payload})
    with in_time():
        page = harmless(read(world.send("jane", "GET", path)).text)
    assert letters(page.all("chat-message")[0])


@pytest.mark.parametrize("line", lines("search"), ids=str)
def test_a_search(world: World, line: Line) -> None:
    with in_time():
        for path in ("/profiles?", "/conversations/{chat}/search?".format_map(world.ids)):
            for htmx in (False, True):
                answer = read(world.send("alice", "GET", path + urlencode({"q": line.payload}), htmx=htmx))
                assert answer.status_code == 200
