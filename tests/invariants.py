"""What must hold in the database whatever happened."""

from __future__ import annotations

from webapp.domain.upkeep import invariants


def assert_invariants() -> None:
    """Fail with the promises that are broken, and the rows that break them."""
    assert invariants.broken() == {}
