"""Which passwords are good enough: row 104 of the bad input."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from webapp.domain.errors import Invalid
from webapp.domain.people import passwords

pytestmark = pytest.mark.usefixtures("as_for_people")

ALICE = {"name": "Alice Martin", "email": "alice@maison.example"}


@pytest.fixture
def as_for_people(hasher_for_people: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", hasher_for_people)


@pytest.mark.parametrize(
    "password",
    [
        "tulips on tuesday", "x7 !é€ %", "  spaces at the ends  ", "🦊🦔🐢🦉🐙🦋🐌🐞", "with\0nul in it", "é" * 512,
        "z q" * 341, "alice martin works here", "Ωμέγα και άλφα", "fifteen letters", "q" * 60 + "wert",
    ],
)  # fmt: skip
def test_any_characters_will_do(password: str) -> None:
    passwords.check(password, **ALICE)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("", "password_too_short"),
        ("seven 7", "password_too_short"),
        ("x" * 1025, "password_too_long"),
        ("é" * 513, "password_too_long"),
        ("x" * 1_000_000, "password_too_long"),
        ("Alice Martin", "password_is_yours"),
        ("ALICEMARTIN", "password_is_yours"),
        ("alice@maison.example", "password_is_yours"),
        ("password", "password_common"),
        ("Pässword", "password_common"),
        ("p a s s w o r d", "password_common"),
        ("Sunshine2026!", "password_common"),
        ("azertyuiop", "password_common"),
        ("12345678", "password_common"),
        ("        ", "password_common"),
        ("half\ud800 a pair", "bad_characters"),
    ],
)
def test_what_everybody_tries_first_is_refused(password: str, problem: str) -> None:
    with pytest.raises(Invalid) as refusal:
        passwords.check(password, **ALICE)
    assert refusal.value.fields == {"password": problem}


def test_the_part_before_the_at_sign_is_hers_as_well() -> None:
    with pytest.raises(Invalid):
        passwords.check("Alexandrine", name="A.", email="alexandrine@maison.example")
    passwords.check("Alexandrine", name="B.", email="bruno@maison.example")


def test_nothing_is_cut_off_and_spaces_count() -> None:
    long = "a" * 500 + "é" * 262
    kept = passwords.hash_password(long + " ")
    assert passwords.is_right(kept, long + " ")
    assert not passwords.is_right(kept, long)
    assert not passwords.is_right(kept, long + "  ")
    assert not passwords.is_too_long(long)
    assert passwords.is_too_long("x" * 1025)


def test_whoever_steals_it_takes_long_to_guess() -> None:
    cost = extract_parameters(passwords.hash_password("tulips on tuesday"))
    assert cost.type is Type.ID
    assert cost.memory_cost >= 19 * 1024  # KiB, the least that OWASP recommends, with two rounds
    assert cost.time_cost >= 2


def test_what_many_choose_is_about_a_thousand_of_our_own() -> None:
    assert 900 < len(passwords._common()) < 1500
