"""Counting and reading the inboxes by index says what they are, whoever looks and whatever is in them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.cast import House, ask
from webapp.domain.people import access, inboxes
from webapp.domain.tables import Associate, Conversation, StoreMember
from webapp.domain.tables.chats import STATES

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


@pytest.fixture(params=range(4))
def crowd(house: House, request: pytest.FixtureRequest) -> Iterator[None]:
    """Chats of both stores, in all states, some not routed yet, some of somebody who is of another store."""
    chance, number, first = random.Random(request.param), 80, ask(house)
    rows = []
    for count in range(number):
        row = dict(first.__data__)
        state = chance.choice(STATES)
        has_it = [house.alice, house.bruno, house.charlie, house.dana]
        row |= {
            "id": None,
            "public_id": f"chat-{count}",
            "visitor": None,
            "state": state,
            "store": chance.choice([house.lyon, house.london]).id,
            "associate": None if state in ("waiting", "abandoned") else chance.choice(has_it).id,
            "created_at": NOON + timedelta(minutes=count),
            "last_at": NOON + timedelta(minutes=chance.randrange(number)),  # now and then at the same moment
            "routed_at": None if chance.random() < 0.1 else NOON,
        }
        del row["id"]
        rows.append(row)
    Conversation.insert_many(rows).execute()
    yield
    Conversation.delete().where(Conversation.id != first.id).execute()


def stores(associate: Associate) -> list[int]:
    return [member.store_id for member in StoreMember.select().where(StoreMember.associate == associate)]


def everybody(house: House) -> list[Associate]:
    return [house.alice, house.bruno, house.charlie, house.nadia, house.dana]


def test_they_are_counted_as_they_are(house: House, crowd: None) -> None:
    for associate in everybody(house):
        for name in access.INBOXES:
            counted = inboxes.count(associate.id, associate.is_manager, stores(associate), name)
            assert counted == access.inbox(associate, name).count(), (associate.name, name)


def test_what_is_read_of_all_is_hers_to_see_and_has_the_newest_of_it(house: House, crowd: None) -> None:
    for associate in everybody(house):
        everything = list(access.inbox(associate, "all"))
        for most in (1, 7, 30, 500):
            since = inboxes.since(associate.id, associate.is_manager, stores(associate), most)
            query = inboxes.recent(associate.is_manager)
            sql, parameters = query.sql()
            values = {"viewer": associate.id, "since": since}
            found = list(
                Conversation.raw(sql, *(values[p.name] if hasattr(p, "name") else p for p in parameters)).execute()
            )
            assert {c.id for c in found} <= {c.id for c in everything}
            newest = sorted(everything, key=lambda c: c.last_at, reverse=True)[:most]
            wait_or_hers = [
                c for c in everything if c.state == "waiting" or (c.state == "active" and c.associate == associate)
            ]
            missing = {c.id for c in (*newest, *wait_or_hers)} - {c.id for c in found}
            ties = {c.id for c in everything if newest and c.last_at == newest[-1].last_at}
            assert missing <= ties, (associate.name, most)


def test_every_state_that_a_chat_can_have_is_read(house: House) -> None:
    chat = ask(house)
    for state in STATES:
        Conversation.update(state=state, associate=house.dana).where(Conversation.id == chat.id).execute()
        assert inboxes.count(house.dana.id, True, stores(house.dana), "all") == 1
        assert inboxes.since(house.dana.id, True, stores(house.dana), 1) > 0
    Conversation.update(state="waiting", associate=None).where(Conversation.id == chat.id).execute()
