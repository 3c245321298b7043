"""Associates in the settings: a manager sees those of her stores, changes what they may do, and invites others."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, redirect, request
from werkzeug import Response as AnyResponse

from ..auth import for_managers, this_viewer
from ..domain.chats import staffing
from ..domain.errors import Invalid, NotFound, Refused
from ..domain.meanwhile import ChangedMeanwhile
from ..domain.people import access, associates, invitations, managing
from ..domain.tables import Associate, Store
from ..errors import sentence, sentences
from ..screens import meanwhile, settings
from ..screens import people as screen

blueprint = Blueprint("settings_associates", __name__, url_prefix=screen.ADDRESS)


@blueprint.get("")
@for_managers
def listing(viewer: Associate) -> Response:
    """Show the associates of her stores."""
    return screen.listing(this_viewer(), viewer)


@blueprint.get("/invite")
@for_managers
def new(viewer: Associate) -> Response:
    """Show the form of an invitation."""
    return screen.invite(this_viewer(), viewer, screen.blank(viewer))


@blueprint.post("/invite")
@for_managers
def invite(viewer: Associate) -> Response:
    """Invite somebody, and show the link: not after a redirect, because it can only be shown now."""
    looks, typed = this_viewer(), _typed()
    try:
        invitation, token = invitations.invite(
            typed.email,
            role=typed.role,
            stores=_chosen(viewer, typed),
            chat_enabled=typed.chat_enabled,
            by=viewer,
        )
    except Invalid as error:
        return screen.invite(looks, viewer, typed, sentences(looks.reader, error))
    return screen.invited(looks, invitation, token)


@blueprint.post("/invitations/<int:invitation_id>/link")
@for_managers
def renew(viewer: Associate, invitation_id: int) -> Response:
    """Make a new link of an invitation; the one before opens nothing any more."""
    invitation, token = invitations.renew(access.renewable_invitation(viewer, invitation_id), by=viewer)
    return screen.invited(this_viewer(), invitation, token)


@blueprint.post("/invitations/<int:invitation_id>/revocation")
@for_managers
def take_back(viewer: Associate, invitation_id: int) -> AnyResponse:
    """Take an invitation back."""
    invitations.take_back(access.managed_invitation(viewer, invitation_id), by=viewer)
    looks = this_viewer()
    shown = screen.listing(looks, viewer, said=looks.reader.t("people.invitation.taken_back"))
    return settings.saved(looks, screen.ADDRESS, shown)


@blueprint.get("/<int:associate_id>")
@for_managers
def show(viewer: Associate, associate_id: int) -> Response:
    """Show what an associate may do."""
    associate = access.managed_associate(viewer, associate_id)
    return screen.form(this_viewer(), viewer, associate, screen.of(associate))


@blueprint.post("/<int:associate_id>")
@for_managers
def change(viewer: Associate, associate_id: int) -> AnyResponse:
    """Change what an associate may do."""
    associate, looks, typed = access.managed_associate(viewer, associate_id), this_viewer(), _typed()
    try:
        associates.change(
            associate,
            role=typed.role if typed.role or managing.decides_about(viewer, associate) else None,
            chat_enabled=typed.chat_enabled,
            stores=_chosen(viewer, typed),
            seen=typed.seen or associates.mark(associate),
            by=viewer,
        )
    except ChangedMeanwhile as error:
        shown, changed = replace(typed, seen=error.mark), meanwhile.notice(looks.reader, error)
        return screen.form(looks, viewer, associate, shown, changed=changed)
    except Invalid as error:
        return screen.form(looks, viewer, associate, typed, sentences(looks.reader, error))
    except Refused as error:
        return screen.form(looks, viewer, associate, typed, {_field(error, typed): sentence(looks.reader, error)})
    return _saved(viewer, associate_id, looks.reader.t("settings.saved"))


@blueprint.post("/<int:associate_id>/deactivation")
@for_managers
def deactivate(viewer: Associate, associate_id: int) -> AnyResponse:
    """Let an associate do nothing any more."""
    associate, looks = access.managed_associate(viewer, associate_id), this_viewer()
    try:
        staffing.deactivate(associate, by=viewer)
    except Refused as error:
        return _not_so(viewer, associate, error)
    if associate == viewer:
        return _away("/sign-in")
    return _saved(viewer, associate_id, looks.reader.t("people.deactivated.done", name=associate.first_name))


@blueprint.post("/<int:associate_id>/reactivation")
@for_managers
def reactivate(viewer: Associate, associate_id: int) -> AnyResponse:
    """Let an associate sign in again."""
    associate, looks = access.managed_associate(viewer, associate_id), this_viewer()
    try:
        staffing.reactivate(associate, by=viewer)
    except Refused as error:
        return _not_so(viewer, associate, error)
    return _saved(viewer, associate_id, looks.reader.t("people.reactivated.done", name=associate.first_name))


def _saved(viewer: Associate, associate_id: int, said: str) -> AnyResponse:
    """Answer with the associate's page, as far as the viewer may still see it: she may have changed herself."""
    present, looks = Associate.get_by_id(viewer.id), this_viewer()
    if not present.is_manager:
        return _away("/inbox/waiting")
    try:
        associate = access.managed_associate(present, associate_id)
    except NotFound:
        return settings.saved(looks, screen.ADDRESS, screen.listing(looks, present, said=said))
    shown = screen.form(looks, present, associate, screen.of(associate), said=said)
    return settings.saved(looks, screen.address(associate), shown)


def _not_so(viewer: Associate, associate: Associate, error: Refused) -> Response:
    """Answer with the associate's page and why she cannot go, or come back; whoever manages no more is only told so."""
    if not Associate.get_by_id(viewer.id).is_manager:
        raise error
    looks = this_viewer()
    return screen.form(looks, viewer, associate, screen.of(associate), refusal=sentence(looks.reader, error))


def _field(error: Refused, typed: screen.Typed) -> str:
    """Return the field at which a refusal is said; raises it when it is about none."""
    if isinstance(error, managing.StoreWithoutManager) and typed.role in ("", "manager"):
        return "stores"
    if isinstance(error, managing.StoreWithoutManager | managing.LastManager) or error.code == "not_all_her_stores":
        return "role"
    raise error


def _away(there: str) -> AnyResponse:
    if "HX-Request" in request.headers:
        return Response(status=204, headers={"HX-Redirect": there})
    return redirect(there, 303)


def _typed() -> screen.Typed:
    form = request.form
    return screen.Typed(
        role=form.get("role", ""),
        stores=frozenset(form.getlist("stores")),
        chat_enabled=bool(form.get("chat_enabled")),
        email=form.get("email", ""),
        seen=form.get("seen", ""),
    )


def _chosen(viewer: Associate, typed: screen.Typed) -> list[Store]:
    """Return the stores that were chosen; what she may not give is none of the choices."""
    hers = {str(store.slug): store for store in access.managed_stores(viewer)}
    if typed.stores - set(hers):
        raise Invalid({"stores": "not_a_choice"})
    return [hers[slug] for slug in sorted(typed.stores)]
