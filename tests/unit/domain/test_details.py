"""What the customer says about herself, version by version."""

from __future__ import annotations

import pytest

from tests.cast import House, ask, chat, fresh
from webapp.domain.chats import details, lifecycle, threads
from webapp.domain.errors import Refused
from webapp.domain.events import CandidatesCounted, DetailsChanged
from webapp.domain.identity import facts, linking
from webapp.domain.profiles import records
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import ContactDetails, Conversation, Message

JANE = ("Jane Doe", "jane.doe@example.com")


def says(conversation: Conversation, *given: str, generated: str = "Visitor 99999999") -> bool:
    return details.change(conversation, Given(*given), generated_name=generated)


def versions(conversation: Conversation) -> list[tuple[int, str, bool, str, str]]:
    rows = (
        ContactDetails.select().where(ContactDetails.conversation == conversation).order_by(ContactDetails.id)
    )
    return [(row.version, row.name, row.name_generated, row.email, row.phone) for row in rows]


def test_each_version_is_kept_as_it_was_submitted(house: House, told: list[object]) -> None:
    conversation = chat(house, "jane d", "Jane@Example.com")
    first = ContactDetails.get()
    told.clear()
    assert says(conversation, "jane d", "jane@work.example", "n° 06 12 34 56 78")
    assert says(conversation, "Jane Doe", "jane@work.example", "n° 06 12 34 56 78")
    assert versions(conversation) == [
        (1, "jane d", False, "Jane@Example.com", ""),
        (2, "jane d", False, "jane@work.example", "n° 06 12 34 56 78"),
        (3, "Jane Doe", False, "jane@work.example", "n° 06 12 34 56 78"),
    ]
    assert ContactDetails.get_by_id(first.id).submitted_at == first.submitted_at
    lines = list(Message.select().where(Message.kind == "details_changed").order_by(Message.id))
    assert [(line.lane, line.data["fields"]) for line in lines] == [
        ("staff", ["email", "phone"]),
        ("staff", ["name"]),
    ]
    assert told == [DetailsChanged(conversation.id, line.id) for line in lines]


def test_saving_the_same_again_changes_nothing(house: House, told: list[object]) -> None:
    conversation = chat(house, *JANE)
    told.clear()
    assert not says(conversation, *JANE)
    assert (len(versions(conversation)), told) == (1, [])


def test_a_name_left_blank_is_filled_and_stays_the_same_while_it_is_blank(house: House) -> None:
    conversation = chat(house)
    assert versions(conversation) == [(1, "Visitor 48213127", True, "", "")]
    assert not says(conversation)
    says(conversation, "", "jane@example.com")
    says(conversation, "  ", "jane@work.example")
    assert [row[1:3] for row in versions(conversation)] == [("Visitor 48213127", True)] * 3
    says(conversation, "Jane")
    says(conversation, "")
    assert [row[1:3] for row in versions(conversation)[3:]] == [("Jane", False), ("Visitor 99999999", True)]


@pytest.mark.parametrize("name", ["🙂", "-", ".", "???"])
def test_a_name_without_letters_is_kept_as_it_was_typed(house: House, name: str) -> None:
    assert versions(chat(house, name)) == [(1, name, False, "", "")]


def test_details_never_change_a_profile_and_never_link(house: House) -> None:
    conversation = chat(house, "Somebody")
    says(conversation, *JANE, "+33 1 11 11 11 11")
    assert facts.current_link(conversation) is None
    record = records.of(house.jane)
    assert (record.name, record.email, record.phone) == (*JANE, "+33 6 12 34 56 78")


def test_candidates_are_counted_anew(house: House, told: list[object]) -> None:
    conversation = chat(house, "Somebody")
    assert fresh(conversation).candidate_count == 0
    says(conversation, "John Smith")
    assert fresh(conversation).candidate_count == 0  # not while she waits for the answer
    told.clear()
    linking.recount(conversation.id)
    assert fresh(conversation).candidate_count == 2
    assert told == [CandidatesCounted(conversation.id)]
    linking.recount(conversation.id)
    assert told == [CandidatesCounted(conversation.id)]  # once: nothing is new


def test_candidates_that_nobody_sees_are_not_counted_until_the_link_is_undone(house: House) -> None:
    conversation = chat(house, *JANE)
    says(conversation, "John Smith")
    linking.recount(conversation.id)
    assert fresh(conversation).candidate_count == 1  # as it was: she is linked
    linking.unlink(fresh(conversation), by=house.alice)
    assert fresh(conversation).candidate_count == 2


def test_a_count_of_former_details_is_not_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = chat(house, "John Smith")
    says(conversation, "Zoé Lefèvre")

    def meanwhile(stale: Conversation) -> int:
        monkeypatch.undo()
        says(stale, "Nobody at all")
        return 1

    monkeypatch.setattr(linking, "_number_of_candidates", meanwhile)
    linking.recount(conversation.id)
    assert fresh(conversation).candidate_count == 2  # what it was before all this
    linking.recount(conversation.id)
    assert fresh(conversation).candidate_count == 0


def test_the_customer_sees_no_gap_when_her_details_change(house: House) -> None:
    conversation = chat(house, "Somebody")
    before = fresh(conversation).seq
    says(conversation, "John Smith")
    assert (fresh(conversation).seq, fresh(conversation).staff_seq) == (before, 1)


def test_details_may_change_while_waiting_and_not_after_the_end(house: House) -> None:
    conversation = ask(house, "Somebody")
    assert says(conversation, "Jane")
    lifecycle.end(conversation, by=None)
    with pytest.raises(Refused) as refusal:
        says(conversation, "Zoé")
    assert refusal.value.code == "chat_ended"
    assert len(versions(conversation)) == 2


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ((), "anonymous"),
        (("Jane",), "typed"),
        (("", "j@example.com"), "typed"),
        (("", "", "0612345678"), "typed"),
    ],
)
def test_the_identity_level_says_whether_anything_was_typed(
    house: House, given: tuple[str, ...], level: str
) -> None:
    assert chat(house, *given).identity_level == level


def test_the_level_follows_the_details_and_a_link_never_raises_it(house: House) -> None:
    conversation = chat(house)
    says(conversation, *JANE)
    assert fresh(conversation).identity_level == "typed"
    assert chat(house, *JANE).identity_level == "typed"


def test_what_a_channel_attested_stays_attested(house: House) -> None:
    conversation = threads.begin("whatsapp", house.lyon, Given("Jane"), "Hello", "w-1", generated_name="")
    says(conversation, "Jane Doe")
    assert fresh(conversation).identity_level == "attested"
