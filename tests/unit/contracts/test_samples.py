"""What a retailer copies works as it stands, and is the same on the page and in the document."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from webapp.domain import clock
from webapp.domain.identity import proof
from webapp.screens import signing

SECRET = "a secret of the shop, long enough for anybody who asks"
DOCUMENT = Path(__file__).parents[3] / "docs" / "embedding.md"


@pytest.mark.parametrize("customer", [
    {"id": 77, "name": "Jane Doe", "email": "jane.doe@example.com", "email_was_confirmed": True},
    {"id": 77, "name": "", "email": None, "email_was_confirmed": False},
    {"id": "a-77", "name": None, "email": None, "email_was_confirmed": None},
])  # fmt: skip
def test_the_python_sample_signs_what_is_believed(customer: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_IDENTITY_SECRET", SECRET)
    names: dict[str, object] = {}
    exec(dict(signing.samples("pk_test", "ik_test"))["Python"], names)
    token = names["identity_token"](SimpleNamespace(**customer))  # type: ignore[operator]
    proved = proof.verify(token, "pk_test", lambda kid: SECRET.encode() if kid == "ik_test" else None, clock.now())
    assert (proved.subject, proved.email_verified) == (str(customer["id"]), customer["email"] is not None)


@pytest.mark.parametrize("sample", [*dict(signing.samples("pk_…", "ik_…")).values(), signing.ON_THE_PAGE])
def test_the_document_shows_what_the_page_shows(sample: str) -> None:
    assert sample in DOCUMENT.read_text("utf-8")


def test_a_key_that_spells_what_stands_for_another_is_shown_as_it_is() -> None:
    shown = dict(signing.samples("pk_KID", "ik_KEY"))["Python"]
    assert '"aud": "pk_KID"' in shown
    assert '{"kid": "ik_KEY"}' in shown


@pytest.mark.parametrize("word", ["data-key", "data-colour", "data-ink", "data-store", "data-locale", '"init"'])
def test_the_document_knows_what_the_page_of_the_installation_prints(word: str) -> None:
    assert word in DOCUMENT.read_text("utf-8")
