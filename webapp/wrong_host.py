"""The page for whoever comes by a name that is not ours: the same for everybody, in every language, on its own.

Nothing else is answered under that name, so it brings its style along, as the address of a sheet; its policy allows
that and nothing more.
"""

from __future__ import annotations

import base64

from flask import Response

from . import render
from .i18n import LANGUAGES, Reader

_STYLE = (
    ":root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}"
    "body{margin:0;min-block-size:100vh;display:grid;place-content:center}"
    "main{max-inline-size:46ch;padding:1.5rem;display:grid;gap:2rem}"
    "h1,h2{font-size:1.25rem;line-height:1.3;margin:0 0 .5rem}p{margin:0}"
)
_POLICY = "default-src 'none'; style-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def answer() -> Response:
    """Answer with the page."""
    sheet = "data:text/css;base64," + base64.b64encode(_STYLE.encode()).decode()
    said = [(code, Reader(code).t("host.title"), Reader(code).t("host.text")) for code in LANGUAGES]
    page = render.page("wrong_host", Reader(LANGUAGES[0]), sheet=sheet, said=said)
    return Response(page, status=400, headers={"Content-Security-Policy": _POLICY})
