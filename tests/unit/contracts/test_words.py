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

LITERALS = set(re.findall(r"""(?<=["'])[a-z][a-z0-9_.]*(?=["'])""", TEXT))
PREFIXES = set(PREFIX.findall(TEXT))
ENDS = set(re.findall(r"""f["']\{\w+\}([._][a-z_.]+)["']""", TEXT))
ENDS |= set(re.findall(r"""~ ["'](\.[a-z_.]+)["']""", TEXT))
NUMBERS = {int(number) for number in re.findall(r"\b\d{3}\b", TEXT)}


# What the table of matching calls otherwise, and what the data model has room for and this version never reaches.
MADE_OTHERWISE = {
    *(f"evidence.name.{level}_{part}" for level in ("initial", "nick_initial") for part in ("first", "last")),
    "evidence.name.no_letters",
    *(f"log.resolved.{how}" for how in ("added", "replaced")),
    *(f"channel.{name}" for name in ("instagram", "messenger", "sms")),
    *(f"{of}.missed" for of in ("state", "conv.over", "record.state", "widget.state")),
}
CLAIMS = {f"sites.token.wrong_{claim}" for claim in ("name", "email", "phone", "iat", "exp", "nbf")}  # `identity/proof`


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
    assert {key for key in keys("en") if not used(key)} == MADE_OTHERWISE | CLAIMS


def test_a_word_of_a_family_is_not_used_because_its_family_is() -> None:
    assert all(used(key) for key in ("error.chat_ended", "audit.site_added", "error.phone_missing"))
    assert not any(used(key) for key in ("error.nobody_raises_this", "audit.nobody_did_this"))


def used(key: str) -> bool:
    """Say whether a key stands in the code, whole, or as a prefix there and the rest as a word of its own there."""
    return key in LITERALS or any(key.startswith(prefix) and said(key[len(prefix):]) for prefix in PREFIXES)


def said(rest: str) -> bool:
    """Say whether the code has this word: as it is, or put together of a part that varies and an end that does not."""
    if rest in LITERALS or (rest.isdigit() and int(rest) in NUMBERS):
        return True
    if any(rest.endswith(end) and rest.removesuffix(end) in LITERALS for end in ENDS):
        return True
    return "." in rest and all(said(part) for part in rest.split("."))
