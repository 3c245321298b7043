"""A furnished house for each test, copied from one that was furnished by the program itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from .loops import through
from .run import Outcome
from .servers import House, Server

Together = Callable[[House, Callable[[Server], Coroutine[Any, Any, Outcome]]], Outcome]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("furnished")
    House(folder).furnish()
    return folder


@pytest.fixture
def house(furnished: Path, tmp_path: Path) -> House:
    """A house on SQLite."""
    for file in furnished.glob("rapport.db*"):
        shutil.copy(file, tmp_path)
    return House(tmp_path)


@pytest.fixture
def with_server() -> Together:
    """Do something with a server of this house, which is ended afterwards whatever comes."""

    def together(house: House, do: Callable[[Server], Coroutine[Any, Any, Outcome]]) -> Outcome:
        async def doing() -> Outcome:
            server = Server(house, house.port)
            try:
                await server.start()
                return await do(server)
            finally:
                await server.stop()

        return through(doing())

    return together
