"""Associates: who they are, and the two switches that say whether they chat."""

from __future__ import annotations

from ..db import emit, verb
from ..errors import Invalid
from ..events import AvailabilityChanged
from ..tables import Associate, Store, StoreMember
from ..tables.people import ROLES
from .passwords import hash_password

LANGUAGES = ("en", "fr")


def fold(email: str) -> str:
    """Return the form in which an associate's e-mail is kept and looked up."""
    return email.strip().casefold()


def by_email(email: str) -> Associate | None:
    """Return the associate with this sign-in e-mail, or None."""
    found: Associate | None = Associate.get_or_none(Associate.email == fold(email))
    return found


@verb
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
) -> Associate:
    """Add an associate of the stores; raises `Invalid` for a blank name, a taken e-mail, a role that is none.

    `password_hash` stands in for a password that was hashed before; with neither she cannot sign in.
    """
    if not name.strip():
        raise Invalid({"name": "name_missing"})
    if role not in ROLES:
        raise Invalid({"role": "not_a_choice"})
    if by_email(email):
        raise Invalid({"email": "taken"})
    associate: Associate = Associate.create(
        name=name,
        email=fold(email),
        password_hash=hash_password(password) if password else password_hash,
        role=role,
        chat_enabled=chat_enabled,
        language=language,
    )
    for store in stores or ():
        StoreMember.create(store=store, associate=associate)
    return associate


@verb
def change(
    associate: Associate,
    *,
    role: str | None = None,
    chat_enabled: bool | None = None,
    password: str | None = None,
    stores: list[Store] | None = None,
) -> None:
    """Change what is given of an associate, and leave the rest."""
    if role is not None and role not in ROLES:
        raise Invalid({"role": "not_a_choice"})
    given = {
        Associate.role: role,
        Associate.chat_enabled: chat_enabled,
        Associate.password_hash: hash_password(password) if password else None,
    }
    changes = {column: value for column, value in given.items() if value is not None}
    if changes:
        Associate.update(changes).where(Associate.id == associate.id).execute()
    if stores is not None:
        StoreMember.delete().where(StoreMember.associate == associate).execute()
        for store in stores:
            StoreMember.create(store=store, associate=associate)
    emit(AvailabilityChanged(associate.id))


@verb
def set_available(associate: Associate, available: bool) -> None:
    """Turn the associate's own switch."""
    Associate.update(available=available).where(Associate.id == associate.id).execute()
    emit(AvailabilityChanged(associate.id))


@verb
def set_language(associate: Associate, language: str) -> None:
    """Let the associate read the workspace in this language."""
    if language not in LANGUAGES:
        raise Invalid({"language": "not_a_choice"})
    Associate.update(language=language).where(Associate.id == associate.id).execute()
