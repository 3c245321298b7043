"""The settings of the process: read once from the environment, checked together, never changed.

Nothing else reads the environment. What a manager decides while Rapport runs (automatic linking, say) is kept
in the database, by `webapp.domain.settings`. docs/settings.md is compared with the table `SETTINGS`.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .environment import Reader, unknown

SHORTEST_SECRET = 32
SHORTEST_TOKEN = 16
SAMPLES = ("change-me", "change_me", "changeme", "example", "insecure", "password", "replace", "secret")
MOST_PROCESSES = 64
MOST_CONNECTIONS = 10_000  # at a time, of one process, where each does not cost a thread
LOOPBACK = ("localhost", "127.0.0.1", "::1")


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
    database_connections: int
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    base_url: str
    host: str
    port: int
    threads: int
    processes: int = 1
    worker: str = "threads"
    trusted_proxies: int = 0
    log_level: str = "info"
    metrics_token: str = field(default="", repr=False)
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
    def sqlite_path(self) -> Path | None:
        """Return the path of the SQLite file; None when the database is PostgreSQL."""
        path = self.database_url.removeprefix("sqlite:///")
        return Path(path) if path != self.database_url else None

    @property
    def connections(self) -> int:
        """Return how many connections to the database the process has at most; those to a file cost next to nothing."""
        return 64 if self.sqlite_path else self.database_connections

    @property
    def at_a_time(self) -> int:
        """Return how many requests and sockets one process serves at a time."""
        return MOST_CONNECTIONS if self.worker == "gevent" else self.threads

    @property
    def static_dir(self) -> Path:
        """Return the folder of styles, scripts and icons, which stands beside this package."""
        return Path(__file__).parents[1] / "static"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check all settings, and see to it that the data folder is there.

        Raises `SettingsError` with every problem found, not only the first.
        """
        read = Reader(environ)
        env = read.choice("RAPPORT_ENV", ("development", "production"))
        host = read.text("RAPPORT_HOST") or "127.0.0.1"
        port = read.number("RAPPORT_PORT", 8000, 1, 65535)
        data_dir = Path(read.text("RAPPORT_DATA_DIR") or "data").absolute()
        settings = cls(
            env=env,
            data_dir=data_dir,
            database_url=_database_url(read, data_dir),
            database_connections=read.number("RAPPORT_DATABASE_CONNECTIONS", 20, 4, 1000),
            redis_url=_redis_url(read),
            secret_key=_secret_key(read, env),
            base_url=_base_url(read, env, host, port),
            host=host,
            port=port,
            threads=read.number("RAPPORT_THREADS", 128, 8, 20_000),
            processes=read.number("RAPPORT_PROCESSES", 1, 1, MOST_PROCESSES),
            worker=_worker(read),
            trusted_proxies=read.number("RAPPORT_TRUSTED_PROXIES", 0, 0, 5),
            log_level=read.choice("RAPPORT_LOG_LEVEL", ("info", "debug", "warning", "error")),
            metrics_token=_metrics_token(read),
            unknown=tuple(unknown(environ)),
        )
        _refuse_debugging(read, env)
        _make_folder(read, "RAPPORT_DATA_DIR", data_dir)
        if settings.sqlite_path and settings.sqlite_path.parent != data_dir:
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
            database_url=f"sqlite:///{folder / 'rapport.db'}", database_connections=20, redis_url="",
            secret_key="a key that only tests know, long enough",
            base_url="http://127.0.0.1:8000", host="127.0.0.1", port=8000, threads=32,
        )
        return replace(settings, **changes)


def _database_url(read: Reader, data_dir: Path) -> str:
    own_file = f"sqlite:///{data_dir / 'rapport.db'}"
    url = read.text("RAPPORT_DATABASE_URL") or own_file
    if url.startswith("postgres://"):
        url = url.replace("postgres://", "postgresql://", 1)
    if url.startswith("postgresql://"):
        if len(_path_of(url)) < 2:
            read.problems.append("RAPPORT_DATABASE_URL names no database: postgresql://user:password@host/name.")
        return url
    if url.removeprefix("sqlite:///") in (url, "", ":memory:"):
        read.problems.append(
            "RAPPORT_DATABASE_URL must be sqlite:/// and the path of a file, such as sqlite:///data/rapport.db, "
            "or postgresql://user:password@host/name."
        )
        return own_file
    return url


def _redis_url(read: Reader) -> str:
    url = read.text("RAPPORT_REDIS_URL")
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        read.problems.append("RAPPORT_REDIS_URL must begin with redis://, rediss:// or unix://.")
        return ""
    return url


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _secret_key(read: Reader, env: str) -> str:
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


def _worker(read: Reader) -> str:
    worker = read.choice("RAPPORT_WORKER", ("threads", "gevent"))
    if worker == "gevent" and find_spec("gevent") is None:
        read.problems.append("RAPPORT_WORKER is 'gevent', which is not installed: ./dev install gevent")
    return worker


def _metrics_token(read: Reader) -> str:
    name, token = "RAPPORT_METRICS_TOKEN", read.text("RAPPORT_METRICS_TOKEN")
    if token and (len(token) < SHORTEST_TOKEN or not token.isascii()):
        read.problems.append(f"{name} is shorter than {SHORTEST_TOKEN} characters, or not ASCII: make a longer one.")
    return token


def _base_url(read: Reader, env: str, host: str, port: int) -> str:
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


def _refuse_debugging(read: Reader, env: str) -> None:
    """Refuse the switches with which Flask would show the program's inside to whoever meets an error."""
    for name in ("FLASK_DEBUG", "DEBUG"):
        value = read.environ.get(name, "").strip().lower()
        if env == "production" and value not in ("", "0", "false", "no", "off"):
            read.problems.append(f"{name} is {value!r}: production does not run with it; unset it.")


def _make_folder(read: Reader, name: str, folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        read.problems.append(f"{name}: {folder} cannot be made ({error.strerror}): choose another folder.")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        read.problems.append(f"{name}: nothing can be written into {folder}: give it to the user that runs Rapport.")


def _kept_key(read: Reader, path: Path) -> str:
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
