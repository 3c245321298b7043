"""The checker finds each thing that can go wrong, and nothing where all went well: histories made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from .book import Acknowledged, Book, Failed, Fault, History, Holds, PutOff, Saw, Stored, Tried, read
from .checker import Finding, check
from .log import Log, added

CHAT = "janes"


@pytest.fixture
def history() -> History:
    """Jane writes twice, Alice answers once after a process was killed; both have everything."""
    places = [("public", 1, "j1"), ("public", 2, ""), ("public", 3, "a1"), ("public", 4, "j2")]
    return History(
        deeds=[
            Tried(1, "jane", CHAT, "customer", "j1", "Hello"),
            Acknowledged(2, "jane", CHAT, "customer", "j1", 1),
            Saw(2, "alice", CHAT, ("public", 1, "j1")),
            Fault(3, "kill -9 of the worker"),
            Tried(4, "alice", CHAT, "associate", "a1", "Good morning"),
            Acknowledged(5, "alice", CHAT, "associate", "a1", 3),
            Tried(6, "jane", CHAT, "customer", "j2", "A lamp, please"),
            Acknowledged(7, "jane", CHAT, "customer", "j2", 4),
            Holds(9, "jane", CHAT, True, ["public"], places),
            Holds(9, "alice", CHAT, True, ["public", "staff"], [*places, ("staff", 1, "")]),
        ],
        stored=[
            Stored(CHAT, "public", 1, "customer", "j1", "Hello"),
            Stored(CHAT, "public", 2, "system", "", ""),
            Stored(CHAT, "public", 3, "associate", "a1", "Good morning"),
            Stored(CHAT, "public", 4, "customer", "j2", "A lamp, please"),
            Stored(CHAT, "staff", 1, "system", "", ""),
        ],
    )


def found(history: History) -> list[tuple[str, str]]:
    return [(finding.rule, finding.id) for finding in check(history)]


def test_all_went_well(history: History) -> None:
    assert check(history) == []


def test_what_was_acknowledged_is_not_stored(history: History) -> None:
    history.stored.pop(3)
    lost = next(finding for finding in check(history) if finding.rule == "lost")
    assert (lost.chat, lost.id, lost.after) == (CHAT, "j2", "kill -9 of the worker")
    assert "lost: acknowledged as number 4, and not stored (chat janes, id j2" in str(lost)


def test_a_message_is_acknowledged_while_nothing_can_be_stored(history: History) -> None:
    history.deeds[3] = Fault(3, "PostgreSQL is cut off", away=True)
    assert check(history) == []  # it was never there again: nobody knows when that was
    history.deeds.append(Fault(6.5, "PostgreSQL is there again"))
    assert found(history) == [("vain", "a1")]  # what Jane sent had still its answer to come


def test_what_was_acknowledged_is_stored_under_another_number(history: History) -> None:
    history.deeds[7] = Acknowledged(7, "jane", CHAT, "customer", "j2", 5)
    assert found(history) == [("moved", "j2")]


def test_a_message_is_stored_twice(history: History) -> None:
    history.stored.append(Stored(CHAT, "public", 5, "customer", "j2", "A lamp, please"))
    assert ("twice", "j2") in found(history)


def test_two_people_may_choose_the_same_id(history: History) -> None:
    history.deeds += [
        Tried(8, "jane", CHAT, "customer", "a1", "Mine"), Acknowledged(8, "jane", CHAT, "customer", "a1", 5)
    ]  # fmt: skip
    history.stored.append(Stored(CHAT, "public", 5, "customer", "a1", "Mine"))
    for deed in history.deeds:
        if isinstance(deed, Holds):
            deed.places.insert(4, ("public", 5, "a1"))
    assert check(history) == []


@pytest.mark.parametrize("again", [("public", 4, "j2"), ("public", 5, "j2")])
def test_a_message_is_shown_twice(history: History, again: tuple[str, int, str]) -> None:
    held = next(deed for deed in history.deeds if isinstance(deed, Holds))
    held.places.append(again)
    assert ("shown twice", "j2") in found(history)


def test_nobody_sent_what_is_stored(history: History) -> None:
    del history.deeds[4:6]
    ghost = next(finding for finding in check(history) if finding.rule == "ghost")
    assert (ghost.chat, ghost.id) == (CHAT, "a1")


def test_another_text_is_stored(history: History) -> None:
    history.stored[0] = replace(history.stored[0], body="Hell")
    assert found(history) == [("changed", "j1")]


@pytest.mark.parametrize("number", [2, 6])
def test_a_number_is_missing(history: History, number: int) -> None:
    history.stored[3] = replace(history.stored[3], seq=number)
    assert ("gap", "j2") in found(history)


def test_the_lane_of_the_staff_is_counted_by_itself(history: History) -> None:
    history.stored[4] = replace(history.stored[4], seq=2)
    assert ("gap", "") in found(history)


def test_what_was_written_first_stands_behind(history: History) -> None:
    first, last = history.stored[0], history.stored[3]
    history.stored[0], history.stored[3] = replace(first, id="j2", body=last.body), replace(last, id="j1", body="Hello")
    disorder = [finding for finding in check(history) if finding.rule == "order"]
    assert [(finding.id, finding.what) for finding in disorder] == [
        ("j2", "jane sent it after j1, and it is stored before")
    ]


def test_somebody_lacks_a_line(history: History) -> None:
    held = next(deed for deed in history.deeds if isinstance(deed, Holds) and deed.who == "alice")
    held.places.remove(("public", 4, "j2"))
    (missing,) = check(history)
    assert missing == Finding("not shown", CHAT, "j2", "alice lacks: public 4", 6, "kill -9 of the worker")


def test_somebody_has_the_lines_in_another_order(history: History) -> None:
    held = next(deed for deed in history.deeds if isinstance(deed, Holds))
    held.places.reverse()
    assert ("not the same", "j2") in found(history)


def test_somebody_has_what_nobody_stored(history: History) -> None:
    history.deeds.insert(8, Saw(8, "jane", CHAT, ("public", 5, "x")))
    held = next(deed for deed in history.deeds if isinstance(deed, Holds))
    held.places.append(("public", 5, "x"))
    assert found(history) == [("not the same", "x"), ("seen, not stored", "x")]


def test_somebody_did_not_come_back(history: History) -> None:
    at = next(place for place, deed in enumerate(history.deeds) if isinstance(deed, Holds))
    history.deeds[at] = Holds(9, "jane", CHAT, False, ["public"], [])
    assert found(history) == [("away", "")]


def test_what_failed_for_good_is_stored(history: History) -> None:
    history.deeds[7] = Failed(7, "jane", CHAT, "customer", "j2", 422)
    assert found(history) == [("refused, stored", "j2")]


@pytest.mark.parametrize(
    ("status", "after", "rules"), [(500, 2, ["500"]), (503, 0, ["until when?"]), (503, 2, []), (507, 0, []), (0, 0, [])]
)
def test_who_is_put_off_is_told_why_and_until_when(
    history: History, status: int, after: float, rules: list[str]
) -> None:
    history.deeds.insert(5, PutOff(4.5, "alice", CHAT, "a1", status, after))
    assert [finding.rule for finding in check(history)] == rules


@pytest.mark.parametrize("is_stored", [True, False])
def test_what_nobody_knows_may_be_either(history: History, is_stored: bool) -> None:
    del history.deeds[7]  # no answer came
    if not is_stored:
        history.stored.pop(3)
        for deed in history.deeds:
            if isinstance(deed, Holds):
                deed.places.remove(("public", 4, "j2"))
    assert check(history) == []


def test_chats_of_others_are_left_alone(history: History) -> None:
    history.stored.append(Stored("zoes", "public", 1, "customer", "z1", "Bonjour"))
    assert check(history) == []


def test_a_book_is_read_as_it_was_written_but_for_half_a_line(history: History, tmp_path: Path) -> None:
    for who in ("jane", "alice", "faults"):
        book = Book(tmp_path, who)
        for deed in history.deeds:
            if getattr(deed, "who", "faults") == who:
                book.write(deed)
        book.close()
    with (tmp_path / "jane.jsonl").open("a") as file:
        file.write('{"deed": "Tri')
    assert sorted(map(str, read(tmp_path))) == sorted(map(str, history.deeds))


def test_a_log_is_kept_as_a_browser_keeps_it() -> None:
    log = Log()
    for seq in (1, 2, 5):
        assert log.take(("public", seq, f"j{seq}"))
    assert log.take(("staff", 1, ""))
    assert log.cursor() == {"after": 2, "after_staff": 1}  # three and four never came
    assert log.take(("public", 3, "a3"))
    assert not log.take(("public", 5, "j5"))
    assert [seq for _, seq, _ in log.places] == [1, 2, 3, 5, 1]


def test_lines_are_found_in_what_adds_to_a_log_only() -> None:
    line = '<li id="message-x-2" data-lane="public" data-seq="2" data-client-id="a&amp;b" data-say="1 &gt; 0">Hi</li>'
    part = '<hx-partial hx-target="#{}" hx-swap="{}">{}</hx-partial>'
    fragments = part.format("conversation-x", "outerMorph", line) + part.format("log-x", "log", line)
    assert list(added(fragments)) == [("x", ("public", 2, "a&b"))]
