"""The inboxes at a glance: how many chats are in each, and from when on a list has to be read.

`access.inbox` says what is in an inbox. Lists are drawn several times a second, and chats that have ended, of which
there are more each day, must not make that slower. So they are counted in indexes, without looking at them, and
those for which a list has no room are not read.
"""

from __future__ import annotations

from collections.abc import Collection
from heapq import nlargest
from itertools import chain
from typing import Any

from peewee import fn

from ..prepared import given, prepared
from ..tables import Conversation, StoreMember
from ..tables.chats import OPEN_STATES, STATES
from . import access

_her = given("viewer", like=Conversation.associate)
_elsewhere = Conversation.store.not_in(StoreMember.select(StoreMember.store).where(StoreMember.associate == _her))
_routed = Conversation.routed_at.is_null(False)
_last_at: Any = Conversation.last_at


def _number_of(*conditions: Any) -> prepared:
    return prepared(Conversation.select(fn.COUNT(Conversation.id)).where(*conditions))


_of_store = Conversation.store == given("store")
_hers = Conversation.associate == _her
_waits = Conversation.state == "waiting"
_in_store = _number_of(_of_store)
_all_hers = _number_of(_hers)
_not_routed = prepared(
    Conversation.select(Conversation.store, Conversation.associate).where(Conversation.routed_at.is_null())
)
_hers_elsewhere = _number_of(_hers, _elsewhere, _routed)
_hers_active = _number_of(_hers, Conversation.state == "active", _routed)
_hers_waiting = _number_of(_hers, _waits, _routed)
_waiting_elsewhere = _number_of(_hers, _waits, _elsewhere, _routed)
_waiting_in_store = _number_of(_of_store, _waits, _routed)


def _newest(whose: Any) -> prepared:
    query = Conversation.select(Conversation.id, _last_at).where(whose, Conversation.state == given("state"), _routed)
    return prepared(query.order_by(_last_at.desc()).limit(given("most")))


_newest_of_store, _newest_of_hers = _newest(_of_store), _newest(_hers)


def count(viewer: int, is_manager: bool, stores: Collection[int], name: str) -> int:
    """Return how many chats are in an inbox of the associate with this id; `stores` are the ids of all of hers."""
    if name == "mine":
        return _one(_hers_active, viewer=viewer)
    waiting = _one(_waiting_elsewhere, viewer=viewer) + sum(_one(_waiting_in_store, store=id) for id in stores)
    if name == "waiting":
        return waiting
    not_routed = _not_routed.rows()  # a few, for a moment: an index for them takes them from what is counted blindly
    if not is_manager:
        # What waits and what is hers, and what is both only once.
        hers: int = _one(_all_hers, viewer=viewer) - sum(associate == viewer for _, associate in not_routed)
        return waiting + hers - _one(_hers_waiting, viewer=viewer)
    here: int = sum(_one(_in_store, store=id) for id in stores) - sum(store in stores for store, _ in not_routed)
    return here + _one(_hers_elsewhere, viewer=viewer)


def since(viewer: int, is_manager: bool, stores: Collection[int], most: int) -> int:
    """Return from when on (as it is kept) there are at least so many chats in `all`, if there are; else 0."""
    hers = (_newest_of_hers.rows(viewer=viewer, state=state, most=most) for state in STATES)
    here = (
        _newest_of_store.rows(store=store, state=state, most=most)
        for store in (stores if is_manager else ())
        for state in STATES
    )
    found = set(chain.from_iterable(chain(hers, here)))  # what is hers may also be of her stores
    newest = nlargest(most, (last_at for _, last_at in found))
    return int(newest[-1]) if len(newest) == most else 0


def recent(is_manager: bool) -> Any:
    """Return the query of the chats of `all` that wait, are hers now, or are as new as `since`, given with `viewer`.

    Those who wait and what is hers come first in the list; of the rest it has room for the newest. Each condition is
    found by an index.
    """
    is_new = Conversation.state.in_(STATES) & (_last_at >= given("since"))
    in_stores = access.in_stores_of(_her)
    allowed = (_hers & is_new) | (_hers & Conversation.state.in_(OPEN_STATES)) | (in_stores & _waits)
    if is_manager:
        allowed |= in_stores & is_new
    return Conversation.select().where(allowed, _routed)


def _one(number: prepared, **values: Any) -> int:
    return int(number.rows(**values)[0][0])
