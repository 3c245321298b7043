"""Profiles: the list, the page of one, and its fields, each of which saves itself."""

from __future__ import annotations

from flask import Blueprint, Response, request

from .. import render
from ..auth import Viewer, signed_in, this_viewer
from ..domain import clock, texts
from ..domain.errors import Invalid, NotFound, Refused, Stale
from ..domain.people import access
from ..domain.profiles import editing, records
from ..domain.profiles.records import Record
from ..domain.tables import Associate, Conversation, Profile
from ..errors import sentence
from ..render import dom_id, swap
from ..screens import profile as screen
from ..screens import workspace
from .answers import panel, row_before

blueprint = Blueprint("profiles", __name__, url_prefix="/profiles")


@blueprint.get("")
@signed_in
def listing(viewer: Associate) -> Response:
    """Show profiles: all, or those that fit the search."""
    looks = this_viewer()
    query = request.args.get("q", "")
    if texts.problem_with(query, texts.LIMITS["search"]):
        query = ""
    content = screen.listing(looks, query, row_before())
    title = looks.reader.t("prof.title")
    return workspace.answer(looks, title, workspace.page_panes(looks, title, content), section="profiles")


@blueprint.get("/<int:profile_id>")
@signed_in
def show(viewer: Associate, profile_id: int) -> Response:
    """Show the page of a profile."""
    looks, profile = this_viewer(), access.profile(viewer, profile_id)
    content = screen.page_pane(looks, profile)
    return workspace.answer(
        looks, str(profile.name), workspace.page_panes(looks, str(profile.name), content), section="profiles"
    )


@blueprint.get("/<int:profile_id>/details")
@signed_in
def read(viewer: Associate, profile_id: int) -> Response:
    """Show the details of a profile to read."""
    return Response(screen.details(this_viewer(), access.profile(viewer, profile_id)))


@blueprint.get("/<int:profile_id>/edit")
@signed_in
def edit(viewer: Associate, profile_id: int) -> Response:
    """Open the fields of a profile on its page."""
    return Response(screen.details(this_viewer(), access.profile(viewer, profile_id), editing_them=True))


@blueprint.get("/<int:profile_id>/activity")
@signed_in
def activity(viewer: Associate, profile_id: int) -> Response:
    """Show further entries of the activity log."""
    profile = access.profile(viewer, profile_id)
    return Response(screen.log(this_viewer(), profile, before=row_before()))


@blueprint.post("/<int:profile_id>/fields/<field>")
@signed_in
def save(viewer: Associate, profile_id: int, field: str) -> Response:
    """Save one field; when somebody else has changed it meanwhile, ask which value is to stay."""
    looks, profile = this_viewer(), access.profile(viewer, profile_id)
    if field not in editing.FIELDS:
        raise NotFound
    conversation = _edited_in(viewer)
    seen, value, t = request.form.get("seen", ""), request.form.get("value", ""), looks.reader.t
    try:
        editing.change(profile, field, value, seen=seen, by=viewer)
    except Stale as error:
        stale = render.partial("profile/stale", looks.reader, current=error.current, name=error.changed_by)
        return _answer(looks, profile, field, "stale", t("edit.stale"), stale, status=409)
    except (Invalid, Refused) as error:
        trouble = render.partial("profile/trouble", looks.reader, text=sentence(looks.reader, error))
        return _answer(looks, profile, field, "invalid", t("edit.failed"), trouble, status=422)
    saved = t("edit.saved_at", time=looks.reader.clock_time(clock.now()))
    return _answer(looks, profile, field, "saved", saved, "", more=_seen_and_panel(looks, profile, field, conversation))


@blueprint.post("/<int:profile_id>/contact-points")
@signed_in
def add(viewer: Associate, profile_id: int) -> Response:
    """Add another e-mail or phone besides the primary one."""
    looks, profile = this_viewer(), access.profile(viewer, profile_id)
    kind, typed = request.form.get("kind", ""), request.form.get("value", "")
    conversation = _edited_in(viewer)
    try:
        entry = editing.add(profile, kind, typed, by=viewer)
    except Invalid as error:
        return _not_added(looks, profile, conversation, kind, typed, sentence(looks.reader, error))
    if entry is None:
        return _not_added(looks, profile, conversation, kind, typed, looks.reader.t("error.taken_by_itself"))
    others = swap(dom_id("others", profile.id), screen.others(looks, profile, conversation), "outerHTML")
    return Response(others + (panel(looks, conversation, how="outerMorph") if conversation else ""))


def _not_added(
    looks: Viewer, profile: Profile, conversation: Conversation | None, kind: str, typed: str, problem: str
) -> Response:
    form = render.partial(
        "profile/add_point",
        looks.reader,
        record=_record(profile),
        kind=kind,
        conversation=conversation,
        typed=typed,
        problem=problem,
    )
    return Response(swap(dom_id("add", f"{kind}-{profile.id}"), form, "outerHTML"), status=422)


def _answer(
    looks: Viewer,
    profile: Profile,
    field: str,
    state: str,
    text: str,
    trouble: str,
    *,
    more: str = "",
    status: int = 200,
) -> Response:
    record, key = _record(profile), f"{field}-{profile.id}"
    drawn = render.partial("profile/status", looks.reader, record=record, field=field, state=state, text=text)
    parts = swap(dom_id("status", key), drawn, "outerHTML") + swap(dom_id("trouble", key), trouble or " ", "innerHTML")
    return Response(parts + more, status=status)


def _seen_and_panel(looks: Viewer, profile: Profile, field: str, conversation: Conversation | None) -> str:
    """Return what was seen last, for the next save, and the panel in which the profile is being edited, if it is."""
    record = _record(profile)
    value = editing.value_of(record.profile, field)
    seen = render.partial("profile/seen", looks.reader, record=record, field=field, value=value)
    parts = swap(dom_id("seen", f"{field}-{profile.id}"), seen, "outerHTML")
    return parts + panel(looks, conversation, how="outerMorph") if conversation else parts


def _edited_in(viewer: Associate) -> Conversation | None:
    """Return the conversation in whose panel the profile is being edited, or None on its own page."""
    public_id = request.form.get("conversation", "")
    return access.conversation(viewer, public_id) if public_id else None


def _record(profile: Profile) -> Record:
    return records.of(Profile.get_by_id(profile.id))
