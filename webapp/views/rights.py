"""A person's whole record, for managers: to hand it over, and to erase it when the person asks for that."""

from __future__ import annotations

import re

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug import Response as AnyResponse

from .. import render
from ..auth import Viewer, for_managers, this_viewer
from ..domain.errors import Invalid
from ..domain.people import access
from ..domain.rights import disk, erasure, export, ledger
from ..domain.tables import Associate, Profile
from ..i18n import LANGUAGES, Reader
from ..screens import profile as profiles
from ..screens import rights as screen
from ..screens import settings as forms
from ..screens import workspace

blueprint = Blueprint("rights", __name__, url_prefix="/profiles")

_TYPES = {"html": "text/html; charset=utf-8", "json": "application/json"}
_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")


@blueprint.get("/<int:profile_id>/record")
@for_managers
def show(viewer: Associate, profile_id: int) -> Response:
    """Show how to export the record, and what erasing it would take away."""
    return _page(this_viewer(), access.profile(viewer, profile_id))


@blueprint.post("/<int:profile_id>/export")
@for_managers
def take(viewer: Associate, profile_id: int) -> Response:
    """Answer with the record as a file; what is in it is the person's, so no cache keeps it."""
    looks, profile = this_viewer(), access.profile(viewer, profile_id)
    kind, language = request.form.get("format", ""), request.form.get("language", looks.reader.locale)
    if kind not in export.FORMATS or language not in LANGUAGES:
        raise Invalid({"format": "not_a_choice"})
    record = export.export(profile, by=viewer)
    reader = Reader(language, looks.reader.zone)
    answer = Response(screen.document(reader, record) if kind == "html" else export.as_json(record))
    answer.headers["Content-Type"] = _TYPES[kind]
    answer.headers["Content-Disposition"] = f'attachment; filename="{_file_name(profile)}.{kind}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"  # should a browser show it after all
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/<int:profile_id>/erase")
@for_managers
def erase(viewer: Associate, profile_id: int) -> AnyResponse:
    """Erase the person, once the customer number has been typed; asked again beside the field when it differs."""
    looks, profile = this_viewer(), access.profile(viewer, profile_id)
    typed = request.form.get("number", "").strip()
    if typed.casefold() != str(profile.customer_number).casefold():
        problem = looks.reader.t("rights.differs", number=profile.customer_number)
        return _page(looks, profile, typed=typed, problem=problem)
    erasure.erase(profile, by=viewer)
    ledger.keep(current_app.config["RAPPORT"].data_dir)
    left = disk.forget_on_disk()
    if "HX-Request" not in request.headers:
        return redirect(f"/profiles/erased?disk={left}", 303)
    title = looks.reader.t("prof.title")
    toast = render.partial("toast", looks.reader, text=looks.reader.t(f"rights.erased.{left}"), undo=None, kind="ok")
    panes = workspace.page_panes(looks, title, profiles.listing(looks, "", None))
    answer = workspace.answer(looks, title, panes + render.swap("toasts", toast, "beforeend"), section="profiles")
    answer.headers["HX-Push-Url"] = "/profiles"
    return answer


@blueprint.get("/erased")
@for_managers
def erased(viewer: Associate) -> Response:
    """Say that a person has been erased."""
    looks, left = this_viewer(), request.args.get("disk", "")
    title = looks.reader.t("rights.erase")
    content = screen.done(looks, left if left in disk.STATES else disk.GONE)
    return workspace.answer(looks, title, workspace.page_panes(looks, title, content), section="profiles")


def _page(looks: Viewer, profile: Profile, *, typed: str = "", problem: str = "") -> Response:
    title = looks.reader.t("rights.title", name=profile.name)
    content = screen.pane(looks, profile, forms.csrf(), typed=typed, problem=problem)
    panes = workspace.page_panes(looks, title, content)
    return workspace.answer(looks, title, panes, section="profiles", status=422 if problem else 200)


def _file_name(profile: Profile) -> str:
    return "record-" + (_UNSAFE.sub("-", str(profile.customer_number)).strip("-")[:60] or str(profile.id))
