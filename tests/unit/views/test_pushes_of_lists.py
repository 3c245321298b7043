"""Whose lists a message changes, who is shown the same of them, and what is drawn again."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.cast import House, Person, ask, chat
from webapp import render
from webapp.auth import Viewer, viewer_of
from webapp.domain.chats import lifecycle, messages
from webapp.domain.db import listeners
from webapp.domain.people import associates
from webapp.domain.rights import erasure
from webapp.domain.tables import Conversation, SignIn
from webapp.live import pushes
from webapp.live.push import Push
from webapp.screens import rows

LISTS = ("inbox:waiting", "inbox:mine", "inbox:all", "waiting:all")


def viewer(person: Person) -> Viewer:
    return viewer_of(SignIn.get(SignIn.associate == person.associate))


def pushes_of(happen: Callable[[], object]) -> list[Push]:
    happened: list[object] = []
    listener = happened.extend
    listeners.append(listener)
    happen()
    listeners.remove(listener)
    return pushes.for_events(happened)


def told(person: Person, found: list[Push]) -> dict[str, str]:
    """What somebody who watches all lists is sent of each."""
    who = viewer(person)
    news = [push for push in found if push.topic in LISTS and push.group(who) is not None]
    assert len({push.topic for push in news}) == len(news), "the same list twice"
    return {push.topic: push.content(who) or "" for push in news}


def says(conversation: Conversation, text: str, by: Any = None) -> Callable[[], object]:
    return lambda: messages.send(conversation, text, f"id of {text}", by=by)


def test_a_message_in_alices_chat_changes_her_lists_and_those_of_the_managers_of_the_store(
    alice: Person, bruno: Person, charlie: Person, nadia: Person, dana: Person, house: House
) -> None:
    ask(house, message="Somebody waits")
    conversation = chat(house, "Jane Doe", message="Hello")
    found = pushes_of(says(conversation, "Is it blue?"))
    hers = told(alice, found)
    assert set(hers) == {"inbox:mine", "inbox:all", "waiting:all"}  # what waits is as it was, for her too
    assert "Is it blue?" in hers["inbox:mine"]
    assert "Is it blue?" in hers["inbox:all"]
    assert str(conversation.public_id) in hers["waiting:all"]
    for manager in (nadia, dana):
        (seen,) = told(manager, found).items()
        assert seen[0] == "inbox:all"
        assert "Is it blue?" in seen[1]
    assert told(bruno, found) == told(charlie, found) == {}


def test_a_manager_who_answers_herself_is_told_once(dana: Person, house: House) -> None:
    conversation = chat(house, by=house.dana)
    assert set(told(dana, pushes_of(says(conversation, "Hm")))) == {"inbox:mine", "inbox:all", "waiting:all"}


def test_a_message_of_somebody_who_waits_changes_the_lists_of_the_store(
    alice: Person, charlie: Person, nadia: Person, house: House
) -> None:
    found = pushes_of(says(ask(house, "Jane Doe"), "Anybody?"))
    for person in (alice, nadia):
        seen = told(person, found)
        assert set(seen) == {"inbox:waiting", "inbox:all"}
        assert all("Anybody?" in content for content in seen.values())
    assert told(charlie, found) == {}


def test_alices_list_does_not_wait_for_brunos(house: House) -> None:
    """Each push of a list names all that it replaces: the latest of one never stands for the other's."""
    pace = {
        name: {(push.topic, push.coalesce) for push in pushes_of(says(chat(house, by=by), "Hm")) if push.coalesce}
        for name, by in (("Alice", house.alice), ("Bruno", house.bruno))
    }
    assert pace["Alice"] & pace["Bruno"] == {("inbox:all", f"list of managers {house.lyon.id}")}


def test_of_who_waits_all_who_look_alike_are_shown_the_same(
    alice: Person, bruno: Person, charlie: Person, nadia: Person, house: House
) -> None:
    def groups() -> list[object]:
        (push,) = (push for push in pushes_of(lambda: ask(house)) if push.topic == "inbox:waiting")
        return [push.group(viewer(person)) for person in (alice, bruno, charlie, nadia)]

    hers, his, londons, managers = groups()
    assert hers == his
    assert len({hers, londons, managers}) == 3
    chat(house)  # Alice has a chat: her tabs say so
    hers, his, *_ = groups()
    assert hers != his
    associates.set_language(house.bruno, "fr")
    assert len(set(groups())) == 4


def test_managers_without_a_chat_of_their_own_are_shown_the_same_of_all(
    nadia: Person, dana: Person, house: House
) -> None:
    associates.change(house.bruno, role="manager", chat_enabled=False)  # as Nadia is
    conversation, numbers = chat(house), itertools.count()

    def groups() -> list[object]:
        found = pushes_of(says(conversation, f"number {next(numbers)}"))
        push = next(push for push in found if push.topic == "inbox:all" and push.group(viewer(nadia)) is not None)
        bruno = replace(viewer(nadia), associate=house.bruno.id)
        return [push.group(who) for who in (viewer(nadia), bruno, viewer(dana))]

    nadias, brunos, danas = groups()
    assert nadias == brunos != danas  # Dana chats, and has another store
    Conversation.update(associate=house.bruno).where(Conversation.id == chat(house).id).execute()
    nadias, brunos, _ = groups()
    assert nadias != brunos  # a row of his says "You"


def test_only_the_row_that_changed_is_drawn_again(
    alice: Person, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = [chat(house, message=f"number {n}") for n in range(5)]
    alice.get("/inbox/mine")
    drawn: list[str] = []
    partial = render.partial

    def note(name: str, /, *args: Any, **kwargs: Any) -> Any:
        drawn.append(name)
        return partial(name, *args, **kwargs)

    monkeypatch.setattr(render, "partial", note)
    seen = told(alice, [push for push in pushes_of(says(first, "again")) if push.topic == "inbox:mine"])
    assert seen["inbox:mine"].count('data-testid="conversation-row"') == 5
    assert drawn.count("row") <= 3  # itself, and the two that changed places at the top


def test_whoever_is_erased_is_not_kept_among_what_was_drawn(alice: Person, house: House) -> None:
    lifecycle.end(chat(house, "Jane Doe", "jane.doe@example.com"), by=house.alice)
    alice.get("/inbox/all")
    assert rows.drawn.cache_info().currsize
    erasure.erase(house.jane, by=None)
    assert rows.drawn.cache_info().currsize == 0
