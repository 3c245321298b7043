"""What somebody else has saved while a form of the settings was open, said over the form that would undo it."""

from __future__ import annotations

from .. import render
from ..domain.meanwhile import ChangedMeanwhile
from ..i18n import Reader
from . import audit


def notice(reader: Reader, error: ChangedMeanwhile) -> str:
    """Draw who it was, and what is kept now of what would be written over."""
    return render.partial(
        "settings/meanwhile",
        reader,
        said=reader.t("error.changed_meanwhile", **error.facts),
        now=[(reader.t(f"audit.field.{field}"), audit.value(reader, field, held)) for field, held in error.now.items()],
    )
