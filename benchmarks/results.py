"""What a benchmark leaves behind: a file of JSON with the figures and what they depend on."""

from __future__ import annotations

import json
import os
import platform
import tempfile
import time
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"


def keep(name: str, figures: dict[str, Any]) -> Path:
    """Write the figures with what is known of the machine; return the file."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.json"
    path.write_text(json.dumps({"machine": machine(), **figures}, indent=2))
    return path


def machine() -> dict[str, Any]:
    """Return what the figures depend on; `sync_ms` is the median time to sync one small write to the disk."""
    return {"python": platform.python_version(), "cores": os.cpu_count(), "sync_ms": round(sync_time() * 1000, 2)}


def sync_time(rounds: int = 50) -> float:
    """Return the median seconds of one write and fsync in the folder for temporary files."""
    times = []
    with tempfile.TemporaryFile() as file:
        for _ in range(rounds):
            started = time.perf_counter()
            file.write(b"x" * 512)
            file.flush()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - started)
    return sorted(times)[rounds // 2]
