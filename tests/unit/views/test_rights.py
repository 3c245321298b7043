"""A person's record is handed out, and erased, by managers only, and nobody goes on seeing who is gone."""

from __future__ import annotations

import json
import re

import pytest
from werkzeug.test import TestResponse

from tests.cast import House, Person, chat
from tests.unit.views.dom import look
from webapp.auth import viewer_of
from webapp.domain.chats import lifecycle
from webapp.domain.db import listeners
from webapp.domain.identity import linking
from webapp.domain.profiles import editing
from webapp.domain.rights import disk, erasure
from webapp.domain.tables import ActivityEntry, AuditEntry, Profile, SignIn
from webapp.live import catching_up, pushes


def export(person: Person, profile: Profile, **form: object) -> TestResponse:
    return person.post(f"/profiles/{profile.id}/export", dict(form), htmx=False)


def erase(person: Person, profile: Profile, number: str, *, htmx: bool = True) -> TestResponse:
    return person.post(f"/profiles/{profile.id}/erase", {"number": number}, htmx=htmx)


def noted() -> list[AuditEntry]:
    return list(AuditEntry.select().where(AuditEntry.action.startswith("person")))


def is_there(profile: Profile) -> bool:
    return Profile.get_by_id(profile.id).name != ""


def test_managers_find_the_way_on_the_page_of_a_profile(dana: Person, alice: Person, house: House) -> None:
    way = look(dana.get(f"/profiles/{house.jane.id}").text).the("profile-record")["href"]
    assert dana.get(way).text.startswith("<!doctype html>")
    assert dana.get(way, htmx=True).text.startswith("<title>")
    assert not look(alice.get(f"/profiles/{house.jane.id}").text).all("profile-record")


def test_for_an_associate_it_does_not_exist(alice: Person, house: House) -> None:
    assert alice.get(f"/profiles/{house.jane.id}/record").status_code == 404
    assert export(alice, house.jane, format="json").status_code == 404
    assert erase(alice, house.jane, "C-1001").status_code == 404
    assert alice.get("/profiles/erased").status_code == 404
    assert is_there(house.jane)
    assert not noted()


@pytest.mark.parametrize(("kind", "type"), [("html", "text/html; charset=utf-8"), ("json", "application/json")])
def test_the_record_is_a_file_that_nobody_keeps(dana: Person, house: House, kind: str, type: str) -> None:
    answer = export(dana, house.jane, format=kind)
    assert answer.status_code == 200
    headers = answer.headers
    assert headers["Content-Type"] == type
    assert headers["Content-Disposition"] == f'attachment; filename="record-C-1001.{kind}"'
    assert headers["Cache-Control"] == "no-store"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "jane.doe@example.com" in answer.text
    (entry,) = noted()
    assert (entry.action, entry.associate) == ("person_exported", house.dana)
    assert entry.subject == f"profile #{house.jane.id}"  # her number would outlive her erasure


def test_a_number_that_is_no_file_name_becomes_one(dana: Person, house: House) -> None:
    Profile.update(customer_number='../é"\r\n/x').where(Profile.id == house.jane.id).execute()
    assert export(dana, house.jane, format="json").headers["Content-Disposition"].endswith('"record-x.json"')
    Profile.update(customer_number="…").where(Profile.id == house.jane.id).execute()
    name = export(dana, house.jane, format="json").headers["Content-Disposition"]
    assert name.endswith(f'"record-{house.jane.id}.json"')


@pytest.mark.parametrize("form", [{}, {"format": "pdf"}, {"format": "html", "language": "xx"}])
def test_a_form_that_is_none_is_refused(dana: Person, house: House, form: dict[str, object]) -> None:
    assert export(dana, house.jane, **form).status_code == 422
    assert not noted()


@pytest.mark.parametrize(("language", "word"), [("en", "Personal data of"), ("fr", "Données personnelles de")])
def test_the_document_reads_by_itself(dana: Person, house: House, language: str, word: str) -> None:
    first = chat(house, "Jane Doe", "jane.doe@example.com", message="<b>two\nlines</b>")
    linking.unlink(first, by=house.alice)
    linking.link(first, house.jane, "search", by=house.alice)
    lifecycle.end(first, by=None)
    editing.change(house.jane, "phone", "", seen="+33 6 12 34 56 78", by=house.alice)
    text = export(dana, house.jane, format="html", language=language).text
    seen = look(text)
    assert f"{word} Jane Doe" in seen.text
    assert "&lt;b&gt;two<br>lines&lt;/b&gt;" in text
    assert not re.search(r"<(script|style|link|img|iframe)\b|\b(src|href|style)=|\bon\w+=", text)
    assert f'lang="{language}"' in text
    assert "Martin" not in seen.text


def test_json_is_json(dana: Person, house: House) -> None:
    Profile.update(name="Zoë “Z” O’Neill \u2028 שלום").where(Profile.id == house.jane.id).execute()
    text = export(dana, house.jane, format="json").text
    assert json.loads(text)["name"] == "Zoë “Z” O’Neill \u2028 שלום"
    assert "שלום" in text


