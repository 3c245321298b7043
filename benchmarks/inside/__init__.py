"""What a benchmark changes inside the server, by settings that let it find `sitecustomize` at its start."""

from __future__ import annotations

import os
from pathlib import Path


def slow_commits(milliseconds: float) -> dict[str, str]:
    """Return the environment in which each commit takes so much longer; of 0, the usual one."""
    return _found_first() | {"BENCH_COMMIT_MS": f"{milliseconds:g}"} if milliseconds else {}


def _found_first() -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))}
