"""What a person may ask for: their record to take away, and its erasure; and what is seen when they are gone."""

from __future__ import annotations

from .. import render
from ..auth import Viewer
from ..domain.rights.erasure import what_goes
from ..domain.rights.record import PersonRecord
from ..domain.tables import Profile
from ..i18n import LANGUAGES, Reader


def pane(viewer: Viewer, profile: Profile, csrf: str, *, typed: str = "", problem: str = "") -> str:
    """Draw what a manager can do with a person's whole record; `problem` says what is wrong with what was `typed`."""
    language = profile.language if profile.language in LANGUAGES else viewer.reader.locale
    return render.partial(
        "rights/pane",
        viewer.reader,
        profile=profile,
        language=language,
        going=what_goes(profile),
        csrf=csrf,
        typed=typed,
        problem=problem,
    )


def offer(viewer: Viewer, profile: Profile) -> str:
    """Draw the way there, on the page of a profile; associates who are no managers have none."""
    return render.partial("rights/offer", viewer.reader, profile=profile) if viewer.is_manager else ""


def document(reader: Reader, record: PersonRecord) -> str:
    """Draw a person's record as a document of its own, for a reader of any language."""
    return render.page("record", reader, record=record)


def farewell(viewer: Viewer, profile_id: int | str) -> str:
    """Draw what takes the place of an erased person's page, whatever was open in it."""
    gone = render.partial("rights/gone", viewer.reader, profile_id=profile_id)
    return render.swap(render.dom_id("profile", profile_id), gone, "outerHTML")


def done(viewer: Viewer, disk: str) -> str:
    """Draw the word that a person has been erased, for whoever has no script to show it in passing."""
    return render.partial("rights/done", viewer.reader, disk=disk)