def test_before_erasing_one_sees_what_goes(dana: Person, house: House) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    seen = look(dana.get(f"/profiles/{house.jane.id}/record").text)
    assert seen.the("erase-running")
    assert not seen.all("erase-submit")
    lifecycle.end(conversation, by=None)
    apart = chat(house, "Somebody", "Jane.Doe@example.com")
    seen = look(dana.get(f"/profiles/{house.jane.id}/record").text)
    assert "1 chat" in seen.the("erase-goes").text
    assert "1 message" in seen.the("erase-goes").text
    assert "Left" in seen.the("erase-left").text
    assert apart.candidate_count == 1


@pytest.mark.parametrize("typed", ["", "C-1002", "jane", "x" * 10_000, "\0"])
def test_another_number_erases_nobody_and_says_so_beside_the_field(dana: Person, house: House, typed: str) -> None:
    answer = erase(dana, house.jane, typed)
    assert answer.status_code == 422
    seen = look(answer.text)
    field = seen.the("erase-number")
    assert (field["aria-invalid"], field["value"]) == ("true", typed)
    assert seen.the("field-error")["id"] in field["aria-describedby"]
    assert is_there(house.jane)


def test_erasing_leads_to_the_profiles_with_a_word(dana: Person, house: House) -> None:
    answer = erase(dana, house.jane, " c-1001 ")
    assert answer.status_code == 200
    assert answer.headers["HX-Push-Url"] == "/profiles"
    assert "data is erased" in answer.text
    assert "C-1002" in answer.text
    assert "C-1001" not in answer.text
    assert not is_there(house.jane)


def test_it_works_without_a_script(dana: Person, house: House) -> None:
    answer = erase(dana, house.jane, "C-1001", htmx=False)
    assert answer.status_code == 303
    seen = look(dana.get(answer.headers["Location"]).text)
    assert seen.the("erased").text.endswith("is erased.")
    assert look(dana.get("/profiles/erased?disk=<b>").text).the("erased")


@pytest.mark.parametrize("left", [disk.BUSY, disk.LARGE])
def test_what_could_not_be_taken_off_the_disk_yet_is_said(
    dana: Person, house: House, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    monkeypatch.setattr(disk, "forget_on_disk", lambda: left)
    assert "rapport erase --disk" in erase(dana, house.jane, "C-1001").text


def test_who_was_erased_is_not_found(dana: Person, house: House) -> None:
    erase(dana, house.jane, "C-1001")
    assert erase(dana, house.jane, "C-1001").status_code == 404
    assert export(dana, house.jane, format="json").status_code == 404
    for path in ("", "/record", "/details", "/edit", "/activity"):
        assert dana.get(f"/profiles/{house.jane.id}{path}").status_code == 404


def test_a_chat_that_began_meanwhile_stands_in_the_way(dana: Person, house: House) -> None:
    chat(house, "Jane Doe", "jane.doe@example.com")
    answer = erase(dana, house.jane, "C-1001")
    assert answer.status_code == 409
    assert "still open" in answer.text
    assert is_there(house.jane)


def test_what_was_linked_to_an_erased_chat_cannot_be_undone(alice: Person, house: House) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    linking.link(conversation, house.zoe, "search", by=house.alice)
    linking.link(conversation, house.jane, "search", by=house.alice)
    lifecycle.end(conversation, by=None)
    erasure.erase(house.jane, by=house.dana)
    assert alice.get(f"/profiles/{house.zoe.id}").status_code == 200
    for entry in ActivityEntry.select().where(ActivityEntry.profile == house.zoe):
        assert alice.post(f"/activity/{entry.id}/undo").status_code == 404


def test_everybody_who_was_looking_is_told(alice: Person, house: House) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    lifecycle.end(conversation, by=None)
    waiting = chat(house, "Jane Doe", "")
    viewer = viewer_of(SignIn.get(SignIn.associate == alice.associate))
    happened: list[object] = []
    listeners.append(happened.extend)
    erasure.erase(house.jane, by=house.dana)
    linking.recount_all()  # as the erasure lets be done afterwards
    listeners.pop()
    news: dict[str, str] = {}
    for push in pushes.for_events(happened):
        if push.group(viewer) is not None:
            news[push.topic] = push.content(viewer) or ""
    gone = news[f"profile:{house.jane.id}"]
    assert "no longer there" in gone
    assert 'hx-swap="outerHTML"' in gone  # also what was being edited in it
    assert "no longer open" in news[f"conversation:{conversation.public_id}"]
    assert 'hx-swap="delete"' in news[f"context:{conversation.public_id}"]
    assert 'data-state="none"' in news[f"context:{waiting.public_id}"]
    assert "inbox:all" in news
    assert not any("jane.doe@example.com" in content for content in news.values())


def test_whoever_was_away_meanwhile_is_told_on_coming_back(alice: Person, house: House) -> None:
    viewer = viewer_of(SignIn.get(SignIn.associate == alice.associate))
    erasure.erase(house.jane, by=house.dana)
    (part,) = catching_up.lacking(viewer, {f"profile:{house.jane.id}": {}})
    assert "no longer there" in part
