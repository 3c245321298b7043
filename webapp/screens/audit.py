"""The audit log: each entry as a sentence, with what was before and after in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response

from .. import render
from ..auth import Viewer
from ..domain import audit
from ..domain.audit import Chosen
from ..domain.tables import AuditEntry
from ..i18n import Reader, words
from . import hours, settings


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an entry, in words; `before` is "" for what was not there, and both for what nobody may read."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, in words."""

    at: datetime
    sentence: str
    who: str
    changes: list[Change]


def log(looks: Viewer, chosen: Chosen, *, before: int | None) -> Response:
    """Answer with one page of the log."""
    rows, more = audit.page(chosen, before=before)
    t = looks.reader.t
    people = [(str(each.id), str(each.name)) for each in audit.people()]
    query = {"person": chosen.person, "kind": chosen.kind} | ({"before": str(rows[-1].id)} if rows else {})
    content = render.partial(
        "settings/audit",
        looks.reader,
        entries=[in_words(looks.reader, row) for row in rows],
        chosen=chosen,
        people=[("", [("", t("audit.everybody")), *people, (audit.PROGRAM, audit.PROGRAM)])],
        kinds=[("", [("", t("audit.everything")), *((kind, t(f"audit.kind.{kind}")) for kind in audit.KINDS)])],
        older=f"/audit?{urlencode({name: value for name, value in query.items() if value})}" if more else "",
    )
    return settings.answer(looks, "audit", content)


def in_words(reader: Reader, row: AuditEntry) -> Entry:
    """Return an entry in the reader's words."""
    added = row.action.endswith("_added")
    changes = [_change(reader, field, added, **change) for field, change in row.data.items() if _says(**change)]
    who = str(row.associate.name) if row.associate else audit.PROGRAM
    return Entry(row.at, reader.t(f"audit.{row.action}", subject=row.subject), who, changes)


def _says(before: Any, after: Any) -> bool:
    """Say whether there is something to tell: what was added without a value was not."""
    return before is not None or after not in ("", [], {})


def _change(reader: Reader, field: str, added: bool, before: Any, after: Any) -> Change:
    """Return a change in words. A field without a name is shown as it is kept; a secret has no values.

    No hours are hours, too, unless the store has just been `added`.
    """
    name = words(reader.locale).texts.get(f"audit.field.{field}", field)
    if before is None and after is None and field != "hours":
        return Change(name, "", "")
    is_new = before is None and (added or field != "hours")
    return Change(name, "" if is_new else value(reader, field, before), value(reader, field, after))


def value(reader: Reader, field: str, held: Any) -> str:
    """Return a value of a field in words."""
    if held in (None, "", [], {}) and field != "hours":
        return reader.t("audit.nothing")
    if field in _OF_FIELD:
        return _OF_FIELD[field](reader, held)
    if isinstance(held, bool):
        return reader.t("audit.yes" if held else "audit.no")
    if isinstance(held, list):
        return ", ".join(value(reader, "", each) for each in held)
    return str(held)


def _by_key(prefix: str) -> Callable[[Reader, Any], str]:
    """What is one of some choices has its words elsewhere."""
    return lambda reader, held: words(reader.locale).texts.get(f"{prefix}.{held}", str(held))


def _texts(reader: Reader, held: dict[str, dict[str, str]]) -> str:
    """The widget's own words on a site: what they are for, and in which language, stands before each."""
    t = reader.t
    return "; ".join(
        t("audit.text", name=t(f"sites.text.{name}"), language=t(f"language.{language}"), text=text)
        for language, named in held.items()
        for name, text in named.items()
    )


_OF_FIELD: dict[str, Callable[[Reader, Any], str]] = {
    "hours": hours.in_words,
    "region": lambda reader, held: reader.region(str(held)),
    "texts": _texts,
    "automatic_linking": _by_key("linking"),
    "remember_browser": _by_key("audit.switch"),
    "role": _by_key("role"),
    "shown_fields": lambda reader, held: ", ".join(_by_key("field")(reader, field) for field in held),
    "required_fields": lambda reader, held: ", ".join(_by_key("field")(reader, field) for field in held),
}
