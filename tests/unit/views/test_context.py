"""The context panel: who is this customer, what was given, and making a profile from it."""

from __future__ import annotations

import re

import pytest

from tests.cast import House, Person, ask, chat, fresh
from tests.unit.views.dom import Element, look
from webapp import i18n
from webapp.domain import settings
from webapp.domain.chats import details, lifecycle
from webapp.domain.identity import facts, linking
from webapp.domain.identity.matching import WEIGHTS, compare_name
from webapp.domain.profiles import creating
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Conversation, Profile
from webapp.screens import evidence

JANE = ("Jane Doe", "jane.doe@example.com")


def panel(person: Person, conversation: Conversation, query: str = "") -> Element:
    answer = person.get(f"/conversations/{conversation.public_id}/context{query}", htmx=True)
    assert answer.status_code == 200
    return look(answer.text).the("context-panel")


def test_a_linked_customer_is_shown_with_her_profile_and_how_she_came_to_it(alice: Person, house: House) -> None:
    seen = panel(alice, chat(house, *JANE))
    assert seen["data-state"] == "linked"
    card = seen.the("profile-card")
    assert (card["data-profile"], card["data-customer-number"]) == (str(house.jane.id), house.jane.customer_number)
    assert card.the("profile-name").text == "Jane Doe"
    assert card.the("profile-email").text == "jane.doe@example.com"
    assert card.the("profile-phone").text == "+33 6 12 34 56 78"
    provenance = card.the("link-provenance", provenance="exact_match")
    assert "name and e-mail match" in provenance.text
    assert [item.text for item in provenance.all("candidate-evidence")] == ["Name is the same", "E-mail is the same"]
    assert seen.the("identity-level")["data-level"] == "typed"
    assert "Matches typed details, not proved" in seen.the("identity-level").text
    for action in ("unlink", "relink", "profile-edit"):
        assert seen.the(action)
    assert seen.all("candidate") == []
    assert len(seen.the("activity-log").all("activity-entry")) == 2


def test_whoever_linked_it_is_named(alice: Person, house: House) -> None:
    conversation = chat(house, "Jane D")
    linking.link(conversation, house.jane, "candidate", by=house.alice)
    assert "Alice" in panel(alice, conversation).the("link-provenance", provenance="candidate").text


def test_the_phone_is_shown_in_international_format_and_given_as_typed(alice: Person, house: House) -> None:
    creating.create(Given("Nora Blum", "nora@blum.example", "06 11 22 33 44"), region="FR")
    seen = panel(alice, chat(house, "Nora Blum", "nora@blum.example", "0611.22.33.44"))
    assert seen.the("profile-phone").text == "+33 6 11 22 33 44"
    assert seen.the("given-phone").text == "0611.22.33.44"


def test_blank_fields_are_not_given_and_a_made_up_name_says_so(alice: Person, house: House) -> None:
    seen = panel(alice, chat(house, email="jane.doe@example.com")).the("given-details")
    assert seen.the("given-name")["data-generated"] == "true"
    assert seen.the("given-phone").text == "not given"
    assert "data-generated" not in seen.the("given-email")


def test_what_the_customer_gave_before_is_kept_in_view(alice: Person, house: House) -> None:
    conversation = chat(house, "Jane Doe", phone="06 12 34 56 78")
    details.change(conversation, Given("Jane Doe", "", "07 81 20 44 19"), generated_name="x")
    details.change(fresh(conversation), Given("Jane Doux", "", "07 81 20 44 19"), generated_name="x")
    given = panel(alice, conversation).the("given-details")
    assert "before: 06 12 34 56 78" in given.text
    assert "before: Jane Doe" in given.text
    assert "changed" in given.text


def test_a_single_exact_match_that_came_later_is_put_first(alice: Person, house: House) -> None:
    conversation = chat(house, "Jane")
    assert panel(alice, conversation).all("candidate", strength="exact") == []
    details.change(conversation, Given(*JANE), generated_name="x")
    seen = panel(alice, conversation)
    first = seen.all("candidate")[0]
    assert first["data-strength"] == "exact"
    assert "Exact match" in first.text
    assert "now match one profile" in seen.the("why-not-linked").text


def test_two_exact_matches_are_both_offered(alice: Person, house: House) -> None:
    seen = panel(alice, chat(house, "John Smith", "john.smith@example.com"))
    assert seen["data-state"] == "candidates"
    assert len(seen.all("candidate", strength="exact")) == 2
    assert seen.the("why-not-linked").text == "Not linked automatically: 2 profiles match exactly."


