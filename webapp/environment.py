"""What the process may be told by its environment: the table of settings, and a reader that keeps what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


@dataclass(frozen=True)
class Setting:
    """One line of the table of settings; `also` is a shorter name that is read when `name` is not set."""

    name: str
    default: str
    meaning: str
    secret: bool = False
    also: str = ""


SETTINGS = (
    Setting("RAPPORT_ENV", "`development`", "`development` or `production`"),
    Setting("RAPPORT_DATA_DIR", "`./data`", "the folder of the database and of the generated secret key"),
    Setting("RAPPORT_DATABASE_URL", "`rapport.db` in the data folder",
            "`sqlite:///` and the path of the database file, or `postgresql://user:password@host/name`", secret=True),
    Setting("RAPPORT_DATABASE_CONNECTIONS", "`20`", "connections that one process has to PostgreSQL at most"),
    Setting("RAPPORT_REDIS_URL", "none", "`redis://host:6379/0`: several processes hear of one another at once, "
            "instead of within a second, and count limits together", secret=True),
    Setting("RAPPORT_SECRET_KEY", "in development, generated once and kept in the data folder",
            "signs sessions and forms; at least 32 characters, needed in production", secret=True),
    Setting("RAPPORT_BASE_URL", "in development, `http://` and host and port",
            "the address that browsers use; needed in production, and `https://` there"),
    Setting("RAPPORT_HOST", "`127.0.0.1`", "the address to listen on", also="HOST"),
    Setting("RAPPORT_PORT", "`8000`", "the port to listen on", also="PORT"),
    Setting("RAPPORT_TRUSTED_PROXIES", "`0`",
            "how many proxies stand before Rapport, each of which adds `X-Forwarded-For` and `X-Forwarded-Proto`"),
    Setting("RAPPORT_LOG_LEVEL", "`info`",
            "`debug` (also each request that was answered), `info`, `warning` or `error`"),
    Setting("RAPPORT_METRICS_TOKEN", "none",
            "`/metrics` is there for who sends `Authorization: Bearer` and this; at least 16 characters", secret=True),
    Setting("RAPPORT_PROCESSES", "`1`",
            "processes that serve, for more than one core ([several](scaling.md#several-processes))"),
    Setting("RAPPORT_WORKER", "`threads`",
            "what serves a request or a socket: `threads`, or `gevent` (when installed) for thousands of sockets"),
    Setting("RAPPORT_THREADS", "`128`", "threads of each process; each open page holds one. "
            "With `gevent` it counts for nothing: 10,000 at a time"),
)


class Reader:
    """Reads values by name and keeps the problems it meets. An empty value counts as none."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        setting = next(setting for setting in SETTINGS if setting.name == name)
        value = self.environ.get(name, "").strip()
        if setting.secret and self.environ.get(f"{name}_FILE"):
            if value:
                self.problems.append(f"{name} and {name}_FILE are both set: keep one of them.")
            return self._in_file(f"{name}_FILE")
        return value or self.environ.get(setting.also, "").strip()

    def _in_file(self, name: str) -> str:
        path = self.environ[name]
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            value = ""
        if not value:
            self.problems.append(f"{name}: {path} is empty or cannot be read: put the value there.")
        return value

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.text(name) or choices[0]
        if value not in choices:
            self.problems.append(f"{name} is {value!r}: choose {' or '.join(choices)}.")
        return value

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        value = self.text(name) or str(default)
        if value.isascii() and value.isdigit() and len(value) < 10 and lowest <= int(value) <= highest:
            return int(value)
        self.problems.append(f"{name} is {value!r}: give a whole number from {lowest} to {highest}.")
        return default


def unknown(environ: Mapping[str, str]) -> list[str]:
    """Return a warning for each name that looks like a setting and is none."""
    known = [setting.name for setting in SETTINGS]
    known += [f"{setting.name}_FILE" for setting in SETTINGS if setting.secret]
    warnings = []
    for name in sorted(environ):
        if name.startswith("RAPPORT_") and name not in known and not name.startswith("RAPPORT_TEST_"):
            near = get_close_matches(name, known, n=1, cutoff=0.85)  # the prefix alone makes any two alike
            warnings.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "."))
    return warnings
