"""The designs that are compared: what each is, how it is started, and how one speaks to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import install, speaking

HERE = Path(__file__).parent
CHATS_OF_ONE = 50  # that an associate has accepted: as in our own crowd


@dataclass(frozen=True, slots=True)
class Design:
    """A server to measure, one process of it; `command` is given the port and how many sockets will be open."""

    name: str
    sends: str  # "POST" or "socket"
    command: Callable[[int, int], list[str]]
    speaks: type[speaking.Language]
    folder: str
    commits_each: bool = True  # each message has a commit of its own
    settings: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()  # what is run once, on the new folder


def in_python(redis: str) -> list[Design]:
    """Return the designs in Python; with the address of a Redis also Channels with its usual layer."""
    python = str(install.python())
    channels: dict[str, Any] = {
        "sends": "socket", "speaks": speaking.Channels, "folder": "django_chat", "before": (python, "furnish.py"),
        "command": lambda port, sockets: _uvicorn(python, "asgi:application", port),
    }  # fmt: skip
    found = [
        Design("Flask + Peewee", "POST", lambda port, sockets: _gunicorn(python, port, sockets), speaking.Form,
               "flask_chat"),
        Design("Django Channels", **channels),
        Design("Starlette", "POST", lambda port, sockets: _uvicorn(python, "app:app", port), speaking.Form,
               "starlette_chat"),
    ]  # fmt: skip
    if redis:
        found.insert(2, Design("Django Channels, Redis", **channels, settings={"PEER_REDIS": redis}))
    return found


def in_node() -> list[Design]:
    """Return the designs on Node."""
    each: dict[str, Any] = {
        "sends": "socket", "speaks": speaking.SocketIo, "folder": "socketio_chat",
        "command": lambda port, sockets: ["node", "server.js"],
    }  # fmt: skip
    modules = {"NODE_PATH": str(install.node() / "node_modules"), "NODE_ENV": "production"}
    return [
        Design("socket.io", **each, settings=modules),
        Design("socket.io, commits shared", **each, settings=modules | {"PEER_GROUP": "1"}, commits_each=False),
    ]


def _gunicorn(python: str, port: int, sockets: int) -> list[str]:
    """As Flask-Sock's page on deployment has it: threads, one for each socket, and some for requests."""
    threads = str(sockets + 32)
    command = [python, "-m", "gunicorn", "--worker-class", "gthread", "--threads", threads, "--workers", "1"]
    return [*command, "--worker-connections", "10000", "--no-control-socket", "--bind", f"127.0.0.1:{port}", "app:app"]


def _uvicorn(python: str, app: str, port: int) -> list[str]:
    return [python, "-m", "uvicorn", "--port", str(port), "--log-level", "warning", "--no-access-log", app]