def test_evidence_is_told_field_by_field(alice: Person, house: House) -> None:
    seen = panel(alice, chat(house, "Jane D", "jane.doe@example.com", "+33 7 81 20 44 19"))
    candidate = seen.the("candidate", customer_number=house.jane.customer_number, strength="partial")
    told = {item["data-field"]: item.text for item in candidate.all("candidate-evidence")}
    assert told == {
        "name": "Name: “Jane D” fits “Jane Doe” (last name shortened)",
        "email": "E-mail is the same",
        "phone": "Phone differs: +33 6 12 34 56 78",
    }
    assert seen.the("why-not-linked").text == "Not linked automatically: only the e-mail matches."


def test_what_the_profile_lacks_is_told_too(alice: Person, house: House) -> None:
    seen = panel(alice, chat(house, "John Smith", "j@example.net", "+44 7911 123456"))
    other = seen.the("candidate", customer_number=house.other_john.customer_number)
    assert other.the("candidate-evidence", field="phone").text == "No phone on the profile"


def test_near_ones_stand_apart(alice: Person, house: House) -> None:
    seen = panel(alice, chat(house, "Jane Do"))
    assert seen.the("candidate")["data-strength"] == "near"
    assert "Less likely" in seen.text


def test_a_rejected_exact_match_says_why_it_was_not_linked(alice: Person, house: House) -> None:
    first = chat(house, *JANE)
    linking.unlink(first, by=house.alice)
    lifecycle.end(first, by=house.alice)
    seen = panel(alice, chat(house, *JANE, visitor=first.visitor_id))
    assert seen.the("candidate")["data-strength"] == "rejected"
    assert "Rejected earlier (1)" in seen.text
    assert "somebody else" in seen.the("why-not-linked").text
    assert seen.the("candidate-link")
    assert seen.all("candidate-reject") == []


def test_the_last_customer_of_a_shared_browser_is_a_candidate(alice: Person, house: House) -> None:
    first = chat(house, *JANE)
    lifecycle.end(first, by=None)
    seen = panel(alice, chat(house, "Marc Antoine", "marc@antoine.example", visitor=first.visitor_id))
    remembered = seen.the("candidate", strength="remembered")
    assert "Last used in this browser" in remembered.text


def test_the_browsers_earlier_profile_is_offered_beside_the_one_that_was_typed(alice: Person, house: House) -> None:
    first = chat(house, *JANE)
    lifecycle.end(first, by=None)
    zoe = chat(house, "Zoé Lefèvre", "zoe.lefevre@example.com", visitor=first.visitor_id)
    seen = panel(alice, zoe)
    assert seen.the("profile-card")["data-customer-number"] == house.zoe.customer_number
    assert seen.the("candidate", strength="remembered")["data-customer-number"] == house.jane.customer_number


def test_whom_else_she_could_be_is_looked_for_when_somebody_asks(alice: Person, house: House) -> None:
    jane = chat(house, *JANE)
    details.change(jane, Given("Zoé Lefèvre", "zoe.lefevre@example.com"), generated_name="x")
    assert panel(alice, jane).all("candidate") == []
    asked = panel(alice, jane, "?page=1")
    assert asked["data-state"] == "linked"
    assert asked.the("candidate", strength="exact")["data-customer-number"] == house.zoe.customer_number


def test_whom_an_associate_rejected_is_not_offered_beside_the_link(alice: Person, house: House) -> None:
    first = chat(house, *JANE)
    lifecycle.end(first, by=None)
    second = chat(house, *JANE, visitor=first.visitor_id)
    linking.unlink(second, by=house.alice)
    lifecycle.end(second, by=None)
    zoe = chat(house, "Zoé Lefèvre", "zoe.lefevre@example.com", visitor=first.visitor_id)
    assert panel(alice, zoe).the("profile-card")["data-customer-number"] == house.zoe.customer_number
    assert panel(alice, zoe).all("candidate") == []
    rejected = panel(alice, zoe, "?page=1").the("candidate", strength="rejected")
    assert rejected["data-customer-number"] == house.jane.customer_number


def test_the_settings_are_named_when_they_forbid_the_link(alice: Person, house: House) -> None:
    settings.set_values({"automatic_linking": "off"}, by=None)
    seen = panel(alice, chat(house, *JANE))
    assert "settings" in seen.the("why-not-linked").text


def test_every_match_can_be_reached(alice: Person, house: House) -> None:
    for number in range(1, 13):
        creating.create(Given("Emma Martin", f"emma{number}@example.com"), region="FR")
    emma = chat(house, "Emma Martin")
    first = panel(alice, emma)
    assert len(first.all("candidate")) == 8
    assert "12 possible matches" in first.text
    assert first.the("candidates-more").text == "Show 4 more"
    second = panel(alice, emma, "?page=2")
    assert len(second.all("candidate")) == 12
    assert second.all("candidates-more") == []


