"""Somebody leaves: nothing she does is kept afterwards, and no customer is left alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.cast import House, ask, chat, fresh
from webapp.domain import settings as house_settings
from webapp.domain.chats import lifecycle, messages, staffing
from webapp.domain.errors import Refused
from webapp.domain.events import AvailabilityChanged, ChatPutBack, SignedOut
from webapp.domain.identity import linking
from webapp.domain.people import associates, managing, sessions
from webapp.domain.profiles import editing
from webapp.domain.tables import Associate, AuditEntry, Message, SignIn

from .conftest import AtOnce


def present(associate: Associate) -> Associate:
    return Associate.get_by_id(associate.id)


def test_alice_leaves_and_is_signed_out_everywhere(house: House, told: list[object]) -> None:
    tokens = [sessions.sign_in(house.alice) for _ in range(3)]
    sessions.sign_in(house.bruno)
    told.clear()
    staffing.deactivate(house.alice, by=house.dana)
    assert [sessions.current(token) for token in tokens] == [None] * 3
    hers = SignIn.select().where(SignIn.associate == house.alice)
    assert all(session.revoked_at for session in hers)
    assert told == [*(SignedOut(session.id) for session in hers), AvailabilityChanged(house.alice.id)]
    assert SignIn.select().where(SignIn.revoked_at.is_null()).count() == 1
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (entry.action, entry.subject, entry.associate) == ("associate_deactivated", "Alice Martin", house.dana)
    with pytest.raises(Refused) as refusal:
        sessions.sign_in(house.alice)
    assert refusal.value.code == "deactivated"


def test_her_customers_wait_again_and_lose_nothing(house: House, told: list[object]) -> None:
    running, ended, brunos = chat(house, "Jane"), chat(house, "Zoé"), chat(house, "John", by=house.bruno)
    messages.send(running, "I will look it up", "a-1", by=house.alice)
    lifecycle.end(ended, by=house.alice)
    told.clear()
    staffing.deactivate(house.alice, by=house.dana)
    now = fresh(running)
    assert (now.state, now.associate, now.accepted_at, now.ended_at) == ("waiting", None, None, None)
    assert now.waiting_since
    assert now.last_author != "associate"
    line = Message.get(Message.kind == "put_back")
    assert (line.conversation, line.lane, line.data, line.associate) == (running, "public", {"name": "Alice"}, None)
    assert told == [ChatPutBack(running.id, line.id), AvailabilityChanged(house.alice.id)]
    assert (fresh(ended).associate, fresh(brunos).associate) == (house.alice, house.bruno)
    assert [m.body for m in messages.log(running) if m.kind == "text"] == ["Hello!", "I will look it up"]
    lifecycle.accept(running, by=house.bruno)
    messages.send(fresh(running), "I have it here", "b-1", by=house.bruno)
    assert Message.get(Message.client_id == "a-1").associate.name == "Alice Martin"


def test_a_customer_who_waits_since_before_has_not_begun_anew(house: House) -> None:
    conversation = chat(house, "Jane")
    since = fresh(conversation).waiting_since
    assert since
    staffing.deactivate(house.alice, by=house.dana)
    assert fresh(conversation).waiting_since == since


def test_only_an_active_chat_is_put_back(house: House, told: list[object]) -> None:
    conversation = ask(house, "Jane")
    told.clear()
    lifecycle.put_back(conversation)
    assert told == []
    assert fresh(conversation).state == "waiting"


def test_once_is_enough(house: House, told: list[object]) -> None:
    staffing.deactivate(house.alice, by=house.dana)
    since = present(house.alice).deactivated_at
    told.clear()
    staffing.deactivate(house.alice, by=house.dana)
    assert told == []
    assert present(house.alice).deactivated_at == since
    assert AuditEntry.select().where(AuditEntry.action == "associate_deactivated").count() == 1


def test_she_comes_back_with_what_she_had(house: House, told: list[object]) -> None:
    staffing.deactivate(house.alice, by=house.dana)
    told.clear()
    staffing.reactivate(house.alice, by=house.dana)
    staffing.reactivate(house.alice, by=house.dana)
    assert told == [AvailabilityChanged(house.alice.id)]
    alice = present(house.alice)
    assert (alice.deactivated_at, alice.password_hash) == (None, house.alice.password_hash)
    assert [member.store for member in alice.memberships] == [house.lyon]
    assert sessions.current(sessions.sign_in(alice))


def test_somebody_has_to_manage(house: House) -> None:
    staffing.deactivate(house.nadia, by=house.dana)
    attempts: list[Callable[[], object]] = [
        partial(staffing.deactivate, house.dana, by=None),
        partial(staffing.deactivate, house.dana, by=house.dana),
        partial(associates.change, house.dana, role="associate"),
    ]
    for attempt in attempts:
        with pytest.raises(managing.LastManager):
            attempt()
    assert (present(house.dana).deactivated_at, present(house.dana).role) == (None, "manager")
    associates.change(house.alice, role="manager", stores=[house.lyon, house.london])
    staffing.deactivate(house.dana, by=house.dana)  # she may go herself
    assert present(house.dana).deactivated_at


def test_two_managers_who_send_each_other_away_do_not_both_go(house: House, at_once: AtOnce) -> None:
    associates.change(house.nadia, stores=[house.lyon, house.london])
    for _ in range(10):
        at_once(
            [
                partial(staffing.deactivate, house.dana, by=house.nadia),
                partial(staffing.deactivate, house.nadia, by=house.dana),
            ]
        )
        active = Associate.select().where(Associate.role == "manager", Associate.deactivated_at.is_null())
        assert active.count() == 1
        for manager in (house.dana, house.nadia):
            staffing.reactivate(manager, by=None)


def test_nothing_that_she_had_begun_is_done(house: House) -> None:
    waiting, hers, linked = ask(house, "Jane"), chat(house, "Zoé"), chat(house, "John", by=house.bruno)
    lifecycle.end(linked, by=house.bruno)
    staffing.deactivate(house.alice, by=house.dana)
    staffing.deactivate(house.nadia, by=house.dana)
    before = (Message.select().count(), AuditEntry.select().count())
    attempts: list[Callable[[], object]] = [
        partial(lifecycle.accept, waiting, by=house.alice),
        partial(messages.send, hers, "Still me", "a-1", by=house.alice),
        partial(lifecycle.end, hers, by=house.alice),
        partial(lifecycle.reopen, linked, by=house.alice),
        partial(linking.link, hers, house.zoe, "search", by=house.alice),
        partial(editing.change, house.jane, "name", "Jane X", seen="Jane Doe", by=house.alice),
        partial(house_settings.set_values, {"automatic_linking": "off"}, by=house.nadia),
        partial(associates.change, house.bruno, role="manager", by=house.nadia),
        partial(staffing.deactivate, house.bruno, by=house.nadia),
    ]
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()
    assert (Message.select().count(), AuditEntry.select().count()) == before
    assert fresh(waiting).state == fresh(hers).state == "waiting"
    assert house_settings.get("automatic_linking") != "off"
    assert present(house.bruno).role == "associate"


def test_she_accepts_or_leaves_but_never_accepts_after_leaving(house: House, at_once: AtOnce) -> None:
    for _ in range(50):
        conversation = ask(house, "Jane")
        leave, accept = (
            partial(staffing.deactivate, house.alice, by=house.dana),
            partial(lifecycle.accept, conversation, by=house.alice),
        )
        at_once([leave, accept])
        now = fresh(conversation)
        assert (now.state, now.associate) == ("waiting", None)
        kinds = [line.kind for line in messages.log(conversation)]
        assert kinds in (["text"], ["text", "accepted", "put_back"])
        staffing.reactivate(house.alice, by=house.dana)
        lifecycle.end(conversation, by=None)


def test_what_she_writes_while_she_is_sent_away_comes_before_that_or_not_at_all(house: House, at_once: AtOnce) -> None:
    for number in range(50):
        conversation = chat(house, "Jane")
        leave = partial(staffing.deactivate, house.alice, by=house.dana)
        write = partial(messages.send, conversation, "One more thing", f"a-{number}", by=house.alice)
        _, outcome = at_once([leave, write])
        kinds = [(line.kind, line.body) for line in messages.log(conversation)][2:]
        if isinstance(outcome, Refused):
            assert kinds == [("put_back", "")]
        else:
            assert kinds == [("text", "One more thing"), ("put_back", "")]
        staffing.reactivate(house.alice, by=house.dana)
        lifecycle.end(conversation, by=None)


def test_she_does_not_slip_in_while_she_is_sent_away(house: House, at_once: AtOnce) -> None:
    for _ in range(50):
        at_once([partial(staffing.deactivate, house.alice, by=house.dana), partial(sessions.sign_in, house.alice)])
        assert not SignIn.select().where(SignIn.associate == house.alice, SignIn.revoked_at.is_null()).exists()
        staffing.reactivate(house.alice, by=house.dana)
