"""The script that the retailer's pages load, at an address that never changes: static/js/loader.js with its words."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from functools import cache

from flask import Blueprint, Response, current_app, request

from ..i18n import LANGUAGES, Reader

blueprint = Blueprint("loader", __name__)

_REMARK = re.compile(r"(^|(?<=[;,{]) )//.*")
FRESH = 60 * 10  # seconds: how long a shop may go on with an older loader


@blueprint.get("/widget/v1/loader.js")
def loader() -> Response:
    """Answer with the script, the same for every site and visitor."""
    plain, packed, etag = _finished(current_app.extensions["assets"].named("loader.js").body)
    takes_gzip = request.accept_encodings["gzip"] > 0
    response = Response(packed if takes_gzip else plain, content_type="text/javascript; charset=utf-8")
    if takes_gzip:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    response.cache_control.max_age = 0 if current_app.config["RAPPORT"].env == "development" else FRESH
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = "*"  # so that a page may name its hash (`integrity`)
    response.set_etag(f"{etag}-gzip" if takes_gzip else etag)
    response.make_conditional(request)
    return response


@cache
def _finished(source: bytes) -> tuple[bytes, bytes, str]:
    """Return the script with its words, also packed, and its tag; remarks and indentation stay at home."""
    words = {
        language: {"open": reader.t("loader.open"), "frame": reader.t("loader.frame")}
        for language, reader in ((language, Reader(language)) for language in LANGUAGES)
    }
    lines = [_REMARK.sub("", line.strip()) for line in source.decode().splitlines()]
    script = "\n".join(line for line in lines if line)
    plain = script.replace('"WORDS"', json.dumps(words)).encode()
    return plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:16]
