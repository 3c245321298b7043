"""The program `rapport`. Under gevent all waiting is gevent's, which has to be so before anything else is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; a refusal is a sentence on the error output and exit code 1."""
    if "serve" in sys.argv[1:2] and os.environ.get("RAPPORT_WORKER", "").strip() == "gevent":
        _wait_as_gevent_does()
    from .program import run

    run(arguments)


def _wait_as_gevent_does() -> None:
    """Let sockets, locks and threads of the process be gevent's; when it is not here, the settings say so."""
    try:
        from gevent import monkey
    except ImportError:
        return
    monkey.patch_all()
