"""What a manager decides for the whole installation, kept in the database.

Each setting has a name, the values it may take, and a default. Settings of the process (addresses, secrets)
are elsewhere, in `webapp.config`.
"""

from __future__ import annotations

from . import acting, audit, meanwhile
from .db import verb
from .errors import Invalid
from .tables import Associate, Setting

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
def set_values(values: dict[str, str], *, seen: str | None = None, by: Associate | None) -> None:
    """Set settings, all or none; raises `Invalid` when one is unknown or a value is none of its choices.

    `by` is nobody for the program `rapport`, and else a manager. Raises
    `ChangedMeanwhile` when `seen` is not the mark of the present values.
    """
    acting.check_manager(by)
    wrong = {name: "not_a_choice" for name, value in values.items() if value not in _choices(name)}
    if wrong:
        raise Invalid(wrong)
    present = {name: get(name) for name in values}
    changes = audit.changed(present, values)
    now = {name: before for name, (before, _) in changes.items()}
    meanwhile.check(seen, present, now, "setting_changed", present)
    for name, (_, value) in changes.items():
        Setting.insert(name=name, value=value).on_conflict(
            conflict_target=[Setting.name], update={Setting.value: value}
        ).execute()
        audit.record("setting_changed", name, by=by, changes={name: changes[name]})


def mark() -> str:
    """Return what a form of all settings carries to say what it has shown."""
    return meanwhile.mark({name: get(name) for name in CHOICES})


def _choices(name: str) -> tuple[str, ...]:
    try:
        return CHOICES[name]
    except KeyError:
        raise Invalid({name: "unknown_setting"}) from None
