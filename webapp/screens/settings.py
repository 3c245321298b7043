"""The settings: where each page stands, and how a page answers when it is shown, refused or saved."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, redirect, request
from werkzeug import Response as AnyResponse

from .. import render, security
from ..auth import Viewer
from . import workspace

# The pages in their groups; names are those of words (`settings.page.<name>`) and, but for the log, of addresses.
GROUPS = (
    ("shop", ("stores", "associates")),
    ("customers", ("linking",)),
    ("widget", ("sites",)),
    ("records", ("audit",)),
)


def address(page: str) -> str:
    """Return the address of a page."""
    return "/audit" if page == "audit" else f"/settings/{page}"


def csrf() -> str:
    """Return the token that a form carries when it is sent without a script."""
    return security.csrf_token(security.request_purpose())


def answer(
    looks: Viewer, page: str, content: str, *, title: str = "", status: int = 200, said: str = ""
) -> Response:
    """Answer with a page of the settings; `page` is "" for the overview, `said` is told in a toast.

    `title` is what the page is about when that is one thing of many: a store, an associate. Such a page has a way
    back of its own, to the many.
    """
    t = looks.reader.t
    nav = render.partial(
        "settings/nav",
        looks.reader,
        current=page,
        groups=[(group, [(name, address(name)) for name in pages]) for group, pages in GROUPS],
    )
    frame = render.partial("settings/frame", looks.reader, page="" if title else page, content=content)
    title = title or t(f"settings.page.{page}" if page else "settings.title")
    pane = "settings" if page else "settings-list"
    panes = render.partial("panes", looks.reader, pane=pane, title=title, parts=(nav, frame))
    toast = render.partial("toast", looks.reader, text=said, undo=None, kind="ok") if said else ""
    drawn = panes + (render.swap("toasts", toast, "beforeend") if toast and "HX-Request" in request.headers else "")
    return workspace.answer(looks, title, drawn, section="settings", status=status)


def saved(looks: Viewer, there: str, shown: Response) -> AnyResponse:
    """Answer a form that was saved: `shown` is the page to show, at the address `there`."""
    if "HX-Request" not in request.headers:
        return redirect(there, 303)
    shown.headers["HX-Push-Url"] = there
    return shown


def problems_in(problems: Mapping[str, str], form: str) -> list[tuple[str, str]]:
    """Return (DOM id of the field, sentence) for the summary over a form that was refused."""
    return [(render.dom_id(form, field), sentence) for field, sentence in problems.items()]
