"""Managers: about whom one decides, and that nothing is left without one. Asked from within verbs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .. import acting
from ..errors import Refused
from ..tables import Associate, Store, StoreMember


class LastManager(Refused):
    """Nobody would be left to manage."""

    def __init__(self) -> None:
        super().__init__("last_manager")


class StoreWithoutManager(Refused):
    """Stores would be left that nobody manages."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("store_without_manager", stores=", ".join(names))


def decides_about(by: Associate | None, associate: Associate) -> bool:
    """Say whether she decides about somebody's role and leaving: then all stores of that person are hers, too.

    Else the manager of one store would decide who manages another. Nobody, the program `rapport`, decides about all.
    """
    return by is None or acting.stores_of(associate) <= acting.stores_of(by)


def check_decides(by: Associate | None, associate: Associate) -> None:
    """Raise `Refused("not_all_her_stores")` when she does not decide about this associate."""
    if not decides_about(by, associate):
        raise Refused("not_all_her_stores")


@contextmanager
def kept(associate: Associate) -> Iterator[None]:
    """What is done to an associate within leaves somebody to manage the house, and each store that she managed.

    Raises `LastManager` or `StoreWithoutManager` afterwards, which undoes the verb.
    """
    was_manager = _active_managers().where(Associate.id == associate.id).exists()
    stores = acting.stores_of(associate) if was_manager else set()
    yield
    if was_manager and not _active_managers().exists():
        raise LastManager
    managed = StoreMember.select(StoreMember.store).where(StoreMember.associate.in_(_active_managers()))
    left = Store.select().where(Store.id.in_(stores), Store.id.not_in(managed)).order_by(Store.id)
    if names := [str(store.name) for store in left]:
        raise StoreWithoutManager(names)


def _active_managers() -> Any:
    return Associate.select(Associate.id).where(Associate.role == "manager", Associate.deactivated_at.is_null())
