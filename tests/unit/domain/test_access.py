"""Who may see what: for everybody else it does not exist."""

from __future__ import annotations

import pytest

from tests.cast import House, ask, chat
from webapp.domain.chats import lifecycle
from webapp.domain.errors import NotFound
from webapp.domain.people import access, associates, identity_keys, sites
from webapp.domain.profiles import creating
from webapp.domain.tables import Associate, Conversation

PEOPLE = ("alice", "bruno", "charlie", "nadia", "dana")


def who_sees(house: House, conversation: Conversation) -> set[str]:
    def sees(viewer: Associate) -> bool:
        try:
            return bool(access.conversation(viewer, conversation.public_id) == conversation)
        except NotFound:
            return False

    return {name for name in PEOPLE if sees(getattr(house, name))}


def who_has(house: House, conversation: Conversation, inbox: str) -> set[str]:
    return {name for name in PEOPLE if conversation in list(access.inbox(getattr(house, name), inbox))}


@pytest.mark.parametrize(
    ("store", "people"), [("lyon", {"alice", "bruno", "nadia", "dana"}), ("london", {"charlie", "dana"})]
)
def test_a_waiting_chat_is_seen_by_everybody_of_the_store(house: House, store: str, people: set[str]) -> None:
    conversation = ask(house, "Jane", store=store)
    assert who_sees(house, conversation) == people
    assert who_has(house, conversation, "waiting") == who_has(house, conversation, "all") == people
    assert who_has(house, conversation, "mine") == set()


def test_an_accepted_chat_is_seen_by_who_accepted_it_and_the_managers_of_the_store(house: House) -> None:
    conversation = chat(house, "Jane")
    assert who_sees(house, conversation) == {"alice", "nadia", "dana"}
    assert who_has(house, conversation, "waiting") == set()
    assert who_has(house, conversation, "mine") == {"alice"}
    assert who_has(house, conversation, "all") == {"alice", "nadia", "dana"}


def test_that_stays_so_after_the_end_but_it_is_no_longer_among_hers(house: House) -> None:
    conversation = chat(house, "Jane")
    lifecycle.end(conversation, by=None)
    assert who_sees(house, conversation) == {"alice", "nadia", "dana"}
    assert who_has(house, conversation, "mine") == set()
    assert who_has(house, conversation, "all") == {"alice", "nadia", "dana"}


def test_what_nobody_accepted_is_seen_by_the_managers(house: House) -> None:
    conversation = ask(house, "Jane")
    lifecycle.end(conversation, by=None)
    assert who_sees(house, conversation) == {"nadia", "dana"}


def test_a_manager_sees_the_chats_of_her_own_stores_only(house: House) -> None:
    conversation = chat(house, "Jane", store="london", by=house.charlie)
    assert who_sees(house, conversation) == {"charlie", "dana"}
    assert access.is_manager_of(house.dana, house.london.id)
    assert access.is_manager_of(house.nadia, house.lyon.id)
    assert not access.is_manager_of(house.nadia, house.london.id)
    assert not access.is_manager_of(house.alice, house.lyon.id)


def test_who_moves_to_another_store_sees_its_chats(house: House) -> None:
    conversation = ask(house, "Jane")
    associates.change(house.charlie, stores=[house.lyon])
    assert "charlie" in who_sees(house, conversation)


def test_every_manager_may_change_every_site_and_its_keys_and_nobody_else_any(house: House) -> None:
    outlet = sites.add("Outlet", [], key="pk_outlet")
    key = identity_keys.add(outlet, by=house.dana)
    for manager in (house.nadia, house.dana):
        assert access.managed_site(manager, "pk_outlet") == outlet
        assert access.managed_key(manager, outlet, key.kid) == key
    for viewer, its_key, site, kid in (
        (house.alice, "pk_outlet", outlet, key.kid),
        (house.dana, "pk_nobody", house.site, key.kid),
        (house.dana, "", outlet, "ik_nobody"),
    ):
        with pytest.raises(NotFound):
            access.managed_site(viewer, its_key)
        with pytest.raises(NotFound):
            access.managed_key(viewer, site, kid)


@pytest.mark.parametrize("public_id", ["", "nothing", "1", "../1", "1 OR 1", "%", "x" * 10_000])
def test_what_is_not_there_is_not_found(house: House, public_id: str) -> None:
    ask(house, "Jane")
    with pytest.raises(NotFound):
        access.conversation(house.alice, public_id)


def test_profiles_are_seen_by_everybody_until_they_are_withdrawn(house: House) -> None:
    for name in PEOPLE:
        assert access.profile(getattr(house, name), house.zoe.id) == house.zoe
    creating.withdraw(house.zoe)
    for id in (house.zoe.id, 4711, -1):
        with pytest.raises(NotFound):
            access.profile(house.dana, id)
