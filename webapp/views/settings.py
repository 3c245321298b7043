"""The settings' front page, and what is decided for the whole house."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug import Response as AnyResponse

from .. import render
from ..auth import Viewer, for_managers, this_viewer
from ..domain import settings as house
from ..domain.errors import Invalid
from ..domain.meanwhile import ChangedMeanwhile
from ..domain.tables import Associate
from ..errors import sentences
from ..screens import meanwhile
from ..screens import overview as front
from ..screens import settings as screen

blueprint = Blueprint("settings", __name__, url_prefix="/settings")


@blueprint.get("")
@for_managers
def overview(viewer: Associate) -> Response:
    """Show what is left to do, and all pages of the settings."""
    looks = this_viewer()
    return screen.answer(looks, "", front.content(looks.reader, viewer))


@blueprint.get("/linking")
@for_managers
def linking(viewer: Associate) -> Response:
    """Show how customers are linked to profiles by themselves."""
    return _linking(this_viewer())


@blueprint.post("/linking")
@for_managers
def set_linking(viewer: Associate) -> AnyResponse:
    """Decide how customers are linked to profiles by themselves."""
    looks, form = this_viewer(), request.form
    seen = form.get("seen") or house.mark()
    values = {
        "automatic_linking": form.get("automatic_linking", ""),
        "remember_browser": "on" if form.get("remember_browser") else "off",
    }
    try:
        house.set_values(values, seen=seen, by=viewer)
    except ChangedMeanwhile as error:
        return _linking(looks, values, seen=error.mark, changed=meanwhile.notice(looks.reader, error))
    except Invalid as error:
        return _linking(looks, values, sentences(looks.reader, error), seen=seen)
    return screen.saved(looks, "/settings/linking", _linking(looks, said=looks.reader.t("settings.saved")))


def _linking(
    looks: Viewer,
    values: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
    *,
    seen: str = "",
    changed: str = "",
    said: str = "",
) -> Response:
    content = render.partial(
        "settings/linking",
        looks.reader,
        csrf=screen.csrf(),
        seen=seen or house.mark(),
        changed=changed,
        choices=house.CHOICES["automatic_linking"],
        values=values or {name: house.get(name) for name in house.CHOICES},
        problems=screen.problems_in(problems or {}, "linking"),
    )
    return screen.answer(looks, "linking", content, status=422 if problems else 409 if changed else 200, said=said)
