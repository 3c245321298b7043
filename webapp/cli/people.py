"""`rapport user …`: associates and managers."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..config import Settings
from ..domain.people import associates
from ..domain.tables import Associate
from .commands import noun, stores_named, verb


def add_to(nouns: Any) -> None:
    """Add the noun `user`."""
    user = noun(nouns, "user", "associates and managers")
    for name, command in (("add", _user_add), ("set", _user_set)):
        parser = verb(user, name, command, f"{name} an associate")
        parser.add_argument("email")
        if name == "add":
            parser.add_argument("--name", required=True)
        parser.add_argument("--role", choices=("associate", "manager"))
        parser.add_argument("--store", action="append", help="the store's short name; may be given again")
        parser.add_argument("--chat-enabled", action=argparse.BooleanOptionalAction)
        parser.add_argument("--password", required=name == "add")
    verb(user, "list", _user_list, "list associates")


def _user_add(options: argparse.Namespace, settings: Settings) -> None:
    associates.add(
        options.name,
        options.email,
        options.password,
        role=options.role or "associate",
        stores=stores_named(options.store or []),
        chat_enabled=options.chat_enabled is not False,
    )


def _user_set(options: argparse.Namespace, settings: Settings) -> None:
    associate = associates.by_email(options.email) or sys.exit(f"rapport: nobody has the e-mail {options.email}")
    associates.change(
        associate,
        role=options.role,
        chat_enabled=options.chat_enabled,
        password=options.password,
        stores=None if options.store is None else stores_named(options.store),
    )


def _user_list(options: argparse.Namespace, settings: Settings) -> None:
    for associate in Associate.select().order_by(Associate.id):
        where = ",".join(member.store.slug for member in associate.memberships)
        chats = "chat-enabled" if associate.chat_enabled else "not chat-enabled"
        print(f"{associate.email}\t{associate.name}\t{associate.role}\t{where}\t{chats}")
