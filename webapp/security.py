"""What protects every page: the content policy, the check of where a request comes from, and the limits.

A policy names what a page may load and who may frame it; nothing inline is ever allowed. An unsafe request must come
from our own pages (`Origin`), and carry the token of its session. What cannot be read is refused before anybody looks
at it: another host's name, text that is no UTF-8, a form with fields by the hundred.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from flask import Flask, Response, abort, current_app, g, request

from . import auth, logs, wrong_host
from .domain.errors import DomainError

SAFE = ("GET", "HEAD", "OPTIONS")
FOR_WATCHERS = ("/healthz", "/readyz", "/version", "/metrics")  # asked by address, and without a name of ours
DOORS = ("/sign-in", "/join/", "/first-run")  # where nobody is signed in yet


class TooMany(DomainError):
    """A limit was reached; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too_many", n=max(1, -(-retry_after // 60)), seconds=retry_after)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so many seconds, counted per key."""

    name: str
    amount: int
    seconds: int


# SPEC section 7, "Limits".
FAILED_SIGN_INS = Limit("failed_sign_ins", 10, 600)
CHAT_STARTS = Limit("chat_starts", 60, 600)
MESSAGES = Limit("messages", 30, 10)


class Limiter:
    """Counts in memory, over a moving window: the moments of what was counted, as long as they count.

    Written out here, because each message is counted: what a package does with threads and locks takes longer than all
    else that a message needs of us.
    """

    SWEEP = 60.0  # seconds after which what counts no more is dropped

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._counted: dict[tuple[str, ...], tuple[Limit, deque[float]]] = {}
        self._swept = clock()

    def hit(self, limit: Limit, *keys: object) -> None:
        """Count one; raises `TooMany` when that is one too many, and does not count it."""
        with self._lock:
            self._present(limit, keys).append(self._clock())

    def check(self, limit: Limit, *keys: object) -> None:
        """Raise `TooMany` when one more would be too many, and count nothing."""
        with self._lock:
            self._present(limit, keys)

    def take_back(self, limit: Limit, *keys: object) -> None:
        """Count one less: it was refused elsewhere."""
        with self._lock:
            _, moments = self._counted.get((limit.name, *map(str, keys)), (limit, deque[float]()))
            if moments:
                moments.pop()

    def __len__(self) -> int:
        return len(self._counted)

    def _present(self, limit: Limit, keys: tuple[object, ...]) -> deque[float]:
        now = self._clock()
        if now - self._swept > self.SWEEP:
            self._sweep(now)
        _, moments = self._counted.setdefault((limit.name, *map(str, keys)), (limit, deque()))
        while moments and moments[0] <= now - limit.seconds:
            moments.popleft()
        if len(moments) >= limit.amount:
            logs.security("limit_reached", limit=limit.name)
            raise TooMany(max(1, round(moments[0] + limit.seconds - now)))
        return moments

    def _sweep(self, now: float) -> None:
        self._swept = now
        for key, (limit, moments) in list(self._counted.items()):
            if not moments or moments[-1] <= now - limit.seconds:
                del self._counted[key]


def limiter() -> Limiter:
    """Return the limiter of the application."""
    found: Limiter = current_app.extensions["limiter"]
    return found


def csrf_token(purpose: str) -> str:
    """Return the token that unsafe requests of this session (or of this page, for who has none) carry."""
    secret = current_app.config["RAPPORT"].secret_key.encode()
    return hmac.digest(secret, b"csrf:" + purpose.encode(), "sha256").hex()


def request_purpose() -> str:
    """Return whose token the present request has to carry."""
    if request.path.startswith("/widget/"):
        return "widget"
    session = None if request.path == "/sign-in" else auth.current_sign_in()
    return f"session:{session.id}" if session else "sign-in"


def own_origins() -> set[str]:
    """Return the origins of our own pages: the base address and, in development, the address that was asked."""
    settings = current_app.config["RAPPORT"]
    base = _address(settings.base_url)
    origins = {f"{base.scheme}://{base.netloc}"}
    if settings.env == "development":
        origins.add(request.host_url.rstrip("/"))
    return origins


