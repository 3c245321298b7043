"""The pages of associates: the list in the settings, the form of one, invitations, and her own page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, current_app, request
from peewee import fn

from .. import render
from ..auth import Viewer
from ..domain.people import access, associates, invitations, managing, sessions, stores
from ..domain.tables import Associate, Invitation, SignIn, Store, StoreMember
from ..domain.tables.people import ROLES
from ..i18n import LANGUAGES, Reader
from . import settings, workspace

ADDRESS = "/settings/associates"


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form of an associate, or of an invitation; stores are short names."""

    role: str = "associate"
    stores: frozenset[str] = frozenset()
    chat_enabled: bool = True
    email: str = ""
    seen: str = ""  # the mark of the associate that the form has shown


def address(associate: Associate) -> str:
    """Return the address of an associate's page in the settings."""
    return f"{ADDRESS}/{associate.id}"


def of(associate: Associate) -> Typed:
    """Return what stands in the form of an associate that nobody has touched."""
    stores = frozenset(str(store.slug) for store in _stores_of([associate])[associate.id])
    chats, mark = bool(associate.chat_enabled), associates.mark(associate)
    return Typed(str(associate.role), stores, chats, str(associate.email), mark)


def blank(viewer: Associate) -> Typed:
    """Return what stands in the form of an invitation to be: whoever has one store invites to it."""
    hers = list(access.managed_stores(viewer))
    return Typed(stores=frozenset(str(store.slug) for store in hers) if len(hers) == 1 else frozenset())


def listing(looks: Viewer, viewer: Associate, *, said: str = "") -> Response:
    """Answer with the list of the associates whom the viewer may change, and of those whom somebody has invited."""
    people = list(access.managed_associates(viewer).order_by(Associate.name, Associate.id))
    content = render.partial(
        "settings/associates",
        looks.reader,
        csrf=settings.csrf(),
        address=ADDRESS,
        groups=[
            ("active", [one for one in people if one.deactivated_at is None]),
            ("deactivated", [one for one in people if one.deactivated_at is not None]),
        ],
        stores=_stores_of(people),
        signed_in=_last_signed_in(looks.reader, people),
        invited=_invited(looks.reader, viewer),
    )
    return settings.answer(looks, "associates", content, said=said)


def form(
    looks: Viewer,
    viewer: Associate,
    associate: Associate,
    typed: Typed,
    problems: Mapping[str, str] | None = None,
    *,
    refusal: str = "",
    changed: str = "",
    said: str = "",
) -> Response:
    """Answer with an associate's page; `problems` are sentences by field, `refusal` is why she cannot go or come back.

    `changed` is what was saved meanwhile.

    The role of somebody about whom the viewer does not decide is only shown.
    """
    reader, decides = looks.reader, managing.decides_about(viewer, associate)
    held = "" if decides else reader.t("error.not_all_her_stores")
    hers = list(access.managed_stores(viewer))
    content = render.partial(
        "settings/associate",
        looks.reader,
        csrf=settings.csrf(),
        seen=typed.seen,
        changed=changed,
        address=address(associate),
        list_address=ADDRESS,
        associate=associate,
        since=reader.day(associate.deactivated_at) if associate.deactivated_at else "",
        fields=_fields(reader, hers, typed, problems or {}, "associate")
        | {"role": reader.t(f"role.{associate.role}"), "held": held},
        elsewhere=[store.name for store in _stores_of([associate])[associate.id] if store not in hers],
        summary=settings.problems_in(problems or {}, "associate"),
        refusal=refusal,
        held=held,
    )
    status = 422 if problems else 409 if refusal or changed else 200
    return settings.answer(looks, "associates", content, title=str(associate.name), status=status, said=said)


