"""Who acts still may: neither deactivated since, nor manager no more, whatever she had begun before.

These are asked from within a verb, so that nothing is committed after the right to it is gone. Nobody, which is the
program `rapport`, may always act.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from peewee import fn

from .errors import Refused
from .prepared import given, prepared
from .tables import Associate, Store, StoreMember

_deactivated = prepared(
    Associate.select(Associate.id).where(Associate.id == given("id"), Associate.deactivated_at.is_null(False))
)


def is_there(id: Any) -> Any:
    """Return the condition that this associate has not been deactivated, for a statement that asks by itself."""
    return fn.EXISTS(Associate.select(Associate.id).where(Associate.id == id, Associate.deactivated_at.is_null()))


def check(by: Associate | None) -> None:
    """Raise `Refused("deactivated")` when the one who acts has been.

    It is asked wherever a deed is written down under a name.
    """
    if by and _deactivated.rows(id=by.id):
        raise Refused("deactivated")


def check_manager(by: Associate | None, stores: Iterable[Store] = ()) -> None:
    """Raise `Refused` unless the one who acts is an active manager now, and works in all of these stores.

    It is asked wherever settings are changed.
    """
    if by is None:
        return
    check(by)
    if not Associate.select().where(Associate.id == by.id, Associate.role == "manager").exists():
        raise Refused("not_a_manager")
    if not stores_of(by).issuperset(store.id for store in stores):
        raise Refused("not_her_store")


def stores_of(associate: Associate) -> set[int]:
    """Return the ids of the stores in which somebody works now."""
    query: Any = StoreMember.select(StoreMember.store).where(StoreMember.associate == associate)
    return {store for (store,) in query.tuples()}
