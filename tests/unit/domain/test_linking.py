"""Linking a conversation and moving it: the chat is in one log, and both logs say what happened."""

from __future__ import annotations

from functools import partial

import pytest

from tests.cast import House, ask, chat, fresh
from webapp.domain.chats import lifecycle, threads
from webapp.domain.errors import NotFound, Refused
from webapp.domain.events import CandidateRejected, ConversationLinked, ConversationUnlinked
from webapp.domain.identity import candidates, creation, facts, linking
from webapp.domain.profiles import activity, creating
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import ActivityEntry, Conversation, Link, Message, Profile, Rejection

from .conftest import AtOnce

JANE = ("Jane Doe", "jane.doe@example.com")


def log(profile: Profile) -> list[str]:
    return [str(entry.kind) for entry in activity.page(profile, limit=50).entries]


def linked_to(conversation: Conversation) -> tuple[int, str] | None:
    link = facts.current_link(conversation)
    return (link.profile_id, str(link.provenance)) if link else None


def rejected(conversation: Conversation) -> set[int]:
    return candidates.rejected_profiles(conversation.visitor_id)


def staff_lines(conversation: Conversation) -> list[str]:
    lines = Message.select().where(Message.conversation == conversation, Message.lane == "staff")
    return [str(line.kind) for line in lines.order_by(Message.seq)]


def entry_of(profile: Profile, kind: str) -> ActivityEntry:
    return next(entry for entry in activity.page(profile, limit=50).entries if entry.kind == kind)


def test_alice_links_a_candidate(house: House, told: list[object]) -> None:
    conversation = chat(house, "Zoé Lefèvre")
    told.clear()
    entry = linking.link(conversation, house.zoe, "candidate", by=house.alice)
    link = facts.current_link(conversation)
    assert link
    assert (link.profile_id, link.provenance, link.made_by) == (house.zoe.id, "candidate", house.alice)
    assert [line["verdict"] for line in link.evidence] == ["exact", "blank", "blank"]
    assert (entry.kind, entry.associate, entry.data["provenance"]) == ("linked", house.alice, "candidate")
    assert log(house.zoe) == ["linked", "chat"]
    assert staff_lines(conversation) == ["linked"]
    assert told == [
        ConversationLinked(conversation.id, house.zoe.id, Message.get(Message.kind == "linked").id)
    ]


def test_moving_a_chat_moves_its_entry_and_both_logs_say_so(house: House, told: list[object]) -> None:
    conversation = chat(house, *JANE)
    assert log(house.jane) == ["linked", "chat"]
    told.clear()
    linking.link(conversation, house.zoe, "search", by=house.alice)
    assert linked_to(conversation) == (house.zoe.id, "search")
    assert log(house.jane) == ["unlinked", "linked"]
    assert log(house.zoe) == ["linked", "chat"]
    left = entry_of(house.jane, "unlinked")
    assert (left.data["moved_to"], left.data["moved_to_name"]) == (house.zoe.id, "Zoé Lefèvre")
    assert rejected(conversation) == {house.jane.id}
    line = Message.select().where(Message.kind == "linked").order_by(Message.id.desc()).get()
    assert told == [ConversationLinked(conversation.id, house.zoe.id, line.id, moved_from=house.jane.id)]


def test_unlinking_takes_the_chat_out_of_the_log_and_remembers_the_pair(
    house: House, told: list[object]
) -> None:
    conversation = chat(house, *JANE)
    assert fresh(conversation).candidate_count == 1
    told.clear()
    linking.unlink(conversation, by=house.alice)
    assert linked_to(conversation) is None
    assert log(house.jane) == ["unlinked", "linked"]
    assert rejected(conversation) == {house.jane.id}
    assert fresh(conversation).candidate_count == 0
    assert staff_lines(conversation) == ["linked", "unlinked"]
    line = Message.get(Message.kind == "unlinked")
    assert told == [ConversationUnlinked(conversation.id, house.jane.id, line.id)]
    with pytest.raises(Refused) as refusal:
        linking.unlink(conversation, by=house.alice)
    assert refusal.value.code == "not_linked"


def test_a_rejected_profile_can_still_be_chosen_and_is_then_forgiven(house: House) -> None:
    conversation = chat(house, *JANE)
    linking.unlink(conversation, by=house.alice)
    linking.link(conversation, house.jane, "candidate", by=house.alice)
    assert linked_to(conversation) == (house.jane.id, "candidate")
    assert rejected(conversation) == set()
    assert log(house.jane) == ["linked", "unlinked", "linked", "chat"]