def invite(
    looks: Viewer, viewer: Associate, typed: Typed, problems: Mapping[str, str] | None = None
) -> Response:
    """Answer with the form of an invitation."""
    content = render.partial(
        "settings/invite",
        looks.reader,
        csrf=settings.csrf(),
        address=ADDRESS,
        email=typed.email,
        problem=(problems or {}).get("email", ""),
        fields=_fields(looks.reader, list(access.managed_stores(viewer)), typed, problems or {}, "invite"),
        summary=settings.problems_in(problems or {}, "invite"),
    )
    title = looks.reader.t("people.invite")
    return settings.answer(looks, "associates", content, title=title, status=422 if problems else 200)


def invited(looks: Viewer, invitation: Invitation, token: str) -> Response:
    """Answer with the link of an invitation, which is shown this once: what is kept of it opens nothing."""
    content = render.partial(
        "settings/invited",
        looks.reader,
        address=ADDRESS,
        email=invitation.email,
        link=f"{current_app.config['RAPPORT'].base_url}/join/{token}",
        until=_ends(looks.reader, invitation),
    )
    return settings.answer(looks, "associates", content, title=looks.reader.t("people.invited"))


def me(
    looks: Viewer, associate: Associate, session: SignIn, problems: Mapping[str, str] | None = None, *, said: str = ""
) -> Response:
    """Answer with an associate's own page; `problems` are sentences by field of the form for another password."""
    reader = looks.reader
    content = render.partial(
        "me/page",
        reader,
        csrf=settings.csrf(),
        associate=associate,
        languages_named=[(code, reader.t(f"language.{code}")) for code in LANGUAGES],
        sessions=[(one, _moment(reader, one.created_at), one.id == session.id) for one in sessions.of(associate)],
        problems=problems or {},
        summary=settings.problems_in(problems or {}, "me"),
    )
    drawn = workspace.page_panes(looks, str(associate.name), content)
    if said and "HX-Request" in request.headers:
        toast = render.partial("toast", reader, text=said, undo=None, kind="ok")
        drawn += render.swap("toasts", toast, "beforeend")
    return workspace.answer(looks, str(associate.name), drawn, section="me", status=422 if problems else 200)


def _fields(
    reader: Reader, hers: Iterable[Store], typed: Typed, problems: Mapping[str, str], name: str
) -> dict[str, Any]:
    """Return the arguments of the fields that the form of an associate and that of an invitation share."""
    return {
        "form": name,
        "roles": [("", [(role, reader.t(f"role.{role}")) for role in ROLES])],
        "stores": [(store.slug, store.name) for store in hers],
        "typed": typed,
        "role": "",
        "held": "",
        "problems": problems,
    }


def _stores_of(people: Iterable[Associate]) -> dict[int, list[Store]]:
    """Return the stores in which each of these works."""
    found: dict[int, list[Store]] = {associate.id: [] for associate in people}
    query = StoreMember.select(StoreMember, Store, Associate).join(Store).switch(StoreMember).join(Associate)
    for member in query.where(StoreMember.associate.in_(list(found))).order_by(Store.id):
        found[member.associate.id].append(member.store)
    return found


def _last_signed_in(reader: Reader, people: Iterable[Associate]) -> dict[int, str]:
    """Return when each of these last signed in; who never has is not among them."""
    query: Any = SignIn.select(SignIn.associate, fn.MAX(SignIn.created_at)).group_by(SignIn.associate)
    hers = query.where(SignIn.associate.in_([associate.id for associate in people])).tuples()
    return {associate: _moment(reader, at) for associate, at in hers}


def _invited(reader: Reader, viewer: Associate) -> list[tuple[Invitation, list[Store], str, bool]]:
    """Return the invitations that the viewer may take back, and of each whether she may make a new link of it."""
    found = access.managed_invitations(viewer)
    renewable = {one.id for one in invitations.hers_to_give(viewer, found)}
    known = stores.every() if found else []
    return [
        (one, [store for store in known if store.id in one.stores], _ends(reader, one), one.id in renewable)
        for one in found
    ]


def _moment(reader: Reader, moment: datetime) -> str:
    return reader.t("people.moment", day=reader.day(moment), time=reader.clock_time(moment))


def _ends(reader: Reader, invitation: Invitation) -> str:
    return reader.day(invitations.ends_at(invitation))
