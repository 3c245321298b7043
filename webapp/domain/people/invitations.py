"""Invitations: a place kept for an associate to be. Only who has its link can take it, once, within seven days."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from peewee import JOIN

from .. import acting, audit, clock
from ..db import verb
from ..errors import Invalid, NotFound, Problems
from ..tables import Associate, Invitation, Store, StoreMember
from . import associates, passwords, reading, sessions

VALID = timedelta(days=7)


@verb
def invite(
    email: str,
    *,
    role: str = "associate",
    stores: Iterable[Store] = (),
    chat_enabled: bool = True,
    by: Associate | None,
) -> tuple[Invitation, str]:
    """Invite somebody; returns the invitation and the token for its link, which is kept nowhere.

    Earlier invitations of the same e-mail are taken back, as far as they are hers to give. Raises `Invalid` with
    everything that is wrong, an invitation by somebody else included, and `Refused` for a store that is not hers; `by`
    is nobody for the program `rapport`.
    """
    places = list(stores)
    acting.check_manager(by, places)
    problems = Problems()
    with problems.of():
        email = associates.read_email(email)
        if associates.by_email(email):
            raise Invalid({"email": "works_here"})
        others = pending(Invitation.email == email)
        if len(hers_to_give(by, others)) < len(others):
            raise Invalid({"email": "invited_already"})
    with problems.of():
        associates.read_role(role)
    problems.complain()
    for earlier in hers_to_give(by, Invitation.select().where(Invitation.email == email, _unused())):
        take_back(earlier, by=by)
    token = secrets.token_urlsafe(32)
    invitation: Invitation = Invitation.create(
        token_hash=sessions.hash_token(token),
        email=email,
        role=role,
        stores=[store.id for store in places],
        chat_enabled=chat_enabled,
        invited_by=by,
    )
    about = {"role": role, "stores": [store.name for store in places], "chat_enabled": chat_enabled}
    audit.record("associate_invited", email, by=by, changes=audit.changed({}, about))
    return invitation, token


@verb
def renew(invitation: Invitation, *, by: Associate | None) -> tuple[Invitation, str]:
    """Invite the same person anew: the link before opens nothing any more.

    Raises `NotFound` when it does not even now, and when the invitation is not hers to give.
    """
    if not hers_to_give(by, pending(Invitation.id == invitation.id)):
        raise NotFound
    return invite(
        str(invitation.email),
        role=str(invitation.role),
        stores=places_of(invitation),
        chat_enabled=bool(invitation.chat_enabled),
        by=by,
    )


@verb
def take_back(invitation: Invitation, *, by: Associate | None) -> None:
    """Let the link open nothing any more."""
    acting.check_manager(by)
    revoked = Invitation.update(revoked_at=clock.now()).where(Invitation.id == invitation.id, _unused())
    if revoked.execute():
        audit.record("invitation_revoked", str(invitation.email), by=by)


def pending(*which: Any) -> list[Invitation]:
    """Return the invitations whose links still open, the newest first; of these only, when conditions are given.

    They were neither used nor taken back, are not too old, and whoever made them is still a manager of all of their
    stores: whoever leaves may have kept links that she made.
    """
    trusted = Invitation.invited_by.is_null() | ((Associate.role == "manager") & Associate.deactivated_at.is_null())
    query = Invitation.select().join(Associate, JOIN.LEFT_OUTER)
    young = Invitation.created_at > clock.now() - VALID
    found = list(query.where(_unused(), young, trusted, *which).order_by(Invitation.id.desc()))
    makers: list[int | None] = [one.__data__["invited_by"] for one in found]
    places = _places_of({maker for maker in makers if maker})
    return [
        one for maker, one in zip(makers, found, strict=True) if maker is None or places[maker].issuperset(one.stores)
    ]


def _places_of(makers: set[int]) -> dict[int, set[int]]:
    """Return the ids of the stores in which each of these works now."""
    places: dict[int, set[int]] = {maker: set() for maker in makers}
    members: Any = StoreMember.select(StoreMember.associate, StoreMember.store)
    for associate, store in members.where(StoreMember.associate.in_(list(makers))).tuples():
        places[associate].add(store)
    return places


def hers_to_give(by: Associate | None, invitations: Iterable[Invitation]) -> list[Invitation]:
    """Return those of the invitations that are to her own stores only; nobody, the program `rapport`, may give any."""
    if by is None:
        return list(invitations)
    hers = acting.stores_of(by)
    return [invitation for invitation in invitations if hers.issuperset(invitation.stores)]


def places_of(invitation: Invitation) -> list[Store]:
    """Return the stores for which somebody is invited."""
    return list(Store.select().where(Store.id.in_(invitation.stores)).order_by(Store.id))


def ends_at(invitation: Invitation) -> datetime:
    """Return when the link opens nothing any more."""
    created: datetime = invitation.created_at
    return created + VALID


def by_token(token: str) -> Invitation:
    """Return the invitation that the link with this token opens; raises `NotFound`."""
    for found in pending(Invitation.token_hash == sessions.hash_token(token)):
        if not associates.by_email(str(found.email)):
            return found
    raise NotFound


def accept(token: str, name: str, password: str, language: str = "en") -> tuple[Associate, str]:
    """Make an associate of whoever was invited, and sign her in; returns her with the token for her cookie.

    Raises `NotFound` when the link opens nothing, and `Invalid` with everything that is wrong.
    """
    email = str(by_token(token).email)
    problems = Problems()
    with problems.of():
        reading.name(name)
    with problems.of():
        passwords.check(password, name=name, email=email)
    problems.complain()
    return _accept(token, name, passwords.hash_password(password), language)  # hashed before anybody waits for us


@verb
def _accept(token: str, name: str, password_hash: str, language: str) -> tuple[Associate, str]:
    invitation = by_token(token)  # once more: somebody may have been faster
    associate = associates.create(
        name,
        str(invitation.email),
        password_hash,
        role=str(invitation.role),
        stores=places_of(invitation),
        chat_enabled=bool(invitation.chat_enabled),
        language=language,
    )
    Invitation.update(accepted_at=clock.now()).where(Invitation.id == invitation.id).execute()
    changes = audit.changed({}, associates.facts(associate))
    audit.record("associate_joined", str(associate.name), by=associate, changes=changes)
    return associate, sessions.sign_in(associate)


def _unused() -> Any:
    return Invitation.accepted_at.is_null() & Invitation.revoked_at.is_null()