def test_sixty_emmas_are_reached_page_by_page(alice: Person, house: House) -> None:
    for number in range(60):
        creating.create(Given("Emma Martin", f"emma{number}@example.com"), region="FR")
    emma, reached, page = chat(house, "Emma Martin"), 0, 1
    while True:
        seen = panel(alice, emma, f"?page={page}")
        more = seen.all("candidates-more")
        assert len(seen.all("candidate")) > reached
        reached = len({candidate["data-profile"] for candidate in seen.all("candidate")})
        if not more:
            break
        assert more[0].text == f"Show {60 - reached} more"
        page = int(more[0]["data-page"])
    assert reached == 60


def test_no_score_is_shown_to_anybody(alice: Person, house: House) -> None:
    seen = panel(alice, chat(house, "Jane D", "jane.doe@example.com"))
    candidate = seen.the("candidate", strength="partial")
    assert candidate.all("candidate-evidence")
    numbers = re.findall(r"\d+(?:[.,]\d+)?", candidate.text.replace(house.jane.customer_number, ""))
    assert numbers == []
    assert "%" not in seen.text


def test_with_nothing_to_offer_the_panel_offers_search_and_a_new_profile(alice: Person, house: House) -> None:
    seen = panel(alice, chat(house))
    assert seen["data-state"] == "none"
    assert seen.the("profile-search")
    assert seen.the("profile-create")
    assert seen.all("why-not-linked") == []


@pytest.mark.parametrize("name", ["Jane D", "Jane Doe"])
def test_before_she_accepts_the_panel_shows_all_and_links_nothing(alice: Person, house: House, name: str) -> None:
    conversation = ask(house, name, "jane.doe@example.com")
    seen = panel(alice, conversation)
    assert "Accept the chat" in seen.text
    for action in ("candidate-link", "candidate-reject", "unlink", "relink", "profile-create", "profile-search"):
        assert seen.all(action) == []


def test_in_french_it_is_all_french(alice: Person, house: House) -> None:
    house.alice.language = "fr"
    house.alice.save()
    seen = panel(alice, chat(house, "Jane D", "jane.doe@example.com"))
    assert "Donné dans cette conversation" in seen.text
    assert "Nom\u00a0: «\u00a0Jane D\u00a0» et «\u00a0Jane Doe\u00a0»".replace("\u00a0", " ") in seen.text.replace(
        "\u00a0", " "
    )


def test_search_as_she_types(alice: Person, house: House) -> None:
    conversation = chat(house)
    found = look(alice.get(f"/conversations/{conversation.public_id}/search?q=zoe+l", htmx=True).text)
    result = found.the("profile-search-result", customer_number=house.zoe.customer_number)
    assert result.the("profile-search-link")
    assert "1 profile found" in found.text
    nothing = look(alice.get(f"/conversations/{conversation.public_id}/search?q=qqqqq", htmx=True).text)
    assert "No profile for “qqqqq”" in nothing.text
    assert look(alice.get(f"/conversations/{conversation.public_id}/search?q=", htmx=True).text).text == ""


@pytest.mark.parametrize("part", ["context", "search?q=jane", "profile", "profile/edit"])
def test_who_may_not_open_the_chat_finds_no_panel(charlie: Person, house: House, part: str) -> None:
    conversation = chat(house, *JANE)
    assert charlie.get(f"/conversations/{conversation.public_id}/{part}", htmx=True).status_code == 404


def test_the_panel_has_an_address_of_its_own(alice: Person, house: House) -> None:
    conversation = chat(house, *JANE)
    page = look(alice.get(f"/conversations/{conversation.public_id}/context").text)
    assert page.the("context-panel")["data-state"] == "linked"
    assert alice.client.get("/conversations/none/context").status_code == 404


# ---- a new profile


def form(person: Person, conversation: Conversation) -> Element:
    answer = person.get(f"/conversations/{conversation.public_id}/profile", htmx=True)
    return look(answer.text).the("profile-form")


def values(form: Element) -> tuple[str, str, str]:
    name, email, phone = (form.the(f"profile-form-{field}")["value"] for field in ("name", "email", "phone"))
    return name, email, phone


def make(person: Person, conversation: Conversation, **fields: object) -> tuple[int, Element]:
    answer = person.post(f"/conversations/{conversation.public_id}/profile", fields)
    return answer.status_code, look(answer.text)


def test_the_form_is_filled_with_what_was_given(alice: Person, house: House) -> None:
    conversation = chat(house, "Nora Blum", "nora@blum.example", "06 11 22 33 44")
    assert values(form(alice, conversation)) == ("Nora Blum", "nora@blum.example", "06 11 22 33 44")
    assert form(alice, conversation).text.count("From the chat") == 3


def test_a_made_up_name_is_not_filled_in(alice: Person, house: House) -> None:
    assert values(form(alice, chat(house, email="nora@blum.example"))) == ("", "nora@blum.example", "")


