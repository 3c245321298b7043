"""A conversation: opening it, accepting it, ending it and opening it again."""

from __future__ import annotations

from flask import Blueprint, Response

from .. import render
from ..auth import Viewer, signed_in, this_viewer
from ..domain.chats import lifecycle
from ..domain.errors import NotFound, Refused
from ..domain.people import access
from ..domain.tables import Associate, Conversation
from ..errors import sentence
from ..screens import conversation as screen
from ..screens import workspace

blueprint = Blueprint("conversations", __name__, url_prefix="/conversations/<public_id>")


@blueprint.get("")
@signed_in
def show(viewer: Associate, public_id: str) -> Response:
    """Show the conversation between its inbox and its customer."""
    return _opened(this_viewer(), access.conversation(viewer, public_id))


@blueprint.post("/acceptance")
@signed_in
def accept(viewer: Associate, public_id: str) -> Response:
    """Take the waiting chat; whoever comes second is told who was first."""
    looks = this_viewer()
    try:
        waiting = _waiting(viewer, public_id)
        lifecycle.accept(waiting, by=viewer)
    except Refused as error:
        return _too_late(looks, sentence(looks.reader, error), 409)
    except NotFound as error:  # never hers to see, or its customer has just left
        return _too_late(looks, sentence(looks.reader, error), 404)
    answer = _opened(looks, Conversation.get_by_id(waiting.id))
    answer.headers["HX-Push-Url"] = f"/conversations/{public_id}"
    return answer


@blueprint.post("/closure")
@signed_in
def end(viewer: Associate, public_id: str) -> Response:
    """End the chat at once; it can be undone."""
    lifecycle.end(access.conversation(viewer, public_id), by=viewer)
    looks = this_viewer()
    undo = {"url": f"/conversations/{public_id}/reopening", "what": "end", "conversation": public_id}
    toast = render.partial("toast", looks.reader, text=looks.reader.t("conv.ended"), undo=undo, kind="ok")
    pane = _pane(looks, access.conversation(viewer, public_id))
    return Response(pane + render.swap("toasts", toast, "beforeend"))


@blueprint.post("/reopening")
@signed_in
def reopen(viewer: Associate, public_id: str) -> Response:
    """Open the ended chat again."""
    ended = access.conversation(viewer, public_id)
    if not screen.may_reopen(this_viewer(), ended):
        raise NotFound
    lifecycle.reopen(ended, by=viewer)
    return Response(_pane(this_viewer(), access.conversation(viewer, public_id)))


def _waiting(viewer: Associate, public_id: str) -> Conversation:
    """Return a chat of her stores, also when a colleague has taken it a moment ago: she may be told who."""
    found: Conversation | None = access.offered_conversations(viewer).where(Conversation.public_id == public_id).first()
    if found is None:
        raise NotFound
    return found


def _opened(looks: Viewer, opened: Conversation) -> Response:
    title = looks.reader.t("conv.title", name=screen.customer_name(opened))
    return workspace.answer(looks, title, workspace.chat_panes(looks, opened))


def _too_late(looks: Viewer, text: str, status: int) -> Response:
    notice = render.partial("accept_lost", looks.reader, text=text)
    panes = workspace.list_panes(looks, "waiting")
    told = panes + render.swap("toasts", notice, "beforeend")
    answer = workspace.answer(looks, looks.reader.t("inbox.title"), told, status=status)
    answer.headers["HX-Push-Url"] = "/inbox/waiting"
    return answer


def _pane(looks: Viewer, conversation: Conversation) -> str:
    return render.swap(render.dom_id("conversation", conversation.public_id), screen.pane(looks, conversation))
