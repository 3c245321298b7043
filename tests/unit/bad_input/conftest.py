"""The shop of the access matrix, for what people and programs send to it that they should not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.access.conftest import port, world
from tests.unit.access.world import World

__all__ = ["port", "world"]


@pytest.fixture(autouse=True)
def put_back(request: pytest.FixtureRequest) -> Iterator[None]:
    """Put back what a test has changed."""
    shop: World | None = request.getfixturevalue("world") if "world" in request.fixturenames else None
    before = shop.written() if shop else 0
    yield
    if shop and shop.written() != before:
        shop.restore()
