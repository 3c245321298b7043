"""The pushes of lists: the three inboxes, and the number of who waits. They are state: the latest alone is sent.

A list is looked up when it goes out, and not when something happens: what happens meanwhile is in it. A message changes
the lists of those who may see its chat, and of nobody else; what is not about a single chat changes everybody's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from ..auth import Viewer
from ..domain.people import access
from ..domain.tables import Conversation
from ..render import dom_id, swap
from ..screens import inbox, rail
from .push import Push

Concerned = Callable[[Viewer], bool]


def of_everybody() -> Iterator[Push]:
    """All lists, for all who have them open."""
    for name in access.INBOXES:
        yield _inbox(name)
    yield _count()


def of_message(conversation: Conversation) -> Iterator[Push]:
    """The lists that show what was said last in this conversation, and whether it is answered.

    Nothing comes into a list or leaves it, so nobody else's is drawn.
    """
    if conversation.state == "waiting":
        here = _Once(lambda: access.members_of(conversation.store_id))
        where = f"store {conversation.store_id}"
        yield _inbox("waiting", lambda viewer: viewer.associate in here.people, where)
        yield _inbox("all", lambda viewer: viewer.associate in here.people, where)
        return
    managers = _Once(lambda: access.managers_of(conversation.store_id))

    def has_it(viewer: Viewer) -> bool:
        return viewer.associate == conversation.associate_id

    who = f"associate {conversation.associate_id}"
    yield _inbox("mine", has_it, who)
    yield _count(has_it, who)
    yield _inbox("all", lambda viewer: has_it(viewer) and viewer.associate not in managers.people, who)
    yield _inbox("all", lambda viewer: viewer.associate in managers.people, f"managers {conversation.store_id}")


class _Once:
    """People who are looked up when the push goes out, once for all whom it may concern."""

    def __init__(self, look_up: Callable[[], Collection[int]]) -> None:
        self._look_up = look_up
        self._people: Collection[int] | None = None

    @property
    def people(self) -> Collection[int]:
        if self._people is None:
            self._people = self._look_up()
        return self._people


def _everybody(_: Viewer) -> bool:
    return True


def _inbox(name: str, concerned: Concerned = _everybody, whose: str = "everybody") -> Push:
    moment, target = inbox.Moment(), dom_id("inbox", name)
    return Push(
        f"inbox:{name}",
        lambda viewer: moment.audience(viewer, name) if concerned(viewer) else None,
        lambda viewer: swap(target, moment.pane(viewer, name)),
        coalesce=f"list of {whose}",
    )


def _count(concerned: Concerned = _everybody, whose: str = "everybody") -> Push:
    target, found = dom_id("waiting", "all"), dict[Viewer, rail.Waiting]()

    def look(viewer: Viewer) -> rail.Waiting | None:
        if concerned(viewer) and viewer not in found:
            found[viewer] = rail.look(viewer)
        return found.get(viewer)

    return Push(
        "waiting:all",
        look,
        lambda viewer: swap(target, rail.drawn(found[viewer])),
        coalesce=f"count of {whose}",
    )
