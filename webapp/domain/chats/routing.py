"""To which store a chat goes. Pure: it is given the stores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Routable(Protocol):
    @property
    def slug(self) -> object: ...

    @property
    def is_default(self) -> object: ...


S = TypeVar("S", bound=Routable)


def choose(stores: Sequence[S], declared: str | None) -> S:
    """Return the store that the page declared by its slug, else the default one."""
    by_slug: dict[object, S] = {store.slug: store for store in stores}
    default = next((store for store in stores if store.is_default), stores[0])
    return by_slug.get(declared, default)
