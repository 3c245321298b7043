"""Why a signed identity is refused: each reason has its sentence in every language and its line in the document."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from webapp.domain.identity import proof
from webapp.i18n import LANGUAGES, words

DOCUMENT = Path(__file__).parents[3] / "docs" / "embedding.md"
SAID = {"valid", "email_verified", "email_unverified"}  # of a token that is believed
BY_THE_PAGE = {"not_sent"}  # the script in the page says so, when no token has come as far as to us


def reasons() -> set[str]:
    """Return the reasons that `proof` gives; some are made of the name of a claim."""
    source = inspect.getsource(proof)
    whole = set(re.findall(r'NotProved\("(\w+)"', source))
    claims = re.findall(r'_(?:text|seconds)\(claims, "(\w+)"\)', source)
    assert {"expired", "wrong_sub"} <= whole
    assert {"email", "exp"} <= set(claims)
    return whole | {f"wrong_{claim}" for claim in claims}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_that_tries_a_token_has_a_sentence_for_each_and_no_other(language: str) -> None:
    prefix = "sites.token."
    told = {key.removeprefix(prefix) for key in words(language).texts if key.startswith(prefix)}
    assert told - SAID == reasons()


def test_the_table_of_the_document_has_each_and_no_other() -> None:
    table = DOCUMENT.read_text("utf-8").partition("| reason |")[2].partition("\n\n")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`(\w+)`", " ".join(first_cells))) == reasons() | BY_THE_PAGE
