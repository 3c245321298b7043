"""The report says what was found, and counts only what it can know."""

from __future__ import annotations

from .book import Acknowledged, Deed, Fault, History, Saw, Tried, Wire
from .checker import Finding
from .report import lines, page, times
from .run import Outcome


def jane_says(at: float, answered: float, id: str) -> list[Deed]:
    return [
        Tried(at, "jane", "janes", "customer", id, "Hello"),
        Acknowledged(answered, "jane", "janes", "customer", id, 1),
        Saw(answered, "jane", "janes", ("public", 1, id)),
        Saw(answered + 1, "alice", "janes", ("public", 1, id)),
    ]


def test_times_near_a_fault_are_told_apart() -> None:
    late = [*jane_says(12, 13, "b"), *jane_says(20, 20.25, "c")]
    found = times(History([*jane_says(1, 1.5, "a"), Fault(10, "kill -9"), *late]))
    assert (found.calm, found.rough, found.shown) == ([0.5, 0.25], [1], [1.5, 2, 1.25])


def test_a_fault_between_sending_and_answer_is_near() -> None:
    deeds = [*jane_says(1, 9, "a"), Fault(5, "kill -9")]
    assert times(History(sorted(deeds, key=lambda deed: deed.at))).calm == []


def test_who_was_cut_off_for_how_long() -> None:
    wires: list[Deed] = [Wire(1, "jane", True), Wire(2, "jane", False), Wire(2.5, "jane", True), Wire(9, "jane", False)]
    assert times(History(wires)).away == [0.5]


def test_the_page_names_what_was_found_and_escapes_it() -> None:
    outcome = Outcome(History([Fault(3, "kill <9>"), Fault(4, "all is well")]), [], None, 1)
    outcome.findings.append(Finding("lost", "janes", "<j1>", "acknowledged as number 1, and not stored"))
    told = lines(outcome)
    assert next(line.figure for line in told if line.what == "lost") == "1"
    drawn = page("One process", told, outcome)
    assert "(chat janes, id &lt;j1&gt;, after: no fault)" in drawn
    assert "kill &lt;9&gt;" in drawn
