"""Whoever has been deactivated does nothing any more, whatever she had begun before."""

from __future__ import annotations

from .errors import Refused
from .tables import Associate


def check(by: Associate | None) -> None:
    """Raise `Refused("deactivated")` when the one who acts has been; from within a verb, and nobody may always act.

    It is asked wherever a deed is written down under a name, so that none is committed after the deactivation.
    """
    if by and Associate.select().where(Associate.id == by.id, Associate.deactivated_at.is_null(False)).exists():
        raise Refused("deactivated")
