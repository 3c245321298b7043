"""Reading contact details as people type them: SECURITY section 4, lines 43 to 56."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.unit.domain.any_text import ANY_TEXT
from webapp.domain.errors import Invalid
from webapp.domain.profiles.contact import Given, read


def problems(
    name: str = "", email: str = "", phone: str = "", region: str = "FR", **how: tuple[str, ...]
) -> dict[str, str]:
    try:
        read(name, email, phone, region=region, **how)
    except Invalid as refusal:
        return refusal.fields
    return {}


def test_details_are_kept_as_typed_but_for_spaces() -> None:
    details = read(" José García ", " JANE@Example.COM ", " 06 12 34 56 78 ", region="FR")
    assert details == Given("José García", "JANE@Example.COM", "06 12 34 56 78")


def test_everything_may_be_left_blank_unless_it_is_required() -> None:
    assert read("", " ", "\u200b", region="FR") == Given()
    assert problems(" ", "", "\u200b", required=("name", "phone")) == {
        "name": "name_missing",
        "phone": "phone_missing",
    }
    assert problems("Jane", required=("name",)) == {}


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert problems("Jane\0", "jane@", "tel") == {
        "name": "bad_characters",
        "email": "email_invalid",
        "phone": "phone_invalid",
    }


@pytest.mark.parametrize(
    "email",
    [
        "a", "a@", "@b", "a..b@c.de", ".a@b.de", "a@-b.de", "a b@c.de", '"a b"@c.de',
        "a@[127.0.0.1]", "a(x)@b.de",
        "a@b.de,c@d.de", "a@b.de;", "<a@b.de>", "mailto:a@b.de", "a@b.de%0aBcc:x",
        "a@b.de\nBcc: c@d.de", "a" * 65 + "@b.de",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(email: str) -> None:
    assert problems(email=email) == {"email": "email_invalid"}


@pytest.mark.parametrize(
    "email",
    ["jane+tag@x.de", "j.a.n.e@gmail.com", "jané@exämple.de", "jane@xn--exmple-cua.de", "a" * 64 + "@b.de"],
)
def test_unusual_addresses_are_addresses(email: str) -> None:
    assert read("", email, "", region="FR").email == email


def test_an_address_has_a_longest_length() -> None:
    assert problems(email="a" * 10_000 + "@") == {"email": "too_long"}
    assert problems(name="J" * 120) == {}
    assert problems(name="J" * 121, phone="0" * 33) == {"name": "too_long", "phone": "too_long"}


@pytest.mark.parametrize(
    ("phone", "region"),
    [
        ("06 12 34 56 78", "FR"), ("+44 7911 123456", "FR"), ("0033612345678", "FR"), ("٠٦١٢٣٤٥٦٧٨", "FR"),
        ("1-800-FLOWERS", "US"), ("212-555-1234 x12", "US"), ("+1 212 555 1234;ext=5", "FR"),
        ("555-1234", "US"),
    ],
)  # fmt: skip
def test_numbers_that_can_be_read_and_local_ones_are_numbers(phone: str, region: str) -> None:
    assert read("", "", phone, region=region).phone == phone


@pytest.mark.parametrize("phone", ["call me", "+", "12", "n/a", "1" * 30])
def test_what_is_no_number_is_refused(phone: str) -> None:
    assert problems(phone=phone) == {"phone": "phone_invalid"}


@pytest.mark.parametrize(
    "name", ["Jane", "a b c d e", "-", ".", "🙂", "X", "王小明", "Admin", "Robert'); DROP TABLE"]
)
def test_people_are_called_what_they_are_called(name: str) -> None:
    assert read(name, "", "", region="FR").name == name


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_whatever_is_typed_is_read_or_refused_by_field(name: str, email: str, phone: str) -> None:
    assert set(problems(name, email, phone)) <= {"name", "email", "phone"}
