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
from webapp.auth import Customer, viewer_of
from webapp.domain import events
from webapp.domain.chats import details, lifecycle, messages, staffing
from webapp.domain.db import listeners
from webapp.domain.identity import linking
from webapp.domain.people import access
from webapp.domain.profiles import editing
from webapp.domain.profiles.contact import Given
from webapp.domain.rights import erasure
from webapp.domain.tables import Conversation, SignIn
from webapp.live import pushes
from webapp.screens import signs, widget

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
    """Each id is written out, or one whole expression; what an expression glues together is glued by `dom_id()`."""
    source = path.read_text()
    ids = re.findall(r'\b(?:id|for|aria-describedby|aria-labelledby|aria-controls)="((?:\{\{.*?\}\}|[^"{}])*)"', source)
    glued = [id for id in ids if re.search(r"[^\s{}]\{\{|\}\}[^\s{}]", id)]
    made = re.findall(r"\{% set \w*id = (.*?) %\}", source)
    glued += [each for each in made if "~" in each and "dom_id(" not in each]
    assert glued == [], "a DOM id is made by dom_id(), not typed"


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


def same_but_for_its_log(page: str, push: str, log: str) -> bool:
    """The push has no lines: morphing leaves the browser's alone, and the missing ones come by number."""
    lines, none = element(page, log), element(push, log)
    assert " hx-morph-skip" in none.partition(">")[0]
    assert "<li" in lines
    assert "<li" not in none
    return page.strip() == push.strip().replace(none, lines)


def test_answer_and_push_give_the_same_chat(alice: Person, house: House) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    reader = viewer_of(SignIn.select().where(SignIn.associate == alice.associate).get()).reader
    topic, log = f"chat:{conversation.public_id}", render.dom_id("log", conversation.public_id)
    happened = events.ChatAccepted(conversation.id, messages.log(conversation)[0].id)
    push = next(push for push in pushes.for_events([happened]) if push.topic == topic)
    content = PART.findall(push.content(Customer(conversation.visitor_id, reader)) or "")[0][2]
    assert same_but_for_its_log(widget.chat(reader, fresh(conversation)), content, log)


def test_page_and_push_give_the_same_pane_and_line(
    alice: Person, house: House, pushed: Callable[[Callable[[], object]], dict[str, str]]
) -> None:
    conversation = ask(house, "Jane Doe", "jane.doe@example.com")
    news = pushed(lambda: lifecycle.accept(conversation, by=house.alice))
    page = alice.get(f"/conversations/{conversation.public_id}").text
    pane, log = render.dom_id("conversation", conversation.public_id), render.dom_id("log", conversation.public_id)
    assert same_but_for_its_log(element(page, pane), news[pane], log)
    assert news[log].strip() in page
    sent = pushed(lambda: messages.send(fresh(conversation), "Good morning!", "one", by=house.alice))
    assert sent[log].strip() in alice.get(f"/conversations/{conversation.public_id}").text


def _reopened(house: House, conversation: Conversation) -> None:
    lifecycle.end(conversation, by=house.alice)
    lifecycle.reopen(fresh(conversation), by=house.alice)


def _unlinked(house: House, conversation: Conversation) -> None:
    linking.link(conversation, house.jane, "search", by=house.alice)
    linking.unlink(fresh(conversation), by=house.alice)


def _erased(house: House, conversation: Conversation) -> None:
    linking.link(conversation, house.jane, "search", by=house.alice)
    lifecycle.end(fresh(conversation), by=house.alice)
    erasure.erase(house.jane, by=house.dana)


def _counted(house: House, conversation: Conversation) -> None:
    details.change(conversation, Given("Jane Doe", "jane.doe@example.com", ""), generated_name="x")
    linking.recount(conversation.id)


