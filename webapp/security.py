"""What protects every page: the content policy, the check of where a request comes from, and the limits.

A policy names what a page may load and who may frame it; nothing inline is ever allowed. An unsafe request must come
from our own pages (`Origin`), and carry the token of its session. What cannot be read is refused before anybody looks
at it: another host's name, text that is no UTF-8, a form with fields by the hundred.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, Response, abort, current_app, g, request
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from . import auth
from .domain.errors import DomainError

SAFE = ("GET", "HEAD", "OPTIONS")
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
    """Counts in memory, over a moving window."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, limit: Limit, *keys: object) -> None:
        """Count one; raises `TooMany` when that is one too many."""
        item = RateLimitItemPerSecond(limit.amount, limit.seconds)
        if not self._window.hit(item, limit.name, *map(str, keys)):
            raise self._too_many(item, limit, keys)

    def check(self, limit: Limit, *keys: object) -> None:
        """Raise `TooMany` when one more would be too many, and count nothing."""
        item = RateLimitItemPerSecond(limit.amount, limit.seconds)
        if not self._window.test(item, limit.name, *map(str, keys)):
            raise self._too_many(item, limit, keys)

    def _too_many(self, item: RateLimitItemPerSecond, limit: Limit, keys: tuple[object, ...]) -> TooMany:
        stats = self._window.get_window_stats(item, limit.name, *map(str, keys))
        return TooMany(max(1, round(stats.reset_time - time.time())))


def limiter() -> Limiter:
    """Return the limiter of the application."""
    found: Limiter = current_app.extensions["limiter"]
    return found


def csrf_token(purpose: str) -> str:
    """Return the token that unsafe requests of this session (or of this page, for who has none) carry."""
    secret = current_app.config["RAPPORT"].secret_key.encode()
    return hmac.new(secret, b"csrf:" + purpose.encode(), hashlib.sha256).hexdigest()


def request_purpose() -> str:
    """Return whose token the present request has to carry."""
    if request.path.startswith("/widget/"):
        return "widget"
    session = None if request.path == "/sign-in" else auth.current_sign_in()
    return f"session:{session.id}" if session else "sign-in"


def own_origins() -> set[str]:
    """Return the origins of our own pages: the base address and, in development, the address that was asked."""
    settings = current_app.config["RAPPORT"]
    base = urlsplit(settings.base_url)
    origins = {f"{base.scheme}://{base.netloc}"}
    if settings.env == "development":
        origins.add(request.host_url.rstrip("/"))
    return origins


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


def _check_host() -> None:
    """Answer to our own name only: whatever is made of another's, from links to policies, would be poisoned.

    The port may differ, for proxies drop it; and whoever watches the process asks by its address.
    """
    settings = current_app.config["RAPPORT"]
    asked = urlsplit(f"//{request.host}").hostname
    ours = asked == urlsplit(settings.base_url).hostname or settings.env == "development"
    if not asked or not (ours or request.path == "/healthz"):
        abort(400)


def _check_text() -> None:
    """Refuse text that is no UTF-8, which would be kept garbled, and more fields than any form of ours has.

    No form of ours brings a file: all that comes in is text.
    """
    body, is_form = request.get_data(), request.mimetype == "application/x-www-form-urlencoded"
    if is_form and body.count(b"&") >= current_app.config["MAX_FORM_PARTS"]:
        abort(413)
    try:
        (unquote_to_bytes(body) if is_form else body).decode()
    except UnicodeDecodeError:
        abort(400)


def _check_source() -> Any:
    if request.method in SAFE:
        return None
    if not is_own_origin(request.headers.get("Origin")):
        abort(403)
    _check_text()
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    purpose = request_purpose()
    if hmac.compare_digest(sent.encode("utf-8", "replace"), csrf_token(purpose).encode()):
        return None
    if purpose == "sign-in" and not request.path.startswith(DOORS):
        return auth.to_sign_in()  # the session has ended since the page was made
    return abort(403)


def _put_headers(response: Response) -> Response:
    headers = response.headers
    embeds = g.get("embeds", "")
    frames, ancestors = embeds or "'none'", g.get("frame_ancestors", "'none'")
    settings = current_app.config["RAPPORT"]
    host = request.host if settings.env == "development" else urlsplit(settings.base_url).netloc
    headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; base-uri 'none'; form-action 'self'; img-src 'self' data:; font-src 'self'; "
        f"style-src 'self'; script-src 'self' {embeds}; frame-src {frames}; "
        f"connect-src 'self' ws://{host} wss://{host}; manifest-src 'self'; "
        f"frame-ancestors {ancestors}",
    )
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if auth.is_secure():
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
        response.vary.update(["Cookie", "HX-Request"])
    return response
