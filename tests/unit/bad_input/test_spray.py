"""Odd values in every field of every form of the access matrix: the answer is always one that we meant to give.

A new row of the matrix is sprayed without a word here.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest

from tests.unit.access.rows import ROWS
from tests.unit.access.table import Row
from tests.unit.access.world import World

from .looking import harmless, in_time

SPRAY = (
    "", "a\0b", "\"><script>__x=1</script>{{7*7}}{0.a}%s' OR 1=1 --", "\ufffe\U0010ffff\u202e\u200b", "x" * 5000,
    "-1", str(2**63), "9" * 5000, "１２", "//[", "\r\nX-Evil: 1",
)  # fmt: skip
HASHING = ("/sign-in", "/me/password", "/join/<token>", "/first-run")  # passwords, which takes its time on purpose
WHO = ("alice", "nadia", "jane", "nobody")  # the first of them who gets in
HEADERS = (
    {"Accept-Language": "en;q=x," * 500, "Accept-Encoding": "gzip;q=x", "Accept": ",;q=x"},
    {"HX-Current-URL": "http://[", "HX-Target": "\"><script>", "Referer": "http://["},
    {"If-None-Match": "W/\"", "If-Modified-Since": "x", "Range": "bytes=-", "Authorization": "Basic \xff"},
    {"User-Agent": "<script>__x=1</script>", "X-Forwarded-For": "x", "Content-Type": "\xff/;"},
)


def inside(row: Row) -> str | None:
    """Somebody whom the row lets in."""
    return next((actor for actor in WHO if row.expected[actor][0] in "23"), None)


FORMS = [row for row in ROWS if inside(row) and not row.is_safe and (row.form or row.query)]
PAGES = [row for row in ROWS if inside(row) and row.is_safe]


def look_at(world: World, actor: str, row: Row, **how: object) -> None:
    with in_time():
        answer = world.ask(actor, row, **how)
    assert answer.status_code < 500, (row.form, row.query, answer.text[:200])
    assert "X-Evil" not in answer.headers
    if "html" in answer.content_type and answer.text:
        harmless(answer.text)


@pytest.mark.parametrize("row", FORMS, ids=str)
def test_odd_values_in_a_form(world: World, row: Row) -> None:
    actor = inside(row)
    assert actor
    for field in row.form:
        for value in SPRAY[:3] if row.rule in HASHING else SPRAY:
            escaped = value.replace("{", "{{").replace("}", "}}")
            look_at(world, actor, replace(row, form={**row.form, field: escaped}), htmx=len(value) % 2 == 0)
    world.restore()
    look_at(world, actor, replace(row, form={}))
    look_at(world, actor, replace(row, form={f"{name}[]": value for name, value in row.form.items()}))


@pytest.mark.parametrize("row", [row for row in PAGES if row.query], ids=str)
def test_odd_values_in_an_address(world: World, row: Row) -> None:
    actor, query = inside(row), dict(parse_qsl(row.query))
    assert actor
    for field in query:
        for value in SPRAY:
            odd = urlencode({**query, field: value}).replace("%7Bsite%7D", "{site}")
            look_at(world, actor, replace(row, query=odd))


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_odd_headers(world: World, row: Row) -> None:
    actor = inside(row)
    assert actor
    for headers in HEADERS:
        look_at(world, actor, row, headers=headers)
