"""What tests of keeping the house share: both databases, with the house in them, as tests of the domain have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.domain.conftest import house, postgres, settings
from webapp.config import Settings
from webapp.domain import db, storage

__all__ = ["house", "postgres", "settings"]


@pytest.fixture
def database(settings: Settings) -> Iterator[None]:
    """The database of this test, connected; it may be closed and opened again."""
    storage.open_database(settings.database_url)
    db.listeners.clear()
    db.database.connect()
    yield
    db.database.close_all()
