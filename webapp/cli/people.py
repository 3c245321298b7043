"""`rapport user …`: associates and managers."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..config import Settings
from ..domain.chats import staffing
from ..domain.people import associates, invitations
from ..domain.tables import Associate
from ..domain.tables.people import ROLES
from .commands import noun, stores_named, verb


def add_to(nouns: Any) -> None:
    """Add the noun `user`."""
    user = noun(nouns, "user", "associates and managers")
    for name, command in (("add", _user_add), ("set", _user_set)):
        parser = verb(user, name, command, f"{name} an associate")
        parser.add_argument("email")
        if name == "add":
            parser.add_argument("--name", required=True)
        _add_rights(parser)
        parser.add_argument("--password", required=name == "add")
    verb(user, "list", _user_list, "list associates")
    invite = verb(user, "invite", _user_invite, "print a link with which somebody becomes an associate")
    invite.add_argument("email")
    _add_rights(invite)
    for name, command, help in (
        ("deactivate", _user_deactivate, "let an associate do nothing any more; her chats wait for somebody else"),
        ("reactivate", _user_reactivate, "let an associate sign in again"),
    ):
        verb(user, name, command, help).add_argument("email")


def _add_rights(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", choices=ROLES)
    parser.add_argument("--store", action="append", help="the store's short name; may be given again")
    parser.add_argument("--chat-enabled", action=argparse.BooleanOptionalAction)


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
    associates.change(
        _named(options.email),
        role=options.role,
        chat_enabled=options.chat_enabled,
        password=options.password,
        stores=None if options.store is None else stores_named(options.store),
    )


def _user_list(options: argparse.Namespace, settings: Settings) -> None:
    for associate in Associate.select().order_by(Associate.id):
        where = ",".join(member.store.slug for member in associate.memberships)
        chats = "chat-enabled" if associate.chat_enabled else "not chat-enabled"
        gone = "\tdeactivated" if associate.deactivated_at else ""
        print(f"{associate.email}\t{associate.name}\t{associate.role}\t{where}\t{chats}{gone}")


def _user_invite(options: argparse.Namespace, settings: Settings) -> None:
    _, token = invitations.invite(
        options.email,
        role=options.role or "associate",
        stores=stores_named(options.store or []),
        chat_enabled=options.chat_enabled is not False,
        by=None,
    )
    print(f"{settings.base_url}/join/{token}")


def _user_deactivate(options: argparse.Namespace, settings: Settings) -> None:
    staffing.deactivate(_named(options.email), by=None)


def _user_reactivate(options: argparse.Namespace, settings: Settings) -> None:
    staffing.reactivate(_named(options.email), by=None)


def _named(email: str) -> Associate:
    return associates.by_email(email) or sys.exit(f"rapport: nobody has the e-mail {email}")
