"""The access matrix: who is answered what at every address, and reads nothing that is not for their eyes."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from webapp.domain.db import database

from .rows import ROWS
from .table import ACTORS, Row
from .world import World

SOCKETS = {"/live", "/widget/live"}  # these have a table of their own
READS = [row for row in ROWS if row.is_safe]
WRITES = [row for row in ROWS if not row.is_safe]
ELSEWHERE = ("http://evil.example", "null")  # the corpus of bad input has more


def outcome(answer: TestResponse) -> str:
    """The status, or that the actor was led to the sign-in page."""
    to = answer.headers.get("Location", answer.headers.get("HX-Redirect", ""))
    return "door" if to.startswith("/sign-in?") else str(answer.status_code)


def told(answer: TestResponse) -> str:
    """Everything that an answer says."""
    return f"{answer.headers}\n{answer.text}"


def test_every_route_has_a_row(world: World) -> None:
    routes = {
        (method, rule.rule)
        for rule in world.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule not in SOCKETS
    }
    rows = {(row.method, row.rule) for row in ROWS}
    assert sorted(routes - rows) == [], "addresses without a row in tests/unit/access/rows"
    assert sorted(rows - routes) == [], "rows for addresses that there are no more"


@pytest.mark.parametrize("row", READS, ids=str)
def test_who_may_read_it(world: World, row: Row) -> None:
    found, wrong = {}, []
    database.execute_sql("PRAGMA query_only = ON")  # a GET that writes fails
    for actor in ACTORS:
        answer = world.ask(actor, row)
        found[actor] = outcome(answer)
        for each in [answer, world.ask(actor, row, htmx=True)] if answer.status_code == 200 else [answer]:
            wrong += [f"{actor} reads {what}" for what in world.leaks(actor, told(each), row.path(world.ids))]
            if outcome(each) != found[actor]:
                wrong.append(f"{actor} gets the page with {found[actor]}, and its part with {outcome(each)}")
            if "Set-Cookie" in each.headers:
                wrong.append(f"{actor} is given a cookie by a GET")
    database.execute_sql("PRAGMA query_only = OFF")
    assert found == row.expected
    assert not wrong


READERS = {"jane", "zoe", "alice", "nadia", "dana"}


def test_every_word_is_read_by_those_who_may(world: World) -> None:
    """The premise of it all: what somebody may read is found, where it stands, as it is written there."""
    read = {
        (actor, word.what)
        for actor in sorted(READERS)
        for row in READS if row.expected[actor] == "200"
        for word in world.found(world.ask(actor, row).text)
    }  # fmt: skip
    wanted = {(actor, word.what) for word in world.words for actor in word.readers if not word.what.endswith("token")}
    assert {actor for actor, _ in read} == READERS
    assert {(actor, what) for actor, what in wanted if actor in READERS} - read == set()


@pytest.mark.parametrize("row", WRITES, ids=str)
def test_who_may_do_it(world: World, row: Row) -> None:
    found, wrong = {}, []
    for actor in ACTORS:
        before = world.written()
        answer = world.ask(actor, row)
        found[actor] = outcome(answer)
        wrong += [f"{actor} reads {what}" for what in world.leaks(actor, told(answer), row.path(world.ids))]
        if world.written() != before:
            if found[actor] == "door" or answer.status_code >= 400:
                wrong.append(f"{actor} was refused, and yet something was written")
            world.restore()
    assert found == row.expected
    assert not wrong


@pytest.mark.parametrize("row", WRITES, ids=str)
def test_it_takes_our_own_page_and_its_token(world: World, row: Row) -> None:
    before = world.written()
    for origin in (None, *ELSEWHERE):
        assert world.ask("alice", row, origin=origin).status_code == 403, origin
    for token in ("", "x" * 64, world.token("bruno", "")):
        assert world.ask("alice", row, token=token).status_code == 403, token
    for visitor in ("nobody", "jane"):
        assert world.ask(visitor, row, origin=None).status_code == 403
        refused = "door" if row.expected[visitor] == "door" else "403"
        assert outcome(world.ask(visitor, row, token="")) == refused
    assert world.written() == before


@pytest.mark.parametrize("row", [row for row in READS if row.expected["nobody"] == "door"], ids=str)
def test_a_part_of_a_page_leads_to_the_door_as_well(world: World, row: Row) -> None:
    assert outcome(world.ask("nobody", row, htmx=True)) == "door"


@pytest.mark.parametrize("actor", ["zoe", "bruno", "charlie", "dana"])
def test_what_is_not_theirs_looks_like_what_is_not_there(world: World, actor: str) -> None:
    rows = [row for row in READS if row.expected[actor] == "404" and row.rule.startswith("/widget") == (actor == "zoe")]
    rows = [row for row in rows if not row.rule.startswith("/join/")]  # a dead link has a page that says what to do
    assert {row.thing for row in rows} > {"chat" if actor != "charlie" else "waiting", "missing"}
    assert len({world.ask(actor, row).text for row in rows}) == 1
    assert len({world.ask(actor, row, htmx=True).text for row in rows}) == 1


def guesses(known: str) -> list[str]:
    """Ids that somebody might try who has seen one, or none."""
    near = [known[:-1], known[1:], f"{known}A", known.swapcase(), known[::-1], f"{known}%00", f"%20{known}"]
    odd = ["0", "-1", "null", "undefined", "*", "%25", "_" * 22, "1 OR 1=1", "' OR ''='", "[]", "a" * 10_000, "é" * 11,
           "%ff%fe", "A" * 22, "00000000-0000-0000-0000-000000000000"]  # fmt: skip
    return [*map(str, range(1, 40)), str(2**31), str(2**63), str(2**64), *near, *odd]


@pytest.mark.parametrize(("actor", "rule", "known"), [
    ("zoe", "/widget/chats/{}?key={site}", "chat"),
    ("zoe", "/widget/chats/{}/details?key={site}", "chat"),
    ("bruno", "/conversations/{}", "chat"),
    ("bruno", "/conversations/{}/context", "chat"),
    ("bruno", "/transcripts/{}", "chat"),
    ("charlie", "/conversations/{}", "waiting"),
])  # fmt: skip
def test_ids_cannot_be_guessed(world: World, actor: str, rule: str, known: str) -> None:
    rule = rule.replace("{site}", world.ids["site"])
    tried = [world.ids[known], *guesses(world.ids[known])]
    answers = [world.send(actor, "GET", rule.format(id)) for id in tried]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize(
    "id", ["0", "-1", "1.0", "1e3", "0x1", "999999", str(2**63 - 1), str(2**63), "9" * 400, "%00", "1;"]
)
def test_a_profile_that_there_is_not(world: World, id: str) -> None:
    for path in (f"/profiles/{id}", f"/profiles/{id}/activity", f"/profiles/{id}/edit"):
        assert world.send("bruno", "GET", path).status_code == 404
