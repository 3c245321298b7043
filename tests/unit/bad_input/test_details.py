"""Names, e-mails and phones, wherever they are typed: one rule for the widget's forms and for the workspace's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from werkzeug.test import TestResponse

from tests.unit.access.world import World
from tests.unit.views.customer import errors
from tests.unit.views.dom import Element
from webapp.domain.tables import ContactDetails, ContactPoint, Profile

from .corpus import Line, lines
from .looking import harmless, in_time, letters

FIELDS = ("name", "email", "phone")
ROWS = [pytest.param(field, line, id=str(line)) for field in FIELDS for line in lines(field)]


@dataclass(frozen=True)
class Form:
    """A form: how it is sent with one field filled in, and the field in it that keeps what was typed."""

    send: Callable[[World, str, str], TestResponse]
    keeps: str


def start(world: World, field: str, value: str) -> TestResponse:
    form = {"message": "Hello!", "client_id": "x", field: value}
    return world.send("nobody", "POST", "/widget/chats?key={site}".format_map(world.ids), form, htmx=True)


def save(world: World, field: str, value: str) -> TestResponse:
    path = "/widget/chats/{chat}/details?key={site}".format_map(world.ids)
    return world.send("jane", "POST", path, {field: value}, htmx=True)


def create(world: World, field: str, value: str) -> TestResponse:
    given = {"name": "Ada Lovelace", "email": "", "phone": ""} | {field: value}
    sure = {"anyway": "yes"} | {f"warned_{name}": typed for name, typed in given.items()}
    return world.send("alice", "POST", "/conversations/{chat}/profile".format_map(world.ids), given | sure, htmx=True)


FORMS = {
    "before a chat": Form(start, "prechat"),
    "your details": Form(save, "details"),
    "a new profile": Form(create, "profile-form"),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize(("field", "line"), ROWS)
def test_a_form_keeps_it_or_says_at_its_field_what_to_mend(world: World, form: Form, field: str, line: Line) -> None:
    with in_time():
        answer = form.send(world, field, line.payload)
    page = harmless(answer.text)
    if line.kept is None:
        assert answer.status_code == 422
        box = page.the(f"{form.keeps}-{field}")
        assert box["value"] == line.payload  # nothing typed is lost
        (error,) = [element for element in page.walk() if element.attributes.get("id") == box["aria-describedby"]]
        assert error.text
        assert errors(answer.text).keys() <= {field}
        return
    assert answer.status_code == 200
    assert stored(field, form) == line.kept
    if form.keeps == "details":
        panel = world.send("alice", "GET", "/conversations/{chat}/context".format_map(world.ids), htmx=True)
        page = harmless(panel.text)
        assert given(page, f"given-{field}") == line.kept


def stored(field: str, form: Form) -> str:
    """The newest of what was stored in the field."""
    if form.keeps != "profile-form":
        return str(getattr(ContactDetails.select().order_by(ContactDetails.id.desc()).get(), field))
    profile = Profile.select().order_by(Profile.id.desc()).get()
    if field == "name":
        return str(profile.name)
    points = ContactPoint.select().where(ContactPoint.profile == profile, ContactPoint.kind == field)
    return "".join(str(point.value) for point in points)


def given(page: Element, test_id: str) -> str:
    text = letters(page.the(test_id)).strip(" \n")
    return "" if text in ("not given", "no e-mail", "—") else text


@pytest.mark.parametrize(("field", "line"), ROWS)
def test_a_field_of_a_profile_saves_itself_or_says_why_not(world: World, field: str, line: Line) -> None:
    path, held = "/profiles/{lacking}/fields/".format_map(world.ids) + field, {"name": "lacking-name",
        "email": "lacking-email"}  # fmt: skip
    form = {"value": line.payload, "seen": world.ids[held[field]] if field in held else ""}
    with in_time():
        answer = world.send("alice", "POST", path, form, htmx=True)
    page = harmless(answer.text)
    if line.kept is None:
        assert answer.status_code == 422
        assert page.the("field-status", field=field)["data-state"] == "invalid"
        assert any("field__error" in element.attributes.get("class", "") for element in page.walk())
        return
    assert answer.status_code == 200
    profile = Profile.get_by_id(int(world.ids["lacking"]))
    points = [str(point.value) for point in profile.contact_points if point.kind == field]
    assert ([str(profile.name)] if field == "name" else points or [""]) == [line.kept]
    if field != "phone":
        page = harmless(world.send("alice", "GET", f"/profiles/{profile.id}").text)
        assert line.kept in [given(page, f"profile-{field}") if page.all(f"profile-{field}") else ""]


@pytest.mark.parametrize(("field", "line"), [row for row in ROWS if row.values[0] != "name"])
def test_another_address_is_added_or_refused_with_what_was_typed(world: World, field: str, line: Line) -> None:
    path = "/profiles/{profile}/contact-points".format_map(world.ids)
    with in_time():
        answer = world.send("alice", "POST", path, {"kind": field, "value": line.payload}, htmx=True)
    page = harmless(answer.text)
    if not line.kept:
        assert answer.status_code == 422
        assert line.payload in [element.attributes.get("value") for element in page.walk()]
        assert any("field__error" in element.attributes.get("class", "") for element in page.walk())
        return
    assert answer.status_code == 200
    assert line.kept in [str(point.value) for point in Profile.get_by_id(int(world.ids["profile"])).contact_points]
