"""How what a customer gave compares with what a profile holds: field by field, as evidence; pure.

A comparison has a verdict (exact, partial, none, blank) and a level that says why, from which a partial
makes a sentence. Weights rank candidates among themselves; no number is shown to a person, and none links
anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from ..profiles.keys import ROLES
from ..profiles.normalise import clean, fold_email, fold_name, fold_phone, mailbox
from .names import resemblance

VERDICTS = ("blank", "none", "partial", "exact")  # weakest first

# Field → level → log-odds that it is the same person, to rank by.
WEIGHTS: dict[str, dict[str, float]] = {
    "name": {
        "exact": 9, "exact_join": 8, "reordered": 7, "near1": 6, "nick": 5.5, "subset": 4.5, "suffix": 4,
        "near2": 4, "initial": 3, "nick_initial": 2, "one_token": 2, "single": 1.5, "single_near": 1,
        "other": -3, "no letters": 0, "missing": 0, "missing_held": 0,
    },
    "email": {
        "exact": 12, "mailbox": 10, "local_domnear": 9, "near1": 7, "local": 4, "near2": 4, "other": -1.5,
        "missing": 0, "missing_held": 0,
    },
    "phone": {
        "exact": 11, "suffix": 7, "near": 5, "other": -1, "unparsed": 0, "missing": 0, "missing_held": 0,
    },
}  # fmt: skip
_ALIKE = 1.5  # for spellings wholly alike, of the name and of the local part
_NOT_NEAR = ("other", "no letters", "unparsed", "missing_held")
_SHORT_LOCAL, _LONG_LOCAL = 3, 6  # letters from which on one slip, two slips can be forgiven
_SHORT_DOMAIN, _LONG_DOMAIN = 6, 9
_COMPARED_DIGITS, _FEWEST_DIGITS = 8, 7


@dataclass(frozen=True, slots=True)
class Details:
    """What the customer gave, as typed; blank is the empty string. `region` (ISO 3166) is the store's."""

    name: str = ""
    email: str = ""
    phone: str = ""
    name_generated: bool = False
    region: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What a profile holds. `region` is where its phones were read; empty is the customer's."""

    name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    name_generated: bool = False
    region: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field: what was given, the profile's value that fits it best, verdict and level (of `WEIGHTS`)."""

    field: str
    given: str
    held: str
    verdict: str
    level: str

    @property
    def weight(self) -> float:
        """What the field adds to the score."""
        return WEIGHTS[self.field].get(self.level, 0) + _ALIKE * self._likeness()

    def _likeness(self) -> float:
        if self.verdict == "blank" or self.field == "phone":
            return 0
        if self.field == "name":
            return fuzz.ratio(fold_name(self.given).key, fold_name(self.held).key) / 100
        return fuzz.ratio(*(fold_email(side).rpartition("@")[0] for side in (self.given, self.held))) / 100


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a profile is, or is not, thought to be the customer's."""

    name: Comparison
    email: Comparison
    phone: Comparison

    @property
    def comparisons(self) -> tuple[Comparison, Comparison, Comparison]:
        """The three fields, in their order."""
        return (self.name, self.email, self.phone)

    @property
    def strength(self) -> str:
        """`exact`: name and e-mail are; `partial`: a field is; `near`: name or e-mail almost; or `none`."""
        if self.name.verdict == self.email.verdict == "exact":
            return "exact"
        if any(comparison.verdict == "exact" for comparison in self.comparisons):
            return "partial"
        return "near" if "partial" in (self.name.verdict, self.email.verdict) else "none"

    @property
    def score(self) -> float:
        """How probable it is, for ranking among profiles of one strength; higher is more."""
        return sum(comparison.weight for comparison in self.comparisons)

    def as_data(self) -> list[dict[str, str]]:
        """Return it as JSON can hold it: one object per field, in the order name, email, phone."""
        return [asdict(comparison) for comparison in self.comparisons]

    @classmethod
    def from_data(cls, data: Iterable[dict[str, Any]]) -> Evidence:
        """Return the evidence that `as_data` gave away."""
        names = [field.name for field in fields(Comparison)]
        found = {line["field"]: Comparison(**{name: line[name] for name in names}) for line in data}
        return cls(**found)


def compare_name(given: str, held: str) -> Comparison:
    """Compare two names; pass a generated one as blank."""
    return _compared("name", given, held, _name_level)


