"""How a row of the access matrix is written: a method, an address, a thing, and what each actor is answered.

    row("GET", "/conversations/<public_id>", "waiting", "door door door  200 200 200 404 404")

The answers stand in the order of `ACTORS`: a status, or `door` for whoever is led to the sign-in page. The thing fills
the parameters of the address: names of `World.ids`, parted by slashes, or the value itself after an equals sign.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

# Who comes: nobody in particular; Jane, whose chat is `chat`, and Zoé, whose chat is `waiting`, at the widget; and of
# the staff Alice, who has accepted `chat`, Bruno and the manager Nadia of her store, and of London Charlie and the
# manager Dana.
ACTORS = ("nobody", "jane", "zoe", "alice", "bruno", "nadia", "charlie", "dana")
STAFF = ACTORS[3:]


@dataclass(frozen=True)
class Row:
    """One line of the matrix."""

    method: str
    rule: str
    thing: str
    expected: Mapping[str, str] = field(compare=False)
    query: str = ""
    form: Mapping[str, str] = field(default_factory=dict, compare=False)
    sends: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.method, self.rule, self.thing, self.query) if part)

    @property
    def is_safe(self) -> bool:
        return self.method == "GET"

    def path(self, ids: Mapping[str, str]) -> str:
        """Return the address, filled in."""
        values = iter(name[1:] if name.startswith("=") else ids[name] for name in self.thing.split("/"))
        path = re.sub(r"<[^>]+>", lambda _: next(values), self.rule)
        return path + ("?" + self.query.format_map(ids) if self.query else "")

    def filled(self, ids: Mapping[str, str]) -> dict[str, str]:
        """Return what is sent, filled in."""
        return {name: value.format_map(ids) for name, value in self.form.items()}


def row(method: str, rule: str, thing: str, expected: str, *, query: str = "", sends: str = "", **form: str) -> Row:
    """Write a row.

    `form` is what an unsafe request brings, and `{name}` in it stands for an id of the world; `sends` is for one that
    brings no form.
    """
    cells = expected.split()
    assert len(cells) == len(ACTORS), f"{method} {rule}: one cell for each of {', '.join(ACTORS)}"
    return Row(method, rule, thing, dict(zip(ACTORS, cells, strict=True)), query, form, sends)
