"""The settings of the process: read once from the environment, checked together, never changed.

Nothing else reads the environment. What a manager decides while Rapport runs (automatic linking, say) is kept
in the database, by `webapp.domain.settings`. docs/settings.md is compared with the table `SETTINGS`.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SHORTEST_SECRET = 32
SAMPLES = ("change-me", "change_me", "changeme", "example", "insecure", "password", "replace", "secret")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


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
            "`sqlite:///` followed by the path of the database file", secret=True),
    Setting("RAPPORT_SECRET_KEY", "in development, generated once and kept in the data folder",
            "signs sessions and forms; at least 32 characters, needed in production", secret=True),
    Setting("RAPPORT_BASE_URL", "in development, `http://` and host and port",
            "the address that browsers use; needed in production, and `https://` there"),
    Setting("RAPPORT_HOST", "`127.0.0.1`", "the address to listen on", also="HOST"),
    Setting("RAPPORT_PORT", "`8000`", "the port to listen on", also="PORT"),
    Setting("RAPPORT_TRUSTED_PROXIES", "`0`",
            "how many proxies stand before Rapport, each of which adds `X-Forwarded-For` and `X-Forwarded-Proto`"),
    Setting("RAPPORT_THREADS", "`128`", "threads of the server; each open page holds one"),
)


class SettingsError(Exception):
    """Settings that Rapport cannot start with; `problems` has a sentence for each, saying how to mend it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    """What the process was told; secrets stay out of its repr. `unknown` warns of names not known."""

    env: str
    data_dir: Path
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    base_url: str
    host: str
    port: int
    threads: int
    trusted_proxies: int = 0
    unknown: tuple[str, ...] = ()

    @property
    def production(self) -> bool:
        """Tell whether real customers are served."""
        return self.env == "production"

    @property
    def secure(self) -> bool:
        """Tell whether browsers come by HTTPS, so that cookies may be kept to it."""
        return self.base_url.startswith("https://")

    @property
    def sqlite_path(self) -> Path:
        """Return the path of the SQLite file."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def static_dir(self) -> Path:
        """Return the folder of styles, scripts and icons, which stands beside this package."""
        return Path(__file__).parents[1] / "static"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check all settings, and see to it that the data folder is there.

        Raises `SettingsError` with every problem found, not only the first.
        """
        read = _Reader(environ)
        env = read.choice("RAPPORT_ENV", ("development", "production"))
        host = read.text("RAPPORT_HOST") or "127.0.0.1"
        port = read.number("RAPPORT_PORT", 8000, 1, 65535)
        data_dir = Path(read.text("RAPPORT_DATA_DIR") or "data").absolute()
        settings = cls(
            env=env,
            data_dir=data_dir,
            database_url=_database_url(read, data_dir),
            secret_key=_secret_key(read, env),
            base_url=_base_url(read, env, host, port),
            host=host,
            port=port,
            threads=read.number("RAPPORT_THREADS", 128, 8, 4096),
            trusted_proxies=read.number("RAPPORT_TRUSTED_PROXIES", 0, 0, 5),
            unknown=tuple(_unknown(environ)),
        )
        _refuse_debugging(read, env)
        _make_folder(read, "RAPPORT_DATA_DIR", data_dir)
        if settings.sqlite_path.parent != data_dir:
            _make_folder(read, "RAPPORT_DATABASE_URL", settings.sqlite_path.parent)
        if not read.problems and not settings.secret_key:
            settings = replace(settings, secret_key=_kept_key(read, data_dir / "secret_key"))
        if read.problems:
            raise SettingsError(read.problems)
        return settings

    @classmethod
    def for_test(cls, folder: Path, **changes: Any) -> Settings:
        """Return settings of a development process that keeps everything in `folder`."""
        settings = cls(
            env="development", data_dir=folder,
            database_url=f"sqlite:///{folder / 'rapport.db'}",
            secret_key="a key that only tests know, long enough",
            base_url="http://127.0.0.1:8000", host="127.0.0.1", port=8000, threads=32,
        )
        return replace(settings, **changes)