def compare_email(given: str, held: str) -> Comparison:
    """Compare two e-mail addresses."""
    return _compared("email", given, held, _email_level)


def compare_phone(given: str, held: str, region: str, held_region: str = "") -> Comparison:
    """Compare two phone numbers, read in `region`; the profile's in `held_region` where that is another."""
    return _compared("phone", given, held, lambda a, b: _phone_level(a, b, region, held_region or region))


def compare(details: Details, held: Held) -> Evidence:
    """Compare what was given with a profile: in each field, with the value that fits best."""
    name = "" if details.name_generated else details.name
    held_name = "" if held.name_generated else held.name
    emails, phones = held.emails or ("",), held.phones or ("",)
    return Evidence(
        name=compare_name(name, held_name),
        email=_best(compare_email(details.email, email) for email in emails),
        phone=_best(compare_phone(details.phone, phone, details.region, held.region) for phone in phones),
    )


def speaks_of_somebody_else(details: Details, held: Held) -> bool:
    """Say whether the details are another customer's than the profile's, as at a shared browser.

    SPEC section 2: the name given is not even near the profile's, and no other field given is.
    """
    evidence = compare(details, held)
    if evidence.name.verdict != "none" or evidence.name.level == "missing_held":
        return False
    return not {"exact", "partial"} & {evidence.email.verdict, evidence.phone.verdict}


def _best(comparisons: Iterable[Comparison]) -> Comparison:
    return max(comparisons, key=lambda c: (VERDICTS.index(c.verdict), c.level != "missing_held", c.weight))


def _compared(field: str, given: str, held: str, level_of: Callable[[str, str], str]) -> Comparison:
    if not clean(given):
        return Comparison(field, given, held, "blank", "missing")
    level = level_of(given, held) if clean(held) else "missing_held"
    # Chinese, Japanese and Korean names are the same with spaces elsewhere: an exact_join that is exact.
    is_exact = level == "exact" or (field == "name" and fold_name(given).key == fold_name(held).key != "")
    verdict = "exact" if is_exact else "none" if level in _NOT_NEAR else "partial"
    return Comparison(field, given, held, verdict, level)


def _name_level(given: str, held: str) -> str:
    one, other = fold_name(given), fold_name(held)
    if not one.key:
        return "no letters"
    if not other.key:
        return "other"
    if one.key == other.key:
        return "exact" if one.tokens == other.tokens else "exact_join"
    return resemblance(one, other)


def _email_level(given: str, held: str) -> str:
    one, other = fold_email(given), fold_email(held)
    if one == other:
        return "exact"
    if mailbox(one) == mailbox(other):
        return "mailbox"
    (local, _, domain), (held_local, _, held_domain) = one.rpartition("@"), other.rpartition("@")
    if local == held_local and _near_domains(domain, held_domain):
        return "local_domnear"
    slips, shortest = OSA.distance(one, other), min(len(local), len(held_local))
    if slips == 1 and max(len(local), len(held_local)) >= _SHORT_LOCAL:
        return "near1"
    bare = _bare_local(one)
    if bare == _bare_local(other) and len(bare) >= _SHORT_LOCAL and bare not in ROLES:
        return "local"
    return "near2" if slips == 2 and shortest >= _LONG_LOCAL else "other"


def _near_domains(one: str, other: str) -> bool:
    shortest = min(len(one), len(other))
    allowed = 2 if shortest >= _LONG_DOMAIN else 1 if shortest >= _SHORT_DOMAIN else 0
    return OSA.distance(one, other) <= allowed


def _bare_local(email_key: str) -> str:
    return mailbox(email_key).rpartition("@")[0].replace(".", "")


def _phone_level(given: str, held: str, region: str, held_region: str) -> str:
    one, other = fold_phone(given, region), fold_phone(held, held_region)
    if one.e164 and one.e164 == other.e164:
        return "exact"
    if one.e164 and other.e164 and OSA.distance(one.e164, other.e164) == 1:
        return "near"
    # A number that lacks its country, or was read in a wrong one, still ends as it should.
    compared = min(len(one.digits), len(other.digits), _COMPARED_DIGITS)
    is_same_end = compared >= _FEWEST_DIGITS and one.digits[-compared:] == other.digits[-compared:]
    if is_same_end and not (one.country and one.country == other.country):
        return "suffix"
    return "other" if one.e164 else "unparsed"
