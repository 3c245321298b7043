"""Who may see what. Every look-up of the workspace starts here, so that finding is being allowed.

SPEC section 5: every associate of the store sees a waiting chat; once accepted, only this associate or a
manager of the store can open it; for others it does not exist. Profiles are the retailer's: every associate
sees every profile.
"""

from __future__ import annotations

from typing import Any

from ..errors import NotFound
from ..prepared import given, prepared
from ..tables import Associate, Conversation, IdentityKey, Invitation, Profile, Site, Store, StoreMember
from . import identity_keys, invitations, sites

_LARGEST_ID = 2**63 - 1

INBOXES = ("waiting", "mine", "all")


def visible_conversations(viewer: Associate) -> Any:
    """Return the query of the conversations that this associate may open; none before it is routed."""
    return _visible(viewer, viewer.is_manager)


def _visible(viewer: Any, is_manager: bool) -> Any:
    in_her_stores = in_stores_of(viewer)
    allowed = (Conversation.associate == viewer) | (in_her_stores & (Conversation.state == "waiting"))
    if is_manager:
        allowed |= in_her_stores
    return Conversation.select().where(allowed, Conversation.routed_at.is_null(False))


def in_stores_of(viewer: Any) -> Any:
    """Return the condition that a conversation is of a store of hers."""
    return Conversation.store.in_(StoreMember.select(StoreMember.store).where(StoreMember.associate == viewer))


_members = prepared(StoreMember.select(StoreMember.associate).where(StoreMember.store == given("store")))
_managers = prepared(
    StoreMember.select(StoreMember.associate)
    .join(Associate)
    .where(StoreMember.store == given("store"), Associate.role == "manager")
)
_one = {
    is_manager: prepared(_visible(given("viewer"), is_manager).where(Conversation.public_id == given("public_id")))
    for is_manager in (False, True)
}


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
    return inbox_of(viewer, viewer.is_manager, name)


def inbox_of(viewer: Any, is_manager: bool, name: str) -> Any:
    """Return the same query for a viewer, or her id, that may come with the call of a prepared one.

    It reads no more of the database than it has to: what waits and what is hers is found by index, however many chats
    have ended.
    """
    if name == "waiting":
        is_waiting = Conversation.state == "waiting"
        allowed = ((Conversation.associate == viewer) & is_waiting) | (in_stores_of(viewer) & is_waiting)
    elif name == "mine":
        allowed = (Conversation.state == "active") & (Conversation.associate == viewer)
    else:
        return _visible(viewer, is_manager)
    return Conversation.select().where(allowed, Conversation.routed_at.is_null(False))


def conversation(viewer: Associate, public_id: str) -> Conversation:
    """Return the conversation with this public id, if the viewer may open it; raises `NotFound`."""
    found: Conversation | None = _one[viewer.is_manager].first(viewer=viewer, public_id=public_id)
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


def members_of(store_id: int) -> set[int]:
    """Return the ids of the associates of a store."""
    return {row[0] for row in _members.rows(store=store_id)}


def managers_of(store_id: int) -> set[int]:
    """Return the ids of the managers of a store: with who has accepted a chat of it, all who may open that."""
    return {row[0] for row in _managers.rows(store=store_id)}


def is_manager_of(viewer: Associate, store_id: int) -> bool:
    """Say whether the viewer is a manager of this store."""
    if not viewer.is_manager:
        return False
    return bool(
        StoreMember.select().where(StoreMember.associate == viewer, StoreMember.store == store_id).exists()
    )


def managed_stores(viewer: Associate) -> Any:
    """Return the query of the stores that the viewer may change: a manager's own, the default one first."""
    mine = StoreMember.select(StoreMember.store).where(StoreMember.associate == viewer)
    allowed = Store.id.in_(mine) if viewer.is_manager else Store.id.is_null()
    return Store.select().where(allowed).order_by(Store.is_default.desc(), Store.id)


def managed_store(viewer: Associate, slug: str) -> Store:
    """Return the store with this short name, if the viewer may change it; raises `NotFound`."""
    found: Store | None = managed_stores(viewer).where(Store.slug == slug).first()
    if found is None:
        raise NotFound
    return found


def managed_associates(viewer: Associate) -> Any:
    """Return the query of the associates whom the viewer may change: of a manager's own stores, and of none."""
    if not viewer.is_manager:
        return Associate.select().where(Associate.id.is_null())
    hers = [store.id for store in managed_stores(viewer)]
    there = StoreMember.select(StoreMember.associate).where(StoreMember.store.in_(hers))
    anywhere = StoreMember.select(StoreMember.associate)
    return Associate.select().where(Associate.id.in_(there) | Associate.id.not_in(anywhere))


def managed_associate(viewer: Associate, associate_id: int) -> Associate:
    """Return the associate with this id, if the viewer may change her; raises `NotFound`."""
    found: Associate | None = managed_associates(viewer).where(Associate.id == min(associate_id, _LARGEST_ID)).first()
    if found is None:
        raise NotFound
    return found


def managed_invitations(viewer: Associate) -> list[Invitation]:
    """Return the invitations that the viewer may take back: to one of a manager's own stores at least, or to none."""
    if not viewer.is_manager:
        return []
    hers = {store.id for store in managed_stores(viewer)}
    return [found for found in invitations.pending() if not found.stores or hers & set(found.stores)]


def managed_invitation(viewer: Associate, invitation_id: int) -> Invitation:
    """Return the invitation with this id, if the viewer may take it back; raises `NotFound`."""
    return _of(managed_invitations(viewer), invitation_id)


def renewable_invitation(viewer: Associate, invitation_id: int) -> Invitation:
    """Return the invitation with this id, if the viewer may make a new link of it; raises `NotFound`.

    A link gives all that was offered, so all of its stores must be hers.
    """
    return _of(invitations.hers_to_give(viewer, managed_invitations(viewer)), invitation_id)


def managed_site(viewer: Associate, key: str) -> Site:
    """Return the site with this key; raises `NotFound`. Any manager may change it: sites are the retailer's."""
    if not viewer.is_manager:
        raise NotFound
    return sites.of_key(key)


def managed_key(viewer: Associate, site: Site, kid: str) -> IdentityKey:
    """Return the site's identity key with this id, revoked or not, if the viewer may revoke it; raises `NotFound`."""
    found = identity_keys.by_kid(kid)
    if not viewer.is_manager or found is None or found.site != site:
        raise NotFound
    return found


def _of(found: list[Invitation], invitation_id: int) -> Invitation:
    for invitation in found:
        if invitation.id == invitation_id:
            return invitation
    raise NotFound
