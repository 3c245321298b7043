"""When two names, addresses or numbers are the same: each is folded into a key, and equal keys are the same.

Everything that compares, finds or shows a contact detail folds it here, so that no two screens disagree.
Names lose case, accents and punctuation but keep their order, word boundaries and suffix; addresses keep
tags and dots, which `mailbox` drops; phones become E.164. All of it is total: any text has an answer, and a
long one at once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import idna
import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from ..remembered import remembered

HONORIFICS = frozenset(
    "mr mrs ms miss mx sir dr prof professor rev herr frau mme mlle madame monsieur mademoiselle"
    " sr sra srta senor senora senorita".split()
)
SUFFIXES = frozenset("jr sr ii iii iv".split())
MOST_TOKENS = 8

_MOST_READ = 2000  # of what somebody pasted; sorting stacked accents takes the square of their number
_NAME_LIMIT, _EMAIL_LIMIT, _GMAIL = 200, 320, ("gmail.com", "googlemail.com")

_blanks = re.compile("[\\s\x00-\x1f\x7f-\x9f\u2800]+")
# Not of category Cf, and yet nobody sees them: fillers and variation selectors.
_unseen = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_acute_apostrophe = {0xB4: "'", 0x1FFD: "'"}  # NFKC would make a space of them, and two words of O´Brien
_apostrophes = re.compile("['`\u2018\u2019\u201b\u02b9-\u02bf\u2032\u055a\u05f3]")
# Accents of Latin, Greek, Cyrillic, Hebrew, Arabic; kana voicing and Indic vowel signs make another letter.
_accents = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u08d3-\u08ff"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_letters = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ə": "e", "ħ": "h",
     "ŧ": "t", "ŋ": "n", "\u0640": ""}
)  # fmt: skip
_CJK = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u312f\u3130-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_between_cjk = re.compile(f"(?<=[{_CJK}]) (?=[{_CJK}])")
_only_cjk = re.compile(f"[{_CJK}]+")
_in_brackets = re.compile("<([^<>]*@[^<>]*)>$")
_mailto = re.compile("(mailto: ?)+", re.IGNORECASE)
_trunk_zero = re.compile(r"\(0\)")
_separators = re.compile(r"[-/\s]+")


@dataclass(frozen=True, slots=True)
class FoldedName:
    """A name as it is compared. Two names are exactly the same when their keys are equal and not empty."""

    tokens: tuple[str, ...] = ()
    suffix: str = ""  # of SUFFIXES
    key: str = ""

    @property
    def joined(self) -> str:
        """The key without word boundaries: McDonald and Mc Donald share it."""
        return self.key.replace(" ", "")


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number as it is compared: by `e164`, or when it cannot be read and has none, by `digits`."""

    e164: str = ""
    extension: str = ""  # kept, never compared
    digits: str = ""
    national: str = ""  # the digits within the country, without trunk zero

    @property
    def country(self) -> str:
        """The digits of the country's code; empty when the number cannot be read."""
        return self.digits.removesuffix(self.national) if self.e164 else ""


def clean(text: str, limit: int = _NAME_LIMIT) -> str:
    """Return the text in NFKC, nothing invisible in it, white space single, at most `limit` characters."""
    text = text.strip()[:_MOST_READ]
    if not text.isascii():
        seen = "".join(c for c in _unseen.sub("", text) if unicodedata.category(c) not in ("Cf", "Cs"))
        text = unicodedata.normalize("NFKC", seen)
    return _blanks.sub(" ", text).strip()[:limit].rstrip()


@remembered(4096)
def fold_name(name: str) -> FoldedName:
    """Return the name folded, at most eight tokens; its key is empty when it has no letter and no digit."""
    text = _apostrophes.sub("", clean(name.translate(_acute_apostrophe)))
    words = [word for word in _spell(text).split() if any(map(str.isalnum, word))]
    while len(words) > 1 and words[0] in HONORIFICS:
        del words[0]
    suffix = words.pop() if len(words) > 1 and words[-1] in SUFFIXES else ""
    tokens = tuple(words[:MOST_TOKENS])
    return FoldedName(tokens, suffix, join((*tokens, suffix) if suffix else tokens))


def join(tokens: tuple[str, ...]) -> str:
    """Return tokens as the key of a name: with spaces, except between Chinese, Japanese and Korean."""
    return _between_cjk.sub("", " ".join(tokens))


def is_cjk(token: str) -> bool:
    """Say whether a token is Chinese, Japanese or Korean throughout: no spaces, each sign a syllable."""
    return bool(_only_cjk.fullmatch(token))


@remembered(4096)
def fold_email(address: str) -> str:
    """Return the address, its domain as A-label; `mailto:` and `Name <…>` unwrapped; blank stays blank."""
    text = _unwrap(clean(address, _EMAIL_LIMIT))
    local, at, domain = text.rpartition("@")
    if not at:
        return _fold_local(text)
    return f"{_fold_local(local.strip())}@{_fold_domain(domain.strip())}"


def mailbox(email_key: str) -> str:
    """Return where mail to a folded address ends up: without tag, and without the dots that Gmail ignores."""
    local, at, domain = email_key.rpartition("@")
    if not at:
        return email_key
    untagged = local.split("+")[0] or local
    if domain in _GMAIL:
        return f"{untagged.replace('.', '')}@{_GMAIL[0]}"
    return f"{untagged}@{domain}"


@remembered(4096)
def fold_phone(number: str, region: str) -> Phone:
    """Return the number read as one dials it in `region` (ISO 3166, may be empty).

    Only a possible number gets an E.164 form: a local one must not become a wrong international one.
    """
    text = clean(number)
    try:
        parsed = phonenumbers.parse(text, region.upper() or None)
    except NumberParseException:
        return Phone(digits=_digits(text))
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        return Phone(digits=_digits(text), extension=parsed.extension or "")
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    national = phonenumbers.national_significant_number(parsed)
    return Phone(e164, parsed.extension or "", e164.lstrip("+"), national)


def show_phone(number: str, region: str = "") -> str:
    """Return the number in international format with spaces, or as typed when it cannot be read."""
    phone = fold_phone(number, region)
    if not phone.e164:
        return clean(number)
    parsed = phonenumbers.parse(phone.e164)
    shown = _separators.sub(" ", phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL))
    return f"{shown} x{phone.extension}" if phone.extension else shown


def phone_digits(text: str) -> str:
    """Return the digits of a number, or of its beginning, without zeros in front: as E.164 would begin."""
    return _digits(_trunk_zero.sub("", clean(text))).lstrip("0")


def _spell(text: str) -> str:
    """Return text in small plain letters, with a space for whatever is no letter, digit or mark."""
    plain = _accents.sub("", unicodedata.normalize("NFD", text.casefold())).translate(_letters)
    composed = unicodedata.normalize("NFC", plain)
    return "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in composed)


def _unwrap(text: str) -> str:
    if found := _in_brackets.search(text):
        text = found[1].strip()
    if scheme := _mailto.match(text):
        text = text[scheme.end() :].partition("?")[0].strip()
    return text


def _fold_local(local: str) -> str:
    while len(local) > 2 and local[0] == local[-1] == '"':
        local = re.sub(r"\\(.)", r"\1", local[1:-1])
    return unicodedata.normalize("NFC", local.casefold())


def _fold_domain(domain: str) -> str:
    domain = domain.rstrip(".")
    if not domain.isascii():
        try:
            return idna.encode(domain, uts46=True).decode("ascii").rstrip(".")
        except UnicodeError:  # no such domain; idna's own error is one of these
            domain = unicodedata.normalize("NFC", domain.casefold())
    return domain.casefold()


def _digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())
