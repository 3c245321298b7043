"""Associates: who they are, and the two switches that say whether they chat."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from email_validator import EmailNotValidError, validate_email

from .. import audit, texts
from ..db import emit, verb
from ..errors import Invalid, Problems, Refused
from ..events import AvailabilityChanged, RightsChanged
from ..tables import Associate, SignIn, Store, StoreMember
from ..tables.people import ROLES
from . import passwords, reading, sessions


class LastManager(Refused):
    """Nobody would be left to manage."""

    def __init__(self) -> None:
        super().__init__("last_manager")


def fold(email: str) -> str:
    """Return the form in which an associate's e-mail is kept and looked up."""
    return email.strip().casefold()


def by_email(email: str) -> Associate | None:
    """Return the associate with this sign-in e-mail, or None."""
    found: Associate | None = Associate.get_or_none(Associate.email == fold(email))
    return found


def read_email(email: str) -> str:
    """Return an e-mail folded; raises `Invalid` for one that is blank or cannot be."""
    folded = fold(email)
    problem = texts.problem_with(email, texts.LIMITS["email"]) or ("" if folded else "email_missing")
    if problem:
        raise Invalid({"email": problem})
    try:
        validate_email(folded, check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError:
        raise Invalid({"email": "email_invalid"}) from None
    return folded


def read_role(role: str) -> str:
    """Return the role; raises `Invalid` for one that is none."""
    if role not in ROLES:
        raise Invalid({"role": "not_a_choice"})
    return role


def add(
    name: str,
    email: str,
    password: str | None,
    *,
    role: str = "associate",
    stores: list[Store] | None = None,
    chat_enabled: bool = True,
    language: str = "en",
    password_hash: str = "",
    by: Associate | None = None,
) -> Associate:
    """Add an associate of the stores; raises `Invalid` with everything that is wrong.

    `password_hash` stands in for a password that was hashed before; with neither she cannot sign in. `by` is nobody
    for the program `rapport`.
    """
    problems = Problems()
    with problems.of():
        if password:
            passwords.check(password, name=name, email=fold(email))
            password_hash = passwords.hash_password(password)  # before anybody waits for us
    new = partial(
        create, name, email, password_hash, role=role, stores=stores or (), chat_enabled=chat_enabled, language=language
    )
    return _add(problems, new, by)


@verb
def _add(problems: Problems, new: Callable[[], Associate], by: Associate | None) -> Associate:
    with problems.of():
        associate = new()
    problems.complain()
    audit.record("associate_added", str(associate.name), by=by, changes=audit.changed({}, facts(associate)))
    return associate


@verb
def create(
    name: str,
    email: str,
    password_hash: str,
    *,
    role: str,
    stores: Iterable[Store],
    chat_enabled: bool,
    language: str,
) -> Associate:
    """Make an associate for whoever writes into the audit log why; raises `Invalid` with everything that is wrong."""
    problems = Problems()
    with problems.of():
        name = reading.name(name)
    with problems.of():
        email = read_email(email)
        if by_email(email):
            raise Invalid({"email": "taken"})
    with problems.of():
        read_role(role)
    with problems.of():
        _check_language(language)
    problems.complain()
    associate: Associate = Associate.create(
        name=name, email=email, password_hash=password_hash, role=role, chat_enabled=chat_enabled, language=language
    )
    for store in stores:
        StoreMember.create(store=store, associate=associate)
    return associate


def change(
    associate: Associate,
    *,
    role: str | None = None,
    chat_enabled: bool | None = None,
    password: str | None = None,
    stores: list[Store] | None = None,
    among: Iterable[Store] | None = None,
    by: Associate | None = None,
) -> None:
    """Change what is given of an associate, and leave the rest; `by` is nobody for the program `rapport`.

    With `among`, `stores` says which of these she works in, and her other stores stay. Raises `Invalid`, and
    `LastManager` when nobody would be left to manage. Whoever knew the old password is out with it.
    """
    _change(
        associate,
        role=role,
        chat_enabled=chat_enabled,
        password_hash=_hash_for(associate, password) if password else None,
        stores=stores,
        among=among,
        by=by,
    )


def change_password(associate: Associate, password: str, *, keep: SignIn | None) -> None:
    """Give the associate the password that she has chosen, and end her sessions but the one to keep.

    Raises `Invalid` for a password that is not good enough.
    """
    _change(associate, password_hash=_hash_for(associate, password), keep=keep, by=associate)


@verb
def _change(
    associate: Associate,
    *,
    role: str | None = None,
    chat_enabled: bool | None = None,
    password_hash: str | None = None,
    keep: SignIn | None = None,
    stores: list[Store] | None = None,
    among: Iterable[Store] | None = None,
    by: Associate | None,
) -> None:
    present: Associate = Associate.get_by_id(associate.id)
    before = facts(present)
    if role is not None and read_role(role) != "manager":
        keep_a_manager(present)
    given = {Associate.role: role, Associate.chat_enabled: chat_enabled, Associate.password_hash: password_hash}
    columns = {column: value for column, value in given.items() if value is not None}
    if columns:
        Associate.update(columns).where(Associate.id == present.id).execute()
    if stores is not None:
        _set_stores(present, stores, among)
    rights = audit.changed(before, facts(Associate.get_by_id(present.id)))
    secret: audit.Changes = {"password": (None, None)} if password_hash else {}
    if rights or secret:
        audit.record("associate_changed", str(present.name), by=by, changes=rights | secret)
    if secret:
        sessions.end_others(present, keep)
    if rights:
        emit(RightsChanged(present.id))
        emit(AvailabilityChanged(present.id))


def _hash_for(associate: Associate, password: str) -> str:
    """Return the hash of a password that is to be hers: outside a verb, because hashing takes its time."""
    passwords.check(password, name=str(associate.name), email=str(associate.email))
    return passwords.hash_password(password)


def _set_stores(associate: Associate, stores: Iterable[Store], among: Iterable[Store] | None) -> None:
    """Let her work in these stores; rows that stay are left, because the order of their ids is hers."""
    wanted = {store.id for store in stores}
    held = {store.id for store in _stores_of(associate)}
    within = held | wanted if among is None else {store.id for store in among}
    StoreMember.delete().where(
        StoreMember.associate == associate, StoreMember.store.in_((held - wanted) & within)
    ).execute()
    for store in sorted((wanted - held) & within):
        StoreMember.create(store=store, associate=associate)


@verb
def set_available(associate: Associate, available: bool) -> None:
    """Turn the associate's own switch."""
    Associate.update(available=available).where(Associate.id == associate.id).execute()
    emit(AvailabilityChanged(associate.id))


@verb
def set_language(associate: Associate, language: str) -> None:
    """Let the associate read the workspace in this language."""
    _check_language(language)
    Associate.update(language=language).where(Associate.id == associate.id).execute()


def facts(associate: Associate) -> dict[str, Any]:
    """Return what the audit log keeps of an associate; never a password."""
    return {
        "email": associate.email,
        "role": associate.role,
        "stores": [store.name for store in _stores_of(associate)],
        "chat_enabled": bool(associate.chat_enabled),
    }


def keep_a_manager(associate: Associate) -> None:
    """Raise `LastManager` when nobody would manage without this associate; from within a verb."""
    others = Associate.select().where(
        Associate.role == "manager", Associate.deactivated_at.is_null(), Associate.id != associate.id
    )
    if associate.is_manager and associate.deactivated_at is None and not others.exists():
        raise LastManager


def _stores_of(associate: Associate) -> list[Store]:
    return list(Store.select().join(StoreMember).where(StoreMember.associate == associate).order_by(Store.id))


def _check_language(language: str) -> None:
    if language not in reading.LANGUAGES:
        raise Invalid({"language": "not_a_choice"})
