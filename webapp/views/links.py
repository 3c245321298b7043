"""Linking a conversation to a profile, taking it back, and saying that somebody is not the person."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ..auth import signed_in, this_viewer
from ..domain.errors import NotFound
from ..domain.identity import linking
from ..domain.people import access
from ..domain.tables import Associate, Profile
from .answers import panel, panel_with_undo

blueprint = Blueprint("links", __name__, url_prefix="/conversations/<public_id>")


@blueprint.post("/link")
@signed_in
def create(viewer: Associate, public_id: str) -> Response:
    """Link the chat to the profile that she chose, moving it when it is linked to another."""
    conversation, looks = access.conversation(viewer, public_id), this_viewer()
    profile = _chosen(viewer)
    provenance = "search" if request.form.get("provenance") == "search" else "candidate"
    entry = linking.link(conversation, profile, provenance, by=viewer)
    return panel_with_undo(looks, conversation, looks.reader.t("link.linked", name=profile.name), entry, "link")


@blueprint.delete("/link")
@signed_in
def remove(viewer: Associate, public_id: str) -> Response:
    """Undo the link."""
    conversation, looks = access.conversation(viewer, public_id), this_viewer()
    entry = linking.unlink(conversation, by=viewer, seen_link=request.values.get("link", type=int))
    return panel_with_undo(looks, conversation, looks.reader.t("link.unlinked"), entry, "unlink")


@blueprint.post("/rejections")
@signed_in
def reject(viewer: Associate, public_id: str) -> Response:
    """Remember that the customer is not the person of this profile."""
    conversation, looks = access.conversation(viewer, public_id), this_viewer()
    linking.reject(conversation, _chosen(viewer), by=viewer)
    return Response(panel(looks, conversation, how="outerMorph"))


def _chosen(viewer: Associate) -> Profile:
    id = request.form.get("profile", "")
    if not (id.isascii() and id.isdecimal() and len(id) < 19):
        raise NotFound
    return access.profile(viewer, int(id))
