"""The catalogues: complete in every language, used, and written by its rules."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from webapp.i18n import LANGUAGES, words

ROOT = Path(__file__).parents[3]
FILES = (".css", ".js", ".svg", ".txt")
SOURCES = [*(ROOT / "webapp").rglob("*.py"), *(ROOT / "webapp").rglob("*.html")]
TEXT = "\n".join(path.read_text() for path in SOURCES)
KEY = re.compile(r"""["']([a-z][a-z0-9_]*(?:\.[a-z0-9_ -]+)*)["']""")
PREFIX = re.compile(r"""["']([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*[._])(?:\{|["'] ?~|["'] ?\+)""")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def keys(language: str) -> set[str]:
    catalogue = words(language)
    return set(catalogue.texts) | set(catalogue.plurals)


def test_every_language_has_the_same_keys() -> None:
    english, others = keys("en"), {language: keys(language) for language in LANGUAGES}
    assert english
    assert {language: english ^ other for language, other in others.items() if other != english} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_or_left_as_its_key(language: str) -> None:
    catalogue = words(language)
    assert [key for key, text in catalogue.texts.items() if not text or text == key] == []
    assert [key for key, texts in catalogue.plurals.items() if not all(texts)] == []


def test_placeholders_are_the_same_in_every_language() -> None:
    english, french = words("en"), words("fr")
    assert {k for k in english.texts if placeholders(english.texts[k]) != placeholders(french.texts[k])} == set()
    for key, texts in english.plurals.items():
        allowed = placeholders("".join(texts)) | {"n"}
        assert placeholders("".join(french.plurals[key])) <= allowed, key


def test_no_key_stands_in_two_files() -> None:
    for language in LANGUAGES:
        seen: dict[str, str] = {}
        for path in (ROOT / "webapp" / "locales" / language).glob("*.po"):
            with path.open("rb") as file:
                for message in read_po(file, locale=language):
                    id = message.id[0] if message.pluralizable else message.id
                    assert not id or id not in seen, f"{id} in {path.name} and {seen[id]}"
                    seen[id] = path.name


def test_french_keeps_its_signs_together() -> None:
    """A colon, question mark or guillemet is kept from standing alone on the next line."""
    loose = re.compile(r"[^\s\u00a0\u202f:?!/;.«(][:;?!](?=\s|$)|« |[^\u00a0\u202f]»| [:;?!»]")
    catalogue = words("fr")
    texts = [*catalogue.texts.values(), *(text for texts in catalogue.plurals.values() for text in texts)]
    assert [text for text in texts if loose.search(re.sub(r"\{\w+\}", "x", text))] == []
    assert [text for text in texts if "'" in text] == []


def test_every_key_that_is_used_exists() -> None:
    known = keys("en")
    families = {key.split(".")[0] for key in known}
    used = {key for key in KEY.findall(TEXT) if "." in key and key.split(".")[0] in families}
    missing = {key for key in used - known if not any(k.startswith(f"{key}.") for k in known)}
    assert {key for key in missing if not key.endswith(FILES)} == set()


def test_every_key_that_exists_is_used() -> None:
    used = set(KEY.findall(TEXT))
    prefixes = tuple(set(PREFIX.findall(TEXT)))
    assert {key for key in keys("en") if key not in used and not key.startswith(prefixes)} == set()
