"""A customer signs out on a shared device, or clears it: the browser is known no more. The store keeps its record."""

from __future__ import annotations

from ..db import verb
from ..people import visitors
from ..tables import Visitor
from . import lifecycle, requests


@verb
def forget(visitor: Visitor) -> None:
    """End the visitor's open chat, as the customer would, and forget the visitor."""
    running = requests.open_chat(visitor)
    if running:
        lifecycle.end(running, by=None)
    visitors.forget(visitor)
