"""Who may see what. Every look-up of the workspace starts here, so that finding is being allowed.

SPEC section 5: every associate of the store sees a waiting chat; once accepted, only this associate or a
manager of the store can open it; for others it does not exist. Profiles are the retailer's: every associate
sees every profile.
"""

from __future__ import annotations

from typing import Any

from ..errors import NotFound
from ..tables import Associate, Conversation, Profile, StoreMember

_LARGEST_ID = 2**63 - 1

INBOXES = ("waiting", "mine", "all")


def visible_conversations(viewer: Associate) -> Any:
    """Return the query of the conversations that this associate may open; none before it is routed."""
    stores = StoreMember.select(StoreMember.store).where(StoreMember.associate == viewer)
    in_her_stores = Conversation.store.in_(stores)
    allowed = (Conversation.associate == viewer) | (in_her_stores & (Conversation.state == "waiting"))
    if viewer.is_manager:
        allowed |= in_her_stores
    return Conversation.select().where(allowed, Conversation.routed_at.is_null(False))


def offered_conversations(viewer: Associate) -> Any:
    """Return the query of what she may see, and of live chats of her stores that a colleague has accepted.

    Only for accepting: whoever presses second is told who was first, and sees nothing of the chat.
    """
    stores = StoreMember.select(StoreMember.store).where(StoreMember.associate == viewer)
    visible = visible_conversations(viewer).select(Conversation.id)
    taken = Conversation.store.in_(stores) & (Conversation.state == "active")
    return Conversation.select().where(Conversation.id.in_(visible) | taken)


def inbox(viewer: Associate, name: str) -> Any:
    """Return the query of one of her inboxes: `waiting`, `mine` (open and accepted by her) or `all`."""
    query = visible_conversations(viewer)
    if name == "waiting":
        return query.where(Conversation.state == "waiting")
    if name == "mine":
        return query.where(Conversation.state == "active", Conversation.associate == viewer)
    return query


def conversation(viewer: Associate, public_id: str) -> Conversation:
    """Return the conversation with this public id, if the viewer may open it; raises `NotFound`."""
    found: Conversation | None = (
        visible_conversations(viewer).where(Conversation.public_id == public_id).first()
    )
    if found is None:
        raise NotFound
    return found


def profile(viewer: Associate, profile_id: int) -> Profile:
    """Return the profile with this id; raises `NotFound`. Any associate may: profiles are the retailer's."""
    assert viewer
    profile_id = min(profile_id, _LARGEST_ID)  # SQLite chokes on more
    found: Profile | None = Profile.get_or_none(Profile.id == profile_id, Profile.withdrawn_at.is_null())
    if found is None:
        raise NotFound
    return found


def is_manager_of(viewer: Associate, store_id: int) -> bool:
    """Say whether the viewer is a manager of this store."""
    if not viewer.is_manager:
        return False
    return bool(
        StoreMember.select().where(StoreMember.associate == viewer, StoreMember.store == store_id).exists()
    )