class _Reader:
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


def _database_url(read: _Reader, data_dir: Path) -> str:
    url = read.text("RAPPORT_DATABASE_URL") or f"sqlite:///{data_dir / 'rapport.db'}"
    if url.removeprefix("sqlite:///") in (url, "", ":memory:"):
        read.problems.append(
            "RAPPORT_DATABASE_URL must be sqlite:/// and the path of a file, such as sqlite:///data/rapport.db."
        )
        return f"sqlite:///{data_dir / 'rapport.db'}"
    return url


def _secret_key(read: _Reader, env: str) -> str:
    name, key = "RAPPORT_SECRET_KEY", read.text("RAPPORT_SECRET_KEY")
    if env != "production" or any(problem.startswith(f"{name}_FILE") for problem in read.problems):
        return key
    make = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    if not key:
        read.problems.append(f"{name} is needed in production: {make}")
    elif len(key) < SHORTEST_SECRET:
        read.problems.append(f"{name} is shorter than {SHORTEST_SECRET} characters: {make}")
    elif len(set(key)) < 10 or any(sample in key.lower() for sample in SAMPLES):
        read.problems.append(f"{name} looks like a sample that others know: {make}")
    return key


def _base_url(read: _Reader, env: str, host: str, port: int) -> str:
    name, url = "RAPPORT_BASE_URL", read.text("RAPPORT_BASE_URL").rstrip("/")
    if not url:
        if env == "production":
            read.problems.append(f"{name} is needed in production: the address that browsers use, with https://.")
        reached = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"
    scheme, name_of_host, bare = _parts(url)
    if scheme not in ("http", "https") or not name_of_host or not bare:
        read.problems.append(f"{name} is {url!r}: give scheme and host only, such as https://chat.example.com.")
    elif env == "production" and scheme == "http" and name_of_host not in LOOPBACK:
        read.problems.append(f"{name} is {url!r}: in production it must begin with https://.")
    return url


def _parts(url: str) -> tuple[str, str, bool]:
    """Return scheme and host, and whether nothing but a port comes with them."""
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:  # a port past 65535, brackets that do not close
        return "", "", False
    host = parts.hostname or ""
    authority = (f"[{host}]" if ":" in host else host) + ("" if port is None else f":{port}")
    return parts.scheme, host, url.lower() == f"{parts.scheme}://{authority}"


def _unknown(environ: Mapping[str, str]) -> list[str]:
    known = [setting.name for setting in SETTINGS]
    known += [f"{setting.name}_FILE" for setting in SETTINGS if setting.secret]
    warnings = []
    for name in sorted(environ):
        if name.startswith("RAPPORT_") and name not in known and not name.startswith("RAPPORT_TEST_"):
            near = get_close_matches(name, known, n=1, cutoff=0.85)  # the prefix alone makes any two alike
            warnings.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "."))
    return warnings


def _refuse_debugging(read: _Reader, env: str) -> None:
    """Refuse the switches with which Flask would show the program's inside to whoever meets an error."""
    for name in ("FLASK_DEBUG", "DEBUG"):
        value = read.environ.get(name, "").strip().lower()
        if env == "production" and value not in ("", "0", "false", "no", "off"):
            read.problems.append(f"{name} is {value!r}: production does not run with it; unset it.")


def _make_folder(read: _Reader, name: str, folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        read.problems.append(f"{name}: {folder} cannot be made ({error.strerror}): choose another folder.")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        read.problems.append(f"{name}: nothing can be written into {folder}: give it to the user that runs Rapport.")


def _kept_key(read: _Reader, path: Path) -> str:
    """Return the key kept at `path`, which the first call makes, for its owner's eyes only."""
    try:
        if not path.exists():
            with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        key = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        read.problems.append(f"{path} cannot be used ({error}): mend it, or set RAPPORT_SECRET_KEY.")
        return ""
    if len(key) < SHORTEST_SECRET:
        read.problems.append(f"{path} has been cut short: delete it, and a new key is made.")
    return key
