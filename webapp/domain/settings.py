"""What a manager decides for the whole installation, kept in the database.

Each setting has a name, the values it may take, and a default. Settings of the process (addresses, secrets)
are elsewhere, in `webapp.config`.
"""

from __future__ import annotations

from .db import verb
from .errors import Invalid
from .tables.settings import Setting

CHOICES: dict[str, tuple[str, ...]] = {  # the first is the default
    "automatic_linking": ("single_exact_match", "strict", "off"),
    "remember_browser": ("on", "off"),
}


def get(name: str) -> str:
    """Return the value of a setting, or its default."""
    choices = _choices(name)
    row = Setting.get_or_none(Setting.name == name)
    return str(row.value) if row else choices[0]


@verb
def set_value(name: str, value: str) -> None:
    """Set a setting; raises `Invalid` when it is unknown or the value is none of its choices."""
    if value not in _choices(name):
        raise Invalid({name: "not_a_choice"})
    Setting.insert(name=name, value=value).on_conflict(
        conflict_target=[Setting.name], update={Setting.value: value}
    ).execute()


def _choices(name: str) -> tuple[str, ...]:
    try:
        return CHOICES[name]
    except KeyError:
        raise Invalid({name: "unknown_setting"}) from None