# What makes each of them happen, in a chat that Alice has accepted and that is not linked.
HAPPENINGS: dict[type, Callable[[House, Conversation], object]] = {
    events.ChatRequested: lambda house, _: ask(house, "Ann Lee"),
    events.ChatAccepted: lambda house, _: chat(house, "Ann Lee"),
    events.ChatPutBack: lambda house, conversation: staffing.deactivate(house.alice, by=house.dana),
    events.ChatEnded: lambda house, conversation: lifecycle.end(conversation, by=house.alice),
    events.ChatReopened: _reopened,
    events.MessageSent: lambda house, conversation: messages.send(conversation, "Hello", "one", by=house.alice),
    events.DetailsChanged: lambda house, conversation: details.change(
        conversation, Given("Ann Lee", "ann@new.example", ""), generated_name="x"
    ),
    events.CandidatesCounted: _counted,
    events.ConversationLinked: lambda house, conversation: linking.link(
        conversation, house.jane, "search", by=house.alice
    ),
    events.ConversationUnlinked: _unlinked,
    events.CandidateRejected: lambda house, conversation: linking.reject(conversation, house.jane, by=house.alice),
    events.ProfileChanged: lambda house, _: editing.change(
        house.jane, "name", "Jane D.", seen="Jane Doe", by=house.alice
    ),
    events.PersonErased: _erased,
    events.AvailabilityChanged: lambda house, _: staffing.deactivate(house.bruno, by=house.dana),
}


def test_every_event_that_pushes_something_is_made_to_happen() -> None:
    silent = {kind for kind, pushes_of in pushes.PUSHES.items() if pushes_of.__name__ == "_nobody"}
    assert set(HAPPENINGS) == set(pushes.PUSHES) - silent


@pytest.mark.parametrize("kind", HAPPENINGS, ids=lambda kind: kind.__name__)
def test_a_push_names_only_targets_that_a_page_has(alice: Person, house: House, kind: type) -> None:
    """A topic is watched by an element; what is pushed on it aims at that element, or at one within its page."""
    conversation = chat(house, "Ann Lee", "ann@old.example")
    addresses = [*(f"/inbox/{name}" for name in access.INBOXES), f"/conversations/{conversation.public_id}"]
    addresses += [f"/conversations/{conversation.public_id}/context", f"/profiles/{house.jane.id}"]
    before = "".join(alice.get(address).text for address in addresses)
    happened: list[object] = []
    listeners.append(happened.extend)
    HAPPENINGS[kind](house, conversation)
    listeners.pop()
    assert kind in {type(event) for event in happened}
    watched = set(" ".join(re.findall(r'data-watch="([^"]+)"', before)).split())
    viewer = viewer_of(SignIn.select().where(SignIn.associate == alice.associate).order_by(SignIn.id).get())
    aimed = 0
    for push in pushes.for_events([event for event in happened if type(event) is kind]):
        if push.topic not in watched or push.group(viewer) is None:
            continue
        for target, _, _ in PART.findall(push.content(viewer) or ""):
            aimed += 1
            assert f'id="{target}"' in before, f"{push.topic} aims at #{target}"
    assert aimed


def test_signs_of_life_aim_at_what_both_pages_have(alice: Person, house: House) -> None:
    """They are no events: nothing is stored of them, and whoever comes later does not miss them."""
    conversation = chat(house, "Ann Lee", "ann@old.example")
    reader = viewer_of(SignIn.select().where(SignIn.associate == alice.associate).get()).reader
    typing, presence = (render.dom_id(kind, conversation.public_id) for kind in ("typing", "presence"))
    page = alice.get(f"/conversations/{conversation.public_id}").text
    assert element(page, presence) == signs.presence(reader, conversation).strip()
    for html, side in ((page, "customer"), (widget.chat(reader, conversation), "associate")):
        empty, told = element(html, typing), signs.typing(reader, conversation, side).strip()
        assert told.replace(told[len(empty) - len("</div>"): -len("</div>")], "") == empty
        assert "is typing" in told


def test_every_event_says_what_it_pushes() -> None:
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


