"""Pages that wanted to show a widget and are not on the list of its site: for the manager who wonders where it is.

A browser refuses such a page before a script of ours runs, so all that is known is the `Referer` of the frame, which
carries the page's origin and no more. Anybody can send one, and a GET writes nothing: so it is kept in the memory of
this process, the last few of each site, and is only ever a hint.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from urllib.parse import urlsplit

from flask import current_app, request

from . import security
from .domain import clock
from .domain.errors import Invalid
from .domain.people import origins
from .domain.tables import Site

MOST = 3  # of one site


class Refused:
    """The last few refused origins of each site, and when."""

    def __init__(self) -> None:
        self._by_site: dict[int, OrderedDict[str, datetime]] = {}

    def note(self, site: int, origin: str) -> None:
        """Keep an origin of a site, in the place of the one that was refused longest ago."""
        kept = self._by_site.setdefault(site, OrderedDict())
        kept[origin] = clock.now()
        kept.move_to_end(origin)
        while len(kept) > MOST:
            kept.popitem(last=False)

    def of(self, site: Site) -> list[tuple[str, datetime]]:
        """Return what was refused and is not allowed meanwhile, the latest first."""
        kept = list(self._by_site.get(site.id, {}).items())
        return [(origin, at) for origin, at in reversed(kept) if not origins.matches(origin, site.origins)]


def refused() -> Refused:
    """Return what this process knows."""
    found: Refused = current_app.extensions["refused"]
    return found


def note_if_refused(site: Site) -> None:
    """Note the page that has just asked for the frame of a site, if the browser is going to refuse it."""
    if request.headers.get("Sec-Fetch-Dest", "iframe") != "iframe":
        return  # opened by itself
    try:
        page = urlsplit(request.headers.get("Referer", ""))
        (origin,) = origins.read([f"{page.scheme}://{page.netloc}"], plain_http=True)
    except (ValueError, Invalid):
        return  # none, or none that a manager could allow
    if "*" not in origin and not security.is_own_origin(origin) and not origins.matches(origin, site.origins):
        refused().note(int(site.id), origin)
