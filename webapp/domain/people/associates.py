"""Associates: who they are, and the two switches that say whether they chat."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from email_validator import EmailNotValidError, validate_email

from .. import acting, audit, meanwhile, texts
from ..db import emit, verb
from ..errors import Invalid, Problems, Refused
from ..events import AvailabilityChanged, RightsChanged
from ..tables import Associate, SignIn, Store, StoreMember
from ..tables.people import ROLES
from . import managing, passwords, reading, sessions


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
    for the program `rapport`; anybody else gives her own stores only.
    """
    problems = Problems()
    with problems.of():
        if password is not None:
            passwords.check(password, name=name, email=fold(email))
            password_hash = passwords.hash_password(password)  # before anybody waits for us
    new = partial(
        create, name, email, password_hash, role=role, stores=stores or (), chat_enabled=chat_enabled, language=language
    )
    return _add(problems, new, stores or [], by)


@verb
def _add(problems: Problems, new: Callable[[], Associate], stores: list[Store], by: Associate | None) -> Associate:
    acting.check_manager(by, stores)
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
    seen: str | None = None,
    by: Associate | None = None,
) -> None:
    """Change what is given of an associate, and leave the rest; `by` is nobody for the program `rapport`.

    `stores` says in which of the stores of `by` she works; her other stores stay. Raises `Invalid`, `Refused` for what
    is not for `by` to decide, `ChangedMeanwhile` when `seen` is not the `mark` of what she may do at present, and what
    `managing.kept` raises. Whoever knew the old password is out with it.
    """
    _change(
        associate,
        role=role,
        chat_enabled=chat_enabled,
        password_hash=None if password is None else _hash_for(associate, password),
        stores=stores,
        seen=seen,
        by=by,
    )


def change_password(associate: Associate, password: str, *, keep: SignIn | None) -> None:
    """Give the associate the password that she has chosen, and end her sessions but the one to keep.

    Raises `Invalid` for a password that is not good enough.
    """
    _change(associate, password_hash=_hash_for(associate, password), keep=keep, by=associate, herself=True)


@verb
def _change(
    associate: Associate,
    *,
    role: str | None = None,
    chat_enabled: bool | None = None,
    password_hash: str | None = None,
    keep: SignIn | None = None,
    stores: list[Store] | None = None,
    seen: str | None = None,
    by: Associate | None,
    herself: bool = False,
) -> None:
    present: Associate = Associate.get_by_id(associate.id)
    before = facts(present)
    if not herself:
        acting.check_manager(by)
    if (role is not None and read_role(role) != present.role) or (password_hash and not herself):
        managing.check_decides(by, present)
    _check_seen(present, seen, role, chat_enabled, stores, by)
    given = {Associate.role: role, Associate.chat_enabled: chat_enabled, Associate.password_hash: password_hash}
    columns = {column: value for column, value in given.items() if value is not None}
    with managing.kept(present):
        if columns:
            Associate.update(columns).where(Associate.id == present.id).execute()
        if stores is not None:
            _set_stores(present, stores, by)
    rights = audit.changed(before, facts(Associate.get_by_id(present.id)))
    secret: audit.Changes = {"password": (None, None)} if password_hash else {}
    if rights or secret:
        audit.record("associate_changed", str(present.name), by=by, changes=rights | secret)
    if secret:
        sessions.end_others(present, keep)
    if rights:
        emit(RightsChanged(present.id))
        emit(AvailabilityChanged(present.id))


def _check_seen(
    present: Associate,
    seen: str | None,
    role: str | None,
    chat_enabled: bool | None,
    stores: Iterable[Store] | None,
    by: Associate | None,
) -> None:
    """Raise `ChangedMeanwhile` when a form is about to go over what it has not shown."""
    held, kept = acting.stores_of(present), facts(present)
    wanted = held if stores is None else {store.id for store in stores}
    hers = held | wanted if by is None else acting.stores_of(by)
    meant = {"role": role, "chat_enabled": chat_enabled, "stores": None if wanted & hers == held & hers else wanted}
    now = {field: kept[field] for field, value in meant.items() if value is not None and value != kept[field]}
    meanwhile.check(seen, _shown(present), now, "associate_changed", [str(present.name)])


def mark(associate: Associate) -> str:
    """Return what the form of an associate carries to say what it has shown."""
    return meanwhile.mark(_shown(associate))


def _shown(associate: Associate) -> dict[str, Any]:
    where = sorted(acting.stores_of(associate))
    return {"role": associate.role, "chat_enabled": bool(associate.chat_enabled), "stores": where}


def _hash_for(associate: Associate, password: str) -> str:
    """Return the hash of a password that is to be hers: outside a verb, because hashing takes its time."""
    passwords.check(password, name=str(associate.name), email=str(associate.email))
    return passwords.hash_password(password)


def _set_stores(associate: Associate, stores: Iterable[Store], by: Associate | None) -> None:
    """Let her work in these stores, as far as they are those of `by`; rows that stay keep the order of their ids."""
    wanted = {store.id for store in stores}
    held = acting.stores_of(associate)
    hers = held | wanted if by is None else acting.stores_of(by)
    if not wanted - held <= hers:
        raise Refused("not_her_store")
    StoreMember.delete().where(
        StoreMember.associate == associate, StoreMember.store.in_((held - wanted) & hers)
    ).execute()
    for store in sorted(wanted - held):
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


def _stores_of(associate: Associate) -> list[Store]:
    return list(Store.select().join(StoreMember).where(StoreMember.associate == associate).order_by(Store.id))


def _check_language(language: str) -> None:
    if language not in reading.LANGUAGES:
        raise Invalid({"language": "not_a_choice"})
