"""Partials: they take arguments and nothing else, and are the same bytes by every door."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from tests.cast import House, Person, ask, chat, fresh
from webapp import render
from webapp.auth import viewer_of
from webapp.domain.chats import details, lifecycle, messages
from webapp.domain.db import listeners
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import SignIn
from webapp.live import pushes

WEBAPP = Path(render.__file__).parent
PARTIALS = sorted((WEBAPP / "partials").rglob("*.html"))
GIVEN_TO_ALL = {
    "t", "n", "lang", "direction", "reader", "partial", "field_names", "asset", "dom_id", "icon", "initials", "hue",
    "languages", "shared_beginning", "range", "namespace",
}  # fmt: skip
PART = re.compile(r'<hx-partial hx-target="#([^"]+)" hx-swap="([^"]+)">(.*?)</hx-partial>', re.S)


@pytest.mark.parametrize("path", PARTIALS, ids=lambda path: str(path.relative_to(WEBAPP)))
def test_a_partial_declares_its_arguments_and_takes_nothing_from_its_surroundings(path: Path) -> None:
    source = path.read_text()
    first = source.splitlines()[0]
    declared = re.match(r"\{# args: ?(.*?) ?#\}", first)
    assert declared, f"the first line says which arguments it takes: {first}"
    plain = re.sub(r"\([^)]*\)", "", declared[1])
    names = {part.split()[0] for part in plain.split(",") if part.strip()}
    wanted = meta.find_undeclared_variables(Environment().parse(source)) - GIVEN_TO_ALL
    assert wanted <= names, f"takes {wanted - names} from its surroundings"
    assert names <= wanted, f"declares {names - wanted}, which it does not use"
    assert not {"request", "session", "g"} & wanted
    assert not re.search(r"\{% (include|import|extends|from)\b", source)


@pytest.mark.parametrize("path", PARTIALS, ids=lambda path: str(path.relative_to(WEBAPP)))
def test_ids_come_from_one_function(path: Path) -> None:
    typed = re.findall(r'\bid="([^"{}]*-\{\{[^"]*)"', path.read_text())
    assert typed == [], "a DOM id is made by dom_id(), not typed"


@pytest.fixture
def pushed(alice: Person) -> Callable[[Callable[[], object]], dict[str, str]]:
    """What Alice's browser, which watches everything, is sent when something happens: target → content."""

    def watch(happen: Callable[[], object]) -> dict[str, str]:
        happened: list[object] = []
        listeners.append(happened.extend)
        happen()
        listeners.remove(happened.extend) if happened.extend in listeners else listeners.pop()
        session = SignIn.select().where(SignIn.associate == alice.associate).get()
        viewer = viewer_of(session)
        found: dict[str, str] = {}
        for push in pushes.for_events(happened):
            if push.topic.startswith("chat:") or push.group(viewer) is None:
                continue  # the customer's
            for target, _, content in PART.findall(push.content(viewer) or ""):
                found[target] = content
        return found

    return watch


def element(html: str, id: str) -> str:
    """Cut the element with this DOM id out of a page."""
    start = re.search(rf'<(\w+)[^>]*\bid="{re.escape(id)}"', html)
    assert start, f"the page has no #{id}"
    depth, at = 0, start.start()
    for tag in re.finditer(rf"<(/?){start[1]}\b[^>]*>", html[at:]):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return html[at : at + tag.end()]
    raise AssertionError(f"#{id} is not closed")


def test_page_answer_and_push_give_the_same_panel(
    alice: Person, house: House, pushed: Callable[[Callable[[], object]], dict[str, str]]
) -> None:
    first = chat(house, "Jane Doe", "jane.doe@example.com")
    lifecycle.end(first, by=None)
    conversation = chat(house, "Jane Doe", "jane.doe@example.com", visitor=first.visitor_id)
    change = Given("Jane Doe", "jane@new.example", "")
    news = pushed(lambda: details.change(conversation, change, generated_name="x"))
    id = render.dom_id("context", conversation.public_id)
    page = alice.get(f"/conversations/{conversation.public_id}").text
    answer = alice.get(f"/conversations/{conversation.public_id}/context", htmx=True).text
    assert "conflict-banner" in news[id]
    assert element(page, id) == news[id].strip() == element(answer, id)


def test_page_and_push_give_the_same_pane_and_line(
    alice: Person, house: House, pushed: Callable[[Callable[[], object]], dict[str, str]]
) -> None:
    conversation = ask(house, "Jane Doe", "jane.doe@example.com")
    news = pushed(lambda: lifecycle.accept(conversation, by=house.alice))
    page = alice.get(f"/conversations/{conversation.public_id}").text
    pane, log = render.dom_id("conversation", conversation.public_id), render.dom_id("log", conversation.public_id)
    assert element(page, pane) == news[pane].strip()
    assert news[log].strip() in page
    sent = pushed(lambda: messages.send(fresh(conversation), "Good morning!", "one", by=house.alice))
    assert sent[log].strip() in alice.get(f"/conversations/{conversation.public_id}").text


def test_a_push_names_only_targets_that_the_page_has(
    alice: Person, house: House, pushed: Callable[[Callable[[], object]], dict[str, str]]
) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    page = alice.get(f"/conversations/{conversation.public_id}").text
    news = pushed(lambda: messages.send(conversation, "Hello", "one", by=house.alice))
    for target in news:
        if target.startswith(("conversation-", "context-", "inbox-mine")):
            assert f'id="{target}"' in page
        watched = re.findall(r'data-watch="([^"]+)"', page)
        if target.startswith("log-"):
            assert f"conversation:{conversation.public_id}" in watched


def test_every_event_says_what_it_pushes() -> None:
    from webapp.domain import events

    kinds = {kind for kind in vars(events).values() if isinstance(kind, type) and kind.__module__ == events.__name__}
    assert kinds == set(pushes.PUSHES)


def test_a_push_is_json_that_touches_only_its_targets(alice: Person, house: House) -> None:
    from webapp.live.push import envelope

    frame = envelope(render.swap("log-1", render.joined(["é & ", "<"]), "log"))
    start = frame.index(b"{")
    assert json.loads(frame[start:]) == {
        "swap": "none",
        "content": '<hx-partial hx-target="#log-1" hx-swap="log">é &amp; &lt;</hx-partial>',
    }