def test_links_are_a_journal(house: House) -> None:
    conversation = chat(house, *JANE)
    linking.link(conversation, house.zoe, "search", by=house.alice)
    linking.unlink(conversation, by=house.bruno)
    first, second = Link.select().order_by(Link.id)
    assert (first.profile_id, first.made_by, first.ended_by) == (house.jane.id, None, house.alice)
    assert (second.profile_id, second.made_by, second.ended_by) == (house.zoe.id, house.alice, house.bruno)
    assert first.ended_at <= second.ended_at


def test_before_somebody_accepts_the_chat_its_link_is_the_rules_alone(house: House) -> None:
    waiting = ask(house, *JANE)
    entry = entry_of(house.jane, "linked")
    for act in (
        lambda: linking.link(waiting, house.zoe, "search", by=house.alice),
        lambda: linking.unlink(waiting, by=house.alice),
        lambda: linking.reject(waiting, house.zoe, by=house.alice),
        lambda: linking.undo(entry, by=house.alice),
        lambda: creation.create_from(waiting, Given("New"), by=house.alice),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "not_accepted"
    assert linked_to(waiting) == (house.jane.id, "exact_match")
    lifecycle.accept(waiting, by=house.alice)
    linking.unlink(waiting, by=house.alice)  # although she looked it up before she accepted


def test_a_chat_that_has_ended_can_still_be_linked(house: House) -> None:
    conversation = chat(house, "Zoé")
    lifecycle.end(conversation, by=house.alice)
    linking.link(conversation, house.zoe, "search", by=house.alice)
    assert linked_to(conversation) == (house.zoe.id, "search")


def test_linking_twice_is_refused(house: House) -> None:
    conversation = chat(house, *JANE)
    with pytest.raises(Refused) as refusal:
        linking.link(conversation, house.jane, "search", by=house.alice)
    assert refusal.value.code == "already_linked"
    assert log(house.jane) == ["linked", "chat"]


def test_nobody_links_a_profile_that_was_withdrawn_meanwhile(house: House) -> None:
    conversation = chat(house, "Zoé")
    creating.withdraw(house.zoe)
    with pytest.raises(NotFound):
        linking.link(conversation, house.zoe, "search", by=house.alice)
    assert linked_to(conversation) is None


def test_alice_rejects_a_candidate(house: House, told: list[object]) -> None:
    conversation = chat(house, "John Smith")
    assert fresh(conversation).candidate_count == 2
    told.clear()
    linking.reject(conversation, house.john, by=house.alice)
    linking.reject(conversation, house.john, by=house.alice)
    assert rejected(conversation) == {house.john.id}
    assert fresh(conversation).candidate_count == 1
    assert told == [CandidateRejected(conversation.id, house.john.id)] * 2


def test_who_is_linked_meanwhile_is_not_rejected(house: House) -> None:
    conversation = chat(house, *JANE)
    with pytest.raises(Refused) as refusal:
        linking.reject(conversation, house.jane, by=house.alice)
    assert refusal.value.code == "changed_since"
    assert rejected(conversation) == set()


def test_a_conversation_without_a_browser_is_linked_and_unlinked_too(house: House) -> None:
    conversation = threads.begin("whatsapp", house.lyon, Given(*JANE), "Hello", "w-1", generated_name="")
    assert (linked_to(conversation), conversation.identity_level) == (None, "attested")
    lifecycle.accept(conversation, by=house.alice)
    linking.link(conversation, house.jane, "candidate", by=house.alice)
    linking.unlink(conversation, by=house.alice)
    assert not Rejection.select().exists()


def test_whoever_links_unlinks_and_moves_at_once_the_chat_is_in_one_log_or_none(
    house: House, at_once: AtOnce
) -> None:
    conversation = chat(house, "Somebody")
    everybody = (house.jane, house.zoe, house.john)
    linkings = [partial(linking.link, conversation, who, "search", by=house.alice) for who in everybody]
    for outcome in at_once([*linkings, partial(linking.unlink, conversation, by=house.bruno)] * 4):
        assert not isinstance(outcome, Exception) or isinstance(outcome, Refused)
    chats = ActivityEntry.select().where(ActivityEntry.kind == "chat").count()
    assert chats == (1 if linked_to(conversation) else 0)


def test_unlinking_somebody_who_is_not_there_any_more_is_refused(house: House) -> None:
    conversation = chat(house, "Jane Doe", "jane.doe@example.com")
    seen = facts.current_link(conversation)
    assert seen
    linking.link(conversation, house.zoe, "search", by=house.alice)
    with pytest.raises(Refused) as refusal:
        linking.unlink(conversation, by=house.alice, seen_link=seen.id)
    assert refusal.value.code == "changed_since"
    now = facts.current_link(conversation)
    assert now
    assert now.profile == house.zoe
