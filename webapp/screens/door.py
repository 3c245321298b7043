"""The pages before the workspace: signing in, joining, the first run. They work without a script."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response

from .. import render
from ..i18n import LANGUAGES, Reader


def answer(reader: Reader, title: str, content: str, address: str, *, status: int = 200, **query: str) -> Response:
    """Answer with a page; `address` and `query` are where it is shown in another language."""
    kept = {name: value for name, value in query.items() if value}
    elsewhere = [(code, f"{address}?{urlencode({'locale': code, **kept})}") for code in LANGUAGES]
    return Response(render.page("door", reader, title=title, content=content, elsewhere=elsewhere), status=status)
