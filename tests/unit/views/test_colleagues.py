"""Several people at one customer: what each is told of the others, and what is hers alone."""

from __future__ import annotations

import pytest

from tests.cast import House, Person, ask, chat, fresh
from tests.unit.views.dom import Element, look
from webapp.domain.chats import details, lifecycle
from webapp.domain.identity import creation, facts, linking
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Conversation

JANE = ("Jane Doe", "jane.doe@example.com")
NEW = "jane@new.example"


@pytest.fixture
def jane_again(house: House) -> Conversation:
    """Jane, back in the same browser, with another e-mail."""
    first = chat(house, *JANE)
    lifecycle.end(first, by=None)
    return chat(house, "Jane Doe", NEW, visitor=first.visitor_id)


def panel(person: Person, conversation: Conversation) -> Element:
    answer = person.get(f"/conversations/{conversation.public_id}/context", htmx=True)
    return look(answer.text).the("context-panel")


def begun(seen: Element) -> str:
    """The link that a form was opened with."""
    (notice,) = [element["data-begun"] for element in seen.walk() if "data-begun" in element]
    return notice


def link_of(conversation: Conversation) -> str:
    link = facts.current_link(conversation)
    return str(link.id) if link else "0"


# ---- the chat is linked to somebody else


def test_the_panel_knows_who_linked_it_last_and_to_whom(alice: Person, nadia: Person, house: House) -> None:
    conversation = chat(house, *JANE)
    seen = panel(alice, conversation)
    assert seen["data-link"] == link_of(conversation)
    assert "data-moved" not in seen  # a rule linked it, before anybody could look
    linking.link(conversation, house.john, "search", by=house.nadia)
    seen = panel(alice, conversation)
    assert seen["data-link"] == link_of(conversation)
    assert seen["data-moved"] == "Nadia moved this chat to John Smith."
    assert seen["data-linked"] == "Nadia linked this chat to John Smith."
    assert "data-mine" not in seen
    assert "data-mine" in panel(nadia, conversation)


def test_who_unlinked_it_is_named(alice: Person, house: House) -> None:
    conversation = chat(house, *JANE)
    linking.unlink(conversation, by=house.nadia)
    seen = panel(alice, conversation)
    assert (seen["data-link"], seen["data-unlinked"]) == ("0", "Nadia unlinked this chat from Jane Doe.")


def test_a_form_says_whom_it_is_about_and_which_link_it_began_with(alice: Person, house: House) -> None:
    conversation = chat(house, *JANE)
    edited = look(alice.get(f"/conversations/{conversation.public_id}/profile/edit", htmx=True).text)
    assert begun(edited) == edited.the("context-panel")["data-link"] == link_of(conversation)
    assert "You are editing Jane Doe." in edited.text
    linking.unlink(conversation, by=house.nadia)
    made = look(alice.get(f"/conversations/{conversation.public_id}/profile", htmx=True).text)
    assert begun(made) == "0"
    assert "You are filling in a new profile." in made.text


@pytest.mark.parametrize("typed", [{"name": ""}, {"name": "Jane Doe"}], ids=["to be mended", "a duplicate"])
def test_a_form_that_comes_back_remembers_how_it_began(alice: Person, house: House, typed: dict[str, str]) -> None:
    conversation = chat(house, "Nora Blum")
    linking.link(conversation, house.zoe, "search", by=house.nadia)
    fields = {"email": "", "phone": ""} | typed
    for link in ("0", "nonsense"):
        answer = look(alice.post(f"/conversations/{conversation.public_id}/profile", fields | {"link": link}).text)
        assert answer.the("profile-form")
        assert begun(answer) == "0" != link_of(conversation)


def test_a_profile_made_here_and_a_name_left_blank_are_named_too(alice: Person, house: House) -> None:
    conversation = chat(house, "Nora")
    creation.create_from(conversation, Given("Nora Blum"), by=house.nadia)
    assert panel(alice, conversation)["data-linked"] == "Nadia linked this chat to Nora Blum."


# ---- the banner


def test_only_the_row_that_moved_on_carries_the_remark(alice: Person, house: House, jane_again: Conversation) -> None:
    details.change(jane_again, Given("Jane D", NEW), generated_name="x")
    stale = {"given": "jane@older.example", "held": "jane.doe@example.com", "how": "replace"}
    answer = alice.post(f"/conversations/{jane_again.public_id}/conflicts/email", stale)
    seen = look(answer.text)
    assert "Check the new value" in seen.the("conflict-row", field="email").text
    assert "Check the new value" not in seen.the("conflict-row", field="name").text


def test_a_fold_is_kept_under_the_name_of_who_folds(alice: Person, dana: Person, jane_again: Conversation) -> None:
    folds = {panel(person, jane_again).the("conflict-fold")["data-folds"] for person in (alice, dana)}
    assert len(folds) == 2


def test_asking_is_about_what_was_given_and_never_about_what_the_profile_holds(
    alice: Person, house: House, jane_again: Conversation
) -> None:
    ask_her = panel(alice, jane_again).the("conflict-ask")
    assert ask_her["data-question"] == f"May I check a detail with you? Is your e-mail address {NEW}?"
    details.change(jane_again, Given("Jane D", NEW), generated_name="x")
    question = panel(alice, jane_again).the("conflict-ask")["data-question"]
    assert question == f"May I check 2 details with you? Is your name Jane D? Is your e-mail address {NEW}?"
    assert "jane.doe@example.com" not in question


@pytest.mark.parametrize(("locale", "begins"), [("fr", "Puis-je vérifier"), ("de", "May I check"), ("en", "May I")])
def test_asking_speaks_the_customers_language(
    alice: Person, jane_again: Conversation, locale: str, begins: str
) -> None:
    Conversation.update(locale=locale).where(Conversation.id == jane_again.id).execute()
    seen = panel(alice, jane_again).the("conflict-ask")
    assert seen["data-question"].startswith(begins)
    assert seen.text == "Ask the customer"


def test_only_who_can_write_to_the_customer_can_ask(
    alice: Person, dana: Person, house: House, jane_again: Conversation
) -> None:
    assert panel(alice, jane_again).the("conflict-ask")
    seen = panel(dana, jane_again)
    assert seen.the("conflict-banner")
    assert seen.all("conflict-ask") == []
    lifecycle.end(jane_again, by=house.alice)
    assert panel(alice, fresh(jane_again)).all("conflict-ask") == []
    waiting = ask(house, "Jane Doe", NEW, visitor=jane_again.visitor_id)
    seen = panel(alice, waiting)
    assert seen.the("conflict-banner")
    assert seen.all("conflict-ask") == []
