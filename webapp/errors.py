"""From a refusal to an answer: its status, its sentence, and where the sentence goes. In one place, for all views."""

from __future__ import annotations

from flask import Flask, Response, current_app, g, request
from peewee import DoesNotExist
from werkzeug.exceptions import HTTPException

from . import auth, logs, render
from .domain import storage
from .domain.errors import DomainError, Invalid, NotFound, Refused
from .i18n import Reader
from .security import TooMany

_SOON = 2  # seconds after which it is worth trying again


def answer(app: Flask) -> None:
    """Let the application answer every error, ours and the web's, in the viewer's language."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _web_error)
    app.register_error_handler(DoesNotExist, _gone)
    for kind in storage.TROUBLES:
        app.register_error_handler(kind, _trouble)
    app.register_error_handler(Exception, _accident)


def sentence(reader: Reader, error: DomainError) -> str:
    """Return what to tell the reader."""
    if isinstance(error, Invalid):
        return " ".join(sentences(reader, error).values())
    return reader.t(f"error.{error.code}", **error.facts)


def sentences(reader: Reader, error: Invalid) -> dict[str, str]:
    """Return what to tell the reader at each field."""
    return {field: reader.t(f"error.{code}", **error.about.get(field, {})) for field, code in error.fields.items()}


def _status(error: DomainError) -> int:
    for kind, status in ((NotFound, 404), (Invalid, 422), (TooMany, 429), (Refused, 409)):
        if isinstance(error, kind):
            return status
    return 409


def _reader() -> Reader:
    reader: Reader = g.get("reader") or auth.guest_reader()
    return reader


def _domain_error(error: DomainError) -> Response:
    response = _page(_status(error), sentence(_reader(), error))
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _gone(error: DoesNotExist) -> Response:
    """A row that was there when the request came has been erased since."""
    return _domain_error(NotFound())


def _web_error(error: HTTPException) -> Response:
    status = error.code or 500
    key = f"error.http_{status}" if status in (400, 403, 404, 405, 413) else "error.http_other"
    response = _page(status, _reader().t(key))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _trouble(error: Exception) -> Response:
    """The database is out of reach, or has no room: nothing was stored, and whoever tries again loses nothing."""
    current_app.logger.error("The database failed at %s: %s", logs.route(), error)
    if storage.trouble(error) == storage.FULL:
        return _page(507, _reader().t("error.storage_full"))
    response = _page(503, _reader().t("error.http_503"))
    response.headers["Retry-After"] = str(_SOON)
    return response


def _accident(error: Exception) -> Response:
    current_app.logger.exception("Something went wrong at %s", logs.route(), exc_info=error)
    return _page(500, _reader().t("error.http_other"))


def _page(status: int, text: str) -> Response:
    """A whole page for a visitor's address bar; a toast for htmx, which must not lose the page it stands on."""
    reader = _reader()
    if request.headers.get("HX-Request"):
        toast = render.partial("toast", reader, text=text, undo=None, kind="bad")
        return Response(render.swap("toasts", toast, "beforeend"), status=status, headers={"HX-Reswap": "none"})
    return Response(render.page("error", reader, status=status, text=text), status=status)
