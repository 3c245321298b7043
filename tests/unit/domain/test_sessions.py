"""Signing in and out, and passwords."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import PASSWORD, House
from webapp.domain import clock
from webapp.domain.events import SignedOut
from webapp.domain.people import passwords, sessions
from webapp.domain.tables import Associate, SignIn


def test_alice_is_known_by_the_token_that_only_she_has(house: House) -> None:
    token = sessions.sign_in(house.alice)
    session = sessions.current(token)
    assert session
    assert session.associate == house.alice
    assert token not in SignIn.get().token_hash


@pytest.mark.parametrize("token", ["", "guess", "x" * 10_000, "\ud800", "a\0b"])
def test_nobody_is_known_by_another_token(house: House, token: str) -> None:
    sessions.sign_in(house.alice)
    assert sessions.current(token) is None


def test_signing_out_ends_this_session_and_no_other(house: House, told: list[object]) -> None:
    phone, laptop = sessions.sign_in(house.alice), sessions.sign_in(house.alice)
    session = sessions.current(phone)
    assert session
    sessions.sign_out(session)
    assert sessions.current(phone) is None
    assert sessions.current(laptop)
    assert told == [SignedOut(session.id)]


def test_a_session_ends_by_itself_after_a_day(house: House) -> None:
    token = sessions.sign_in(house.alice)
    now = clock.now()
    with clock.at(now + sessions.LONGEST - timedelta(minutes=1)):
        session = sessions.current(token)
        assert session
        assert sessions.going_on([session.id]) == {session.id}
    with clock.at(now + sessions.LONGEST + timedelta(minutes=1)):
        assert sessions.current(token) is None
        assert sessions.going_on([session.id]) == set()


def test_bruno_who_has_left_is_nobody_any_more_whatever_he_still_holds(house: House) -> None:
    tokens = {who.name: sessions.sign_in(who) for who in (house.alice, house.bruno)}
    ids = {name: session.id for name, token in tokens.items() if (session := sessions.current(token))}
    Associate.update(deactivated_at=clock.now()).where(Associate.id == house.bruno.id).execute()
    assert sessions.current(tokens["Bruno Keller"]) is None
    assert sessions.current(tokens["Alice Martin"])
    assert sessions.going_on(ids.values()) == {ids["Alice Martin"]}


def test_only_the_right_password_is_right(house: House) -> None:
    password_hash = str(house.alice.password_hash)
    assert passwords.is_right(password_hash, PASSWORD)
    assert PASSWORD not in password_hash
    for wrong in ("", PASSWORD.upper(), PASSWORD + " ", "\0"):
        assert not passwords.is_right(password_hash, wrong)


@pytest.mark.parametrize("password_hash", [None, "", "-", "$argon2id$v=19$broken"])
def test_without_a_password_nobody_signs_in(password_hash: str | None) -> None:
    for password in ("", PASSWORD, "nobody has this password"):
        assert not passwords.is_right(password_hash, password)
