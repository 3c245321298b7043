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
    """Write the figures with what is known of the machine, which is printed; return the file."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.json"
    depends_on = machine()
    path.write_text(json.dumps({"machine": depends_on, **figures}, indent=2))
    print(", ".join(f"{name} {value}" for name, value in depends_on.items()))
    return path


def machine() -> dict[str, Any]:
    """Return what the figures depend on: the disk by `sync_time`, a core by `loop_time`, and how much others wanted."""
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "sync_ms": round(sync_time() * 1000, 2),
        "loop_ms": round(loop_time() * 1000, 1),
    }


def loop_time() -> float:
    """Return the CPU seconds in which Python adds up a million numbers: on a core that is shared, more."""
    started = time.process_time()
    sum(number for number in range(1_000_000))
    return time.process_time() - started


def sync_time(rounds: int = 200) -> float:
    """Return the median seconds of one write of 4 KB and fdatasync in the folder for temporary files."""
    times = []
    with tempfile.TemporaryFile() as file:
        for _ in range(rounds):
            started = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - started)
    return sorted(times)[rounds // 2]
