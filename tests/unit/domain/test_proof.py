"""What the retailer has signed: read to the letter, and nothing but `NotProved` comes of anything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokens import KID, SECRET, claims, segment, signed, token
from webapp.domain.identity import proof
from webapp.domain.identity.proof import NotProved, Proved

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT = int(NOW.timestamp())


def verify(text: str, now: datetime = NOW) -> Proved:
    return proof.verify(text, "pk_test", {KID: SECRET.encode()}.get, now)


def refused(text: str) -> str:
    with pytest.raises(NotProved) as found:
        verify(text)
    return found.value.reason


def test_jane_is_who_the_shop_says() -> None:
    made = token(at=AT, name="Jane Doe", email="jane@shop.example", email_verified=True, phone="+33 6 12 34 56 78")
    assert verify(made) == Proved("C-1001", "Jane Doe", "jane@shop.example", True, "+33 6 12 34 56 78")
    assert verify(made).kid == KID


def test_only_the_subject_is_needed() -> None:
    assert verify(token(at=AT)) == Proved("C-1001")


def test_an_address_that_is_not_there_is_not_verified() -> None:
    assert not verify(token(at=AT, email_verified=True)).email_verified


def test_text_is_tidied_as_typed_text_is() -> None:
    assert verify(token(at=AT, name="  Jane\u200b\n Doe\x07 ")).name == "Jane\u200b  Doe"


@pytest.mark.parametrize("audience", ["pk_test", ["pk_test"]])
def test_the_audience_is_the_site_alone(audience: object) -> None:
    assert verify(token(at=AT, aud=audience))


@pytest.mark.parametrize("late", [-60, 0, 60])
def test_clocks_may_differ_by_a_minute(late: int) -> None:
    """Made by a clock that is a minute ahead, or run out a minute ago."""
    assert verify(token(at=AT - late if late < 0 else AT - 900 - late, nbf=AT - late if late < 0 else AT - 900))


def test_a_key_that_has_no_secret_opens_nothing() -> None:
    unsigned = signed(claims(AT), secret="")
    for secrets in (lambda _: None, lambda _: b""):
        with pytest.raises(NotProved) as found:
            proof.verify(unsigned, "pk_test", secrets, NOW)
        assert found.value.reason == "unknown_key"


@pytest.mark.parametrize(
    ("reason", "made"),
    [
        ("expired", lambda: token(at=AT - 961)),
        ("not_yet", lambda: token(at=AT + 61)),
        ("not_yet", lambda: token(at=AT, nbf=AT + 61)),
        ("wrong_life", lambda: token(at=AT, exp=AT + 901)),
        ("wrong_audience", lambda: token(at=AT, aud="pk_other")),
        ("wrong_signature", lambda: token(at=AT, secret="another secret, which is long enough for anybody")),
        ("unknown_key", lambda: token(at=AT, header={"kid": "ik_other"})),
        ("wrong_algorithm", lambda: token(at=AT, header={"alg": "none"})),
        ("wrong_sub", lambda: token(at=AT, sub="")),
        ("wrong_name", lambda: token(at=AT, name="x" * 121)),
        ("wrong_email_verified", lambda: token(at=AT, email_verified="true")),
        ("malformed", lambda: "not a token"),
        ("malformed", lambda: token(at=AT, name="x" * 9000)),
    ],
)
def test_the_shop_is_told_what_is_wrong(reason: str, made: Callable[[], str]) -> None:
    assert refused(made()) == reason


@given(st.text(max_size=300))
def test_any_text_is_refused(text: str) -> None:
    assert refused(text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists), st.data())
def test_any_claim_is_taken_or_refused(value: object, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["sub", "aud", "iat", "exp", "nbf", "name", "email", "email_verified", "phone"]))
    try:
        assert isinstance(verify(signed(claims(AT) | {name: value})), Proved)
    except NotProved:
        pass


@given(st.dictionaries(st.text(max_size=5) | st.sampled_from(["alg", "kid", "typ", "crit"]), st.text() | st.integers()))
def test_any_header_is_taken_or_refused(header: dict[str, object]) -> None:
    try:
        verify(f"{segment(json.dumps(header))}.{segment(json.dumps(claims(AT)))}.AAAA")
    except NotProved:
        pass
