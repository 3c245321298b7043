"""Reading tests/corpus: what may come in, line by line, and what is to become of it.

A line has an `id`, a `field` (the class of what it is typed into), a `payload` and what is `expected`: "kept" as it
is, {"tidied": …} to that, or a status. Long texts are written as {"before": …, "repeat": …, "times": …, "after": …},
bytes as {"hex": …}.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "corpus"


@dataclass(frozen=True)
class Line:
    """One line of the corpus."""

    id: str
    about: str
    payload: Any
    expected: Any

    def __str__(self) -> str:
        return f"{self.id} {self.about}"

    @property
    def kept(self) -> str | None:
        """What is to be shown of the payload, or None when it is refused."""
        if isinstance(self.expected, int):
            return None
        return str(self.payload if self.expected == "kept" else spelt(self.expected["tidied"])).strip(" ")


def lines(field: str) -> list[Line]:
    """Return the lines of a class of fields."""
    text = (FOLDER / f"{field}.jsonl").read_text(encoding="utf-8")
    read = [json.loads(line) for line in text.split("\n") if line]
    assert all(line["field"] == field for line in read)
    return [Line(line["id"], line["about"], spelt(line["payload"]), spelt(line["expected"])) for line in read]


def spelt(value: Any) -> Any:
    """Spell out what is written short."""
    if not isinstance(value, dict):
        return value
    if "repeat" in value and "each" not in value:
        return value.get("before", "") + spelt(value["repeat"]) * value["times"] + value.get("after", "")
    if value.keys() == {"hex"}:
        return bytes.fromhex(value["hex"])
    return {name: spelt(inner) for name, inner in value.items()}