def test_alice_makes_a_profile_and_can_take_it_back(alice: Person, house: House) -> None:
    conversation = chat(house, "Nora Blum")
    status, answer = make(alice, conversation, name="Nora Blum", email="nora@blum.example", phone="")
    assert status == 200
    assert answer.the("link-provenance")["data-provenance"] == "created"
    assert answer.the("undo", undoes="created")
    made = facts.current_link(conversation)
    assert made
    assert made.profile.customer_number == "C-1005"
    undone = alice.post(answer.the("undo", undoes="created")["hx-post"], {"conversation": conversation.public_id})
    assert look(undone.text).the("context-panel")["data-state"] != "linked"
    assert alice.get(f"/profiles/{made.profile_id}").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("name", " ", "Enter a name"), ("email", "nora@", "Enter an e-mail"), ("phone", "no", "Enter a phone number")],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(
    alice: Person, house: House, field: str, value: str, words: str
) -> None:
    typed = {"name": "Nora", "email": "nora@blum.example", "phone": "06 11 22 33 44"} | {field: value}
    status, answer = make(alice, chat(house), **typed)
    assert status == 422
    assert answer.the(f"profile-form-{field}")["aria-invalid"] == "true"
    assert "autofocus" in answer.the(f"profile-form-{field}")
    assert words in answer.text
    assert values(answer.the("profile-form")) == tuple(typed.values())
    assert Profile.select().count() == 4


def test_the_form_opens_with_whom_the_details_given_would_duplicate(alice: Person, house: House) -> None:
    conversation = chat(house, "Nora Blum", "", "06 12 34 56 78")
    seen = look(alice.get(f"/conversations/{conversation.public_id}/profile", htmx=True).text)
    assert "Jane Doe" in seen.the("profile-form-duplicates").text
    assert seen.the("profile-form-submit")
    assert seen.all("profile-form-create-anyway") == []  # the second step comes second
    status, answer = make(alice, conversation, name="Nora Blum", email="", phone="06 12 34 56 78")
    assert status == 200
    assert answer.the("profile-form-create-anyway")


def test_what_it_would_duplicate_is_shown_first(alice: Person, house: House) -> None:
    conversation = chat(house)
    typed = {"name": "Nora Blum", "email": "nora@blum.example", "phone": "06 12 34 56 78"}
    status, answer = make(alice, conversation, **typed)
    assert status == 200
    assert "Jane Doe" in answer.the("profile-form-duplicates").text
    assert answer.all("profile-form-submit") == []
    assert values(answer.the("profile-form")) == tuple(typed.values())
    assert Profile.select().count() == 4
    shown = {e["name"]: e["value"] for e in answer.walk() if e.attributes.get("type") == "hidden"}
    status, answer = make(alice, conversation, **typed, **shown, anyway="yes")
    assert answer.the("link-provenance")["data-provenance"] == "created"


def test_a_form_changed_after_the_warning_is_looked_at_anew(alice: Person, house: House) -> None:
    conversation = chat(house)
    _, answer = make(alice, conversation, name="Nora Blum", email="", phone="06 12 34 56 78")
    shown = {e["name"]: e["value"] for e in answer.walk() if e.attributes.get("type") == "hidden"}
    fields = {"name": "Nora Blum", "email": "zoe.lefevre@example.com", "phone": "", "anyway": "yes"}
    _, answer = make(alice, conversation, **fields, **shown)
    assert "Zoé Lefèvre" in answer.the("profile-form-duplicates").text
    assert Profile.select().count() == 4


def test_nobody_makes_a_profile_before_accepting(alice: Person, house: House) -> None:
    status, answer = make(alice, ask(house, "Nora Blum"), name="Nora Blum", email="", phone="")
    assert status == 409
    assert "Accept the chat first" in answer.text
    assert Profile.select().count() == 4


# ---- editing in the panel


def test_the_linked_profile_is_edited_in_the_panel_and_the_way_leads_back(alice: Person, house: House) -> None:
    conversation = chat(house, *JANE)
    seen = look(alice.get(f"/conversations/{conversation.public_id}/profile/edit", htmx=True).text)
    assert seen.the("profile-field-name")["value"] == "Jane Doe"
    assert seen.the("edit-back")["hx-get"] == f"/conversations/{conversation.public_id}/context"
    assert seen.the("given-details")
    unlinked = chat(house)
    assert alice.get(f"/conversations/{unlinked.public_id}/profile/edit", htmx=True).status_code == 404


# ---- every level has its words


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_level_has_a_sentence(language: str) -> None:
    known = i18n.words(language).texts
    keys = {f"evidence.{field}.{reason}" for field in WEIGHTS for reason in evidence.reasons(field)}
    assert keys - known.keys() == set()


def test_which_name_is_shortened_is_told() -> None:
    assert evidence.reason(compare_name("Jane D", "Jane Doe")) == "initial_last"
    assert evidence.reason(compare_name("J Doe", "Jane Doe")) == "initial_first"
