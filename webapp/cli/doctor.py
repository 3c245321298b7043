"""`rapport doctor`: everything that can be looked at without changing anything, a line each.

    ok    disk          120.3 GB free
    fail  redis         cannot be reached
                        -> start it; until then processes hear of one another once a second

Exit code 1 when something failed; what is only worth a look is no failure.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from .. import readiness
from ..config import Settings
from ..domain.rights import ledger
from ..domain.storage import database
from ..domain.upkeep import checkup
from ..domain.upkeep.checkup import Finding
from ..version import VERSION
from . import process


def examine(options: argparse.Namespace, settings: Settings) -> None:
    """Look at everything and say it; ends the program with 1 when something failed."""
    failed = 0
    for finding in _findings(settings):
        failed += finding.level == "fail"
        print(f"{finding.level:6}{finding.subject:14}{finding.text}")
        if finding.do:
            print(f"{'':20}-> {finding.do}")
    if failed:
        sys.exit(1)


def _findings(settings: Settings) -> Iterator[Finding]:
    yield Finding("ok", "rapport", f"{VERSION}, {settings.env}")
    yield from _settings(settings)
    yield from _files(settings)
    yield from _disk(settings)
    yield from _redis(settings)
    try:
        with database.connection_context():
            yield from checkup.of_database()
            yield from _erasures(settings)
    except Exception as error:  # whatever it is: the rest has been said, and this is what is wrong
        text = str(error).splitlines()[0] if str(error) else ""
        yield Finding("fail", "database", f"{type(error).__name__}: {text}", "see that it runs and can be reached")


def _settings(settings: Settings) -> Iterator[Finding]:
    advice = [*settings.unknown, *process.advice(settings)]
    for text in advice:
        yield Finding("warn", "settings", text)
    if not advice:
        yield Finding("ok", "settings", "in order")


def _files(settings: Settings) -> Iterator[Finding]:
    names = ("secret_key", ledger.FILE, *([settings.sqlite_path.name] if settings.sqlite_path else []))
    folder = settings.sqlite_path.parent if settings.sqlite_path else settings.data_dir
    paths = [settings.data_dir / names[0], settings.data_dir / names[1], *(folder / name for name in names[2:])]
    open_to_others = [path for path in paths if path.exists() and path.stat().st_mode & 0o077 and _is_reachable(path)]
    for path in open_to_others:
        yield Finding("warn", "rights", f"others on this machine may read {path}", f"chmod 600 {path}")
    if not open_to_others:
        yield Finding("ok", "rights", "nobody else on this machine can read the data")


def _is_reachable(path: Path) -> bool:
    """A file in a folder that keeps others out is as good as closed."""
    return bool(path.parent.stat().st_mode & 0o077)


def _disk(settings: Settings) -> Iterator[Finding]:
    free = f"{shutil.disk_usage(settings.data_dir).free / 1e9:.1f} GB free"
    found = readiness.disk(settings.data_dir)
    level = {"ok": "ok", "low": "warn"}.get(found, "fail")
    yield Finding(level, "disk", free, "" if level == "ok" else "make room")  # type: ignore[arg-type]


def _redis(settings: Settings) -> Iterator[Finding]:
    if not settings.redis_url:
        yield Finding("ok", "redis", "none is used: several processes hear of one another once a second")
    elif readiness.redis_answers(settings.redis_url):
        yield Finding("ok", "redis", "answers")
    else:
        do = "start it; until then processes hear of one another once a second"
        yield Finding("warn", "redis", "cannot be reached", do)


def _erasures(settings: Settings) -> Iterator[Finding]:
    missing = ledger.missing(settings.data_dir)
    if missing:
        do = "rapport backup, or the next start, writes them; keep that file where a restored database cannot reach it"
        yield Finding("warn", "erasures", f"{len(missing)} are not in {settings.data_dir / ledger.FILE} yet", do)
    else:
        yield Finding("ok", "erasures", "all are in the ledger beside the database")
