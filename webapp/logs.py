"""What the process writes down about itself: lines on the error output, JSON in production, for eyes in development.

A line has an event, its time, the request it belongs to and ids. It never has what people write, who they are, tokens,
addresses of pages (which carry tokens and searches) or of people: privacy is docs/privacy.md. So the text of an error,
which may quote a row, is written only where it is the system's own (no room, no connection); of others their kind and
where they arose. A line break in a value is escaped, so nobody can forge a line.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import sys
import time
import traceback
from contextvars import ContextVar
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import EventDict, Processor

from .config import Settings

SLOW = 1.0  # seconds; a request that takes longer is worth a line
HEADER = "X-Request-ID"
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_request_id: ContextVar[str] = ContextVar("request_id", default="")


def configure(settings: Settings) -> None:
    """Send all lines of this process, ours and those of libraries, to the error output, one a line."""
    last: list[Processor] = (
        [_put_error, structlog.processors.JSONRenderer()]
        if settings.production
        else [ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain_traceback)]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[_put_logger, *_SHARED],
            processors=[ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    handler.addFilter(_say_less)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for chatty in ("peewee", "urllib3", "werkzeug"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def per_request(app: Flask) -> None:
    """Give each request an id, and a line when it is worth one: refused, failed or slow; all of them at `debug`."""
    trusts = app.config["RAPPORT"].trusted_proxies > 0

    @app.before_request
    def begin() -> None:
        given = request.headers.get(HEADER, "") if trusts else ""
        _request_id.set(given if _ID.fullmatch(given) else secrets.token_urlsafe(16))
        g.began = time.monotonic()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers[HEADER] = _request_id.get()
        level = _worth(response.status_code, took := time.monotonic() - g.get("began", time.monotonic()))
        if _is_logged(level):
            _log.log(level, "request", **_facts(response.status_code, took))
        return response


def security(event: str, **facts: object) -> None:
    """Write a line of security, of an event in snake_case: somebody came in, or was refused.

    `facts` are ids, numbers or words of ours.
    """
    if metrics := current_app.extensions.get("metrics"):
        metrics.note_security(event, str(facts.get("reason") or facts.get("limit") or ""))
    if _is_logged(logging.INFO):
        _log.info(event, kind="security", source=source(), **facts)


def source() -> str:
    """Return what tells one address that asks from another, and does not tell which it is.

    Twelve hexadecimal digits, keyed by the secret of the installation: enough to see that it was always the same one.
    """
    key = current_app.config["RAPPORT"].secret_key.encode()
    return hmac.new(key, f"source:{request.remote_addr}".encode(), hashlib.sha256).hexdigest()[:12]


def route() -> str:
    """Return the rule of the present request's address, such as `/conversations/<public_id>`, never its values."""
    return request.url_rule.rule if request.url_rule else "none"


def _is_logged(level: int) -> bool:
    return logging.getLogger("rapport").isEnabledFor(level)


def _worth(status: int, took: float) -> int:
    if status >= 500 and status != 503:
        return logging.ERROR
    if status == 503 or (took > SLOW and not is_socket()):
        return logging.WARNING
    return logging.INFO if status >= 400 else logging.DEBUG


def is_socket() -> bool:
    """Say whether the present request opens a WebSocket, which lasts for hours."""
    return request.headers.get("Upgrade", "").lower() == "websocket"


def _facts(status: int, took: float) -> dict[str, object]:
    sign_in, visitor = g.get("sign_in"), g.get("visitor")
    facts: dict[str, object] = {"method": method(), "route": route(), "status": status, "ms": round(took * 1000, 1)}
    if sign_in is not None:
        facts["associate"] = sign_in.associate_id
    if visitor is not None:
        facts["visitor"] = visitor
    return facts


def method() -> str:
    """Return the method of the present request, if it is one that there is."""
    return request.method if request.method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"


def _put_request(_: Any, __: str, line: EventDict) -> EventDict:
    if id := _request_id.get():
        line.setdefault("request", id)
    return line


def _put_logger(_: Any, __: str, line: EventDict) -> EventDict:
    """Say which library or module wrote a line that did not come from here."""
    record = line.get("_record")
    if record is not None:
        line["logger"] = record.name
    return line


def _put_error(_: Any, __: str, line: EventDict) -> EventDict:
    """Put an error as its kind and where it arose; its text only when that is the system's own."""
    info = line.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if not isinstance(error, BaseException):
        return line
    chain: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(chain) < 5:
        chain.append(f"{type(cause).__name__}: {cause}" if _is_own(cause) else type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    line["error"] = " < ".join(chain)
    line["at"] = [f"{'/'.join(frame.filename.split('/')[-3:])}:{frame.lineno} {frame.name}" for frame in frames]
    return line


def _is_own(error: BaseException) -> bool:
    """Files and hosts, never rows: by name, because each database, and Peewee, has an `OperationalError` of its own."""
    return isinstance(error, OSError) or type(error).__name__ == "OperationalError"


def _say_less(record: logging.LogRecord) -> bool:
    """Take out of gunicorn's lines whose address asked, and for which page."""
    if record.name.startswith("gunicorn"):
        said = str(record.msg)
        if said.startswith("Invalid request"):
            record.msg, record.args = "Invalid request", ()
        elif said.startswith("Error handling request"):
            record.msg, record.args = "Error handling request", ()
    return True


_SHARED: list[Processor] = [
    _put_request,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_log: BoundLogger = structlog.wrap_logger(
    logging.getLogger("rapport"),
    processors=[*_SHARED, ProcessorFormatter.wrap_for_formatter],
    wrapper_class=BoundLogger,
)
