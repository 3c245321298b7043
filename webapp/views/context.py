"""The context panel: looking at it, searching in it, making a profile and editing the linked one."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ..auth import signed_in, this_viewer
from ..domain import texts
from ..domain.errors import Invalid, NotFound
from ..domain.identity import creation, facts
from ..domain.people import access
from ..domain.profiles import contact
from ..domain.tables import Associate
from ..errors import sentences
from ..screens import context, workspace
from ..screens import conversation as conversations
from .answers import panel_with_undo

blueprint = Blueprint("context", __name__, url_prefix="/conversations/<public_id>")


@blueprint.get("/context")
@signed_in
def show(viewer: Associate, public_id: str) -> Response:
    """Show the panel: alone when it is asked for in place, else the whole page with the panel in front."""
    conversation, looks = access.conversation(viewer, public_id), this_viewer()
    pages = max(request.args.get("page", 0, int), 0)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") != "main#panes":
        return Response(context.panel(looks, conversation, pages=pages))
    title = looks.reader.t("conv.title", name=conversations.customer_name(conversation))
    return workspace.answer(looks, title, workspace.chat_panes(looks, conversation, customer=True))


@blueprint.get("/search")
@signed_in
def search(viewer: Associate, public_id: str) -> Response:
    """Find profiles while she types."""
    conversation = access.conversation(viewer, public_id)
    query = request.args.get("q", "")
    if texts.problem_with(query, texts.LIMITS["search"]):
        query = ""
    return Response(context.results(this_viewer(), conversation, query))


@blueprint.get("/profile")
@signed_in
def new(viewer: Associate, public_id: str) -> Response:
    """Show the form of a new profile, filled with what the customer gave, and beside it whom that would duplicate."""
    conversation, looks = access.conversation(viewer, public_id), this_viewer()
    typed, link = context.prefill(conversation), facts.current_link(conversation)
    same = creation.duplicates(contact.Given(**typed), str(conversation.store.region))
    form = context.create_form(looks, conversation, typed, begun=link.id if link else 0, duplicates=same)
    return Response(context.panel(looks, conversation, identity=form))


@blueprint.post("/profile")
@signed_in
def create(viewer: Associate, public_id: str) -> Response:
    """Make the profile and link the chat to it; what it would duplicate is shown first."""
    conversation, looks = access.conversation(viewer, public_id), this_viewer()
    typed, begun = context.typed_from(request.form), request.form.get("link", 0, int)
    # A form that was changed after the warning is looked at anew.
    anyway = request.form.get("anyway") == "yes" and typed == context.typed_from(request.form, "warned_")
    try:
        given = contact.read(**typed, region=str(conversation.store.region), required=("name",))
        entry = creation.create_from(conversation, given, by=viewer, anyway=anyway)
    except Invalid as error:
        problems = sentences(looks.reader, error)
        return Response(context.create_form(looks, conversation, typed, begun=begun, problems=problems), status=422)
    except creation.WouldDuplicate as error:
        same = error.candidates
        return Response(context.create_form(looks, conversation, typed, begun=begun, duplicates=same, warned=True))
    return panel_with_undo(looks, conversation, looks.reader.t("create.done", name=given.name), entry, "created")


@blueprint.get("/profile/edit")
@signed_in
def edit(viewer: Associate, public_id: str) -> Response:
    """Open the fields of the linked profile, in the panel."""
    conversation, looks = access.conversation(viewer, public_id), this_viewer()
    link = facts.current_link(conversation)
    if link is None:
        raise NotFound
    form = context.edit_form(looks, conversation, link)
    return Response(context.panel(looks, conversation, identity=form))
