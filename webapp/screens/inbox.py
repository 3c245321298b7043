"""The inbox: who waits, who is mine, and everybody else; with its tabs, and what its viewer is told of her stores."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from .. import render
from ..auth import Viewer
from ..domain.errors import NotFound
from ..domain.people import access, inboxes, presence
from ..domain.prepared import given, prepared
from ..domain.tables import Associate, Conversation, Store, StoreMember
from ..i18n import Reader
from . import hours, rows
from .rows import Row

T = TypeVar("T")
_associate = prepared(Associate.select().where(Associate.id == given("id")))
_stores = prepared(
    Store.select().join(StoreMember).where(StoreMember.associate == given("associate")).order_by(Store.id)
)
_her = given("viewer", like=Conversation.associate)


_has_had_one = prepared(Conversation.select(Conversation.id).where(Conversation.associate == _her).limit(1))


@dataclass(frozen=True, slots=True)
class Look:
    """All of a viewer that her inboxes depend on: who looks alike is shown the same."""

    reader: Reader
    chat_enabled: bool
    is_manager: bool
    available: bool
    closed: str  # until when her stores are, in words, or ""
    stores: tuple[int, ...]
    herself: int | None  # her id, when any chat is hers, or was; managers often have none, and all see the same
    counts: tuple[tuple[str, int], ...]  # of each inbox


class Moment:
    """The inboxes as they are at one moment, looked up once for all whom they are drawn for."""

    def __init__(self) -> None:
        self._looks: dict[Viewer, Look] = {}
        self._found: dict[Hashable, Any] = {}

    def audience(self, viewer: Viewer, name: str) -> Look:
        """Return what says who is shown the same."""
        look = self._look(viewer)
        return replace(look, herself=None, is_manager=False) if name == "waiting" else look

    def pane(self, viewer: Viewer, name: str) -> str:
        """Draw one inbox for this viewer: `waiting`, `mine` or `all`."""
        look = self._look(viewer)
        counts, found = dict(look.counts), self._rows(viewer, look, name)
        return render.partial(
            "inbox",
            viewer.reader,
            name=name,
            chat_enabled=look.chat_enabled,
            available=look.available,
            closed=look.closed,
            counts=counts,
            groups=_grouped(viewer.reader, name, found),
            left_out=max(0, counts[name] - len(found)),
        )

    def _rows(self, viewer: Viewer, look: Look, name: str) -> list[Row]:
        everybodys = replace(self.audience(viewer, name), available=True, closed="", counts=())
        return self._once(
            (name, everybodys),
            lambda: rows.find(viewer.reader, viewer.associate, look.chat_enabled, look.is_manager, look.stores, name),
        )

    def _look(self, viewer: Viewer) -> Look:
        if viewer not in self._looks:
            associate: Associate | None = _associate.first(id=viewer.associate)
            if associate is None:
                raise NotFound
            stores: list[Store] = _stores.all(associate=associate)
            look = Look(
                reader=viewer.reader,
                chat_enabled=bool(associate.chat_enabled),
                is_manager=associate.is_manager,
                available=bool(associate.available),
                closed=_closed(viewer.reader, stores) if associate.chat_enabled else "",
                stores=tuple(store.id for store in stores),
                herself=associate.id if _has_had_one.rows(viewer=associate.id) else None,
                counts=(),
            )
            self._looks[viewer] = replace(look, counts=self._counts(associate.id, look))
        return self._looks[viewer]

    def _counts(self, associate: int, look: Look) -> tuple[tuple[str, int], ...]:
        def count(name: str) -> int:
            return inboxes.count(associate, look.is_manager, look.stores, name)

        return tuple(
            (name, self._once(("count", name, look.is_manager, look.stores, look.herself), partial(count, name)))
            for name in access.INBOXES
        )

    def _once(self, key: Hashable, look_up: Callable[[], T]) -> T:
        if key not in self._found:
            self._found[key] = look_up()
        found: T = self._found[key]
        return found


def pane(viewer: Viewer, name: str) -> str:
    """Draw one inbox for this viewer, as it is now: `waiting`, `mine` or `all`."""
    return Moment().pane(viewer, name)


def _closed(reader: Reader, stores: list[Store]) -> str:
    """Return until when these stores are closed, in words, or "" while one is open."""
    closed = presence.all_closed(stores)
    if closed is None:
        return ""
    if closed.until is None:
        return reader.n("avail.closed", closed.stores)
    return reader.n("avail.closed_until", closed.stores, when=hours.when(reader, closed.until))


def _grouped(reader: Reader, name: str, found: list[Row]) -> list[tuple[str, list[str]]]:
    """Return the drawn rows in groups, each with the name of its title; only `all` has more than one."""
    groups: dict[str, list[str]] = {"waiting": [], "mine": [], "others": []}
    for row in found:
        members = groups[row.group if name == "all" else name]
        members.append(rows.drawn(reader, row, not members))
    return [(title, members) for title, members in groups.items() if members]


def of(viewer: Viewer, conversation: Conversation) -> str:
    """Return the name of the inbox in which this viewer finds the conversation."""
    if conversation.state == "waiting":
        return "waiting"
    mine: Any = conversation.associate_id == viewer.associate
    return "mine" if mine and conversation.state == "active" else "all"
