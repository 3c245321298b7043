"""The promises themselves: each is found when it is broken, and asking for them costs no more than there is."""

from __future__ import annotations

import pytest

from tests.cast import House, chat
from tests.unit.domain.conftest import on_sqlite
from webapp.domain import clock, db
from webapp.domain.tables import Conversation, Link, Message, Profile
from webapp.domain.upkeep import invariants

BREAKS = {
    "a linked chat is in the log of its profile": lambda c: Link.update(profile=2).execute(),
    "every link left a line in the log of its profile": lambda c: Link.update(profile=2).execute(),
    "and so did its end": lambda c: Link.update(ended_at=clock.now()).execute(),
    "nothing is linked to a withdrawn profile, and nobody finds it": lambda c: Profile.update(
        withdrawn_at=clock.now()
    ).execute(),
    "nothing of an erased person is left": lambda c: Profile.update(erased_at=clock.now()).execute(),
    "the public lane has no gap": lambda c: Message.update(seq=9).where(Message.kind == "text").execute(),
    "the staff lane has no gap": lambda c: Conversation.update(staff_seq=9).execute(),
    "the inbox shows what was written last": lambda c: Conversation.update(last_text="Something else").execute(),
    "who wrote last and waits for an answer is known to wait, and nobody else is": lambda c: Conversation.update(
        waiting_since=None
    ).execute(),
    "a state tells what happened": lambda c: Conversation.update(state="ended").execute(),
    "versions of details are counted from one, and the newest is the conversation's": lambda c: Conversation.update(
        details=999
    ).execute(),
    "candidates are counted": lambda c: Conversation.update(candidate_count=-1).execute(),
}


@pytest.mark.parametrize("promise", BREAKS)
def test_a_promise_that_is_broken_is_found(house: House, promise: str) -> None:
    jane = chat(house, "Jane Doe", "jane.doe@example.com")
    assert invariants.broken() == {}
    BREAKS[promise](jane)
    assert promise in invariants.broken()


def test_what_is_found_names_rows_and_nobody(house: House) -> None:
    chat(house, "Jane Doe", "jane.doe@example.com", message="My secret")
    Conversation.update(last_text="Something else", staff_seq=9, waiting_since=None).execute()
    assert not {"My secret", "Jane", "Something"} & set(str(invariants.broken()).split())


@on_sqlite
def test_asking_twice_as_much_costs_about_twice_as_much(house: House) -> None:
    jane = chat(house, "Jane Doe", "jane.doe@example.com")

    def steps() -> int:
        counted = [0]
        connection = db.database.connection()
        connection.set_progress_handler(lambda: counted.__setitem__(0, counted[0] + 1), 100)
        invariants.broken()
        connection.set_progress_handler(None, 0)
        return counted[0]

    def write(first: int, last: int) -> None:
        for start in range(first, last, 200):
            rows = [
                {"conversation": jane.id, "seq": seq, "author": "customer", "client_id": f"m-{seq}", "body": "x"}
                for seq in range(start, min(start + 200, last))
            ]
            Message.insert_many(rows).execute()

    write(10, 1000)
    few = steps()
    write(1000, 2000)
    assert steps() < few * 3