@lru_cache(maxsize=256)
def _address(url: str) -> SplitResult:
    return urlsplit(url)


def is_own_origin(origin: str | None) -> bool:
    """Say whether a request with this `Origin` comes from one of our own pages."""
    return origin is not None and origin in own_origins()


def protect(app: Flask) -> None:
    """Check every request before its view, and put the headers on every answer."""
    app.extensions["limiter"] = Limiter()
    app.before_request(_check_host)
    app.before_request(_check_source)
    app.after_request(_put_headers)


def allow_framing(origins: list[str]) -> None:
    """Let these origins frame the page that is being answered; without it, nobody may."""
    g.frame_ancestors = " ".join(origins) or "'none'"


def allow_embedding(base_url: str) -> None:
    """Let the page that is being answered embed the widget from this address: for the demo shop."""
    g.embeds = base_url


def _check_host() -> Response | None:
    """Answer to our own name only: whatever is made of another's, from links to policies, would be poisoned.

    The port may differ, for proxies drop it; and whoever watches the process asks by its address.
    """
    settings = current_app.config["RAPPORT"]
    asked = _address(f"//{request.host}").hostname
    ours = asked == _address(settings.base_url).hostname or settings.env == "development"
    if asked and (ours or request.path in FOR_WATCHERS):
        return None
    logs.security("request_refused", reason="host", route=logs.route())
    return wrong_host.answer()


def _check_text() -> None:
    """Refuse text that is no UTF-8, which would be kept garbled, and more fields than any form of ours has.

    No form of ours brings a file: all that comes in is text.
    """
    body, is_form = request.get_data(), request.mimetype == "application/x-www-form-urlencoded"
    if is_form and body.count(b"&") >= current_app.config["MAX_FORM_PARTS"]:
        abort(413)
    try:
        (unquote_to_bytes(body) if is_form and b"%" in body else body).decode()
    except UnicodeDecodeError:
        abort(400)


def _check_source() -> Any:
    if request.method in SAFE:
        return None
    if not is_own_origin(request.headers.get("Origin")):
        _refuse("origin", 403)
    _check_text()
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    purpose = request_purpose()
    if hmac.compare_digest(sent.encode("utf-8", "replace"), csrf_token(purpose).encode()):
        return None
    if purpose == "sign-in" and not request.path.startswith(DOORS):
        return auth.to_sign_in()  # the session has ended since the page was made
    return _refuse("token", 403)


def _refuse(reason: str, status: int) -> NoReturn:
    logs.security("request_refused", reason=reason, route=logs.route())
    abort(status)


def _put_headers(response: Response) -> Response:
    headers, settings = response.headers, current_app.config["RAPPORT"]
    host = request.host if settings.env == "development" else _address(settings.base_url).netloc
    there = {name.lower() for name, _ in headers}
    for name, value in _headers(host, g.get("embeds", ""), g.get("frame_ancestors", "'none'"), auth.is_secure()):
        if name.lower() not in there:
            headers.add(name, value)
    if "cache-control" not in there:
        headers.add("Cache-Control", "no-store")
        response.vary.update(["Cookie", "HX-Request"])
    return response


@lru_cache(maxsize=64)
def _headers(host: str, embeds: str, ancestors: str, is_secure: bool) -> list[tuple[str, str]]:
    """Return what every answer carries, unless its view has said something else."""
    frames = embeds or "'none'"
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'self'; img-src 'self' data:; font-src 'self'; "
        f"style-src 'self'; script-src 'self' {embeds}; frame-src {frames}; "
        f"connect-src 'self' ws://{host} wss://{host}; manifest-src 'self'; "
        f"frame-ancestors {ancestors}"
    )
    found = [
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ]
    return [*found, ("Strict-Transport-Security", "max-age=31536000")] if is_secure else found
