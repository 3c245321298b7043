"""`rapport setting …`: what a manager decides for the whole house."""

from __future__ import annotations

import argparse
from typing import Any

from ..config import Settings
from ..domain import settings as house
from .commands import noun, verb


def add_to(nouns: Any) -> None:
    """Add the noun `setting`."""
    setting = noun(nouns, "setting", "what a manager decides")
    verb(setting, "get", _setting_get, "print a setting").add_argument("name")
    changed = verb(setting, "set", _setting_set, "change a setting")
    changed.add_argument("name")
    changed.add_argument("value")
    verb(setting, "list", _setting_list, "list settings, their values and their choices")


def _setting_get(options: argparse.Namespace, settings: Settings) -> None:
    print(house.get(options.name))


def _setting_set(options: argparse.Namespace, settings: Settings) -> None:
    house.set_values({options.name: options.value}, by=None)


def _setting_list(options: argparse.Namespace, settings: Settings) -> None:
    for name, choices in house.CHOICES.items():
        print(f"{name}\t{house.get(name)}\t({', '.join(choices)})")
