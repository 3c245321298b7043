"""The workspace around the panes: a whole page for the address bar, the panes alone for htmx."""

from __future__ import annotations

from flask import Response, request

from .. import render, security
from ..auth import Viewer
from ..domain.tables import Associate, Conversation
from . import context, conversation, inbox, rail


def answer(viewer: Viewer, title: str, panes: str, *, section: str = "inbox", status: int = 200) -> Response:
    """Answer with the panes, or with the whole page around them when somebody came by the address bar."""
    if request.headers.get("HX-Request"):
        return Response(render.titled(f"{title} · Rapport", panes), status=status)
    return Response(document(viewer, title, panes, section=section), status=status)


def document(viewer: Viewer, title: str, panes: str, *, section: str = "inbox") -> str:
    """Draw the whole page."""
    return render.page(
        "workspace",
        viewer.reader,
        title=title,
        panes=panes,
        section=section,
        waiting=rail.waiting(viewer),
        associate=Associate.get_by_id(viewer.associate),
        csrf_token=security.csrf_token(security.request_purpose()),
    )


def list_panes(viewer: Viewer, name: str) -> str:
    """Draw an inbox with nothing open beside it."""
    empty = render.partial("nothing_open", viewer.reader, name=name)
    return _panes(viewer, "list", viewer.reader.t("inbox.title"), inbox.pane(viewer, name), empty)


def chat_panes(viewer: Viewer, opened: Conversation, *, customer: bool = False) -> str:
    """Draw a conversation between its inbox and its customer; `customer` says which a narrow screen shows."""
    title = viewer.reader.t("conv.title", name=conversation.customer_name(opened))
    return _panes(
        viewer,
        "customer" if customer else "chat",
        title,
        inbox.pane(viewer, inbox.of(viewer, opened)),
        conversation.pane(viewer, opened),
        context.panel(viewer, opened),
    )


def page_panes(viewer: Viewer, title: str, content: str) -> str:
    """Draw one wide pane: profiles, or a profile."""
    return _panes(viewer, "page", title, content)


def _panes(viewer: Viewer, pane: str, title: str, *parts: str) -> str:
    return render.partial("panes", viewer.reader, pane=pane, title=title, parts=parts)
