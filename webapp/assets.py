"""Styles, scripts and icons as browsers get them: a few bundles, made once at start and kept ready to send.

Each has the hash of its content in its address, so that a browser may keep it for ever and yet never shows
old styles on new pages. There is no build step: a bundle is files of static/ one after the other.

app.css, app.js        the workspace
widget.css, widget.js  the frame of the widget; its styles are those that static/css/widget.txt names
shop.css, shop.js      the demo's shop, likewise
loader.js              what the shop's page loads; it has an address of its own that never changes
and single files       icons
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
VENDORED = ("vendor/htmx.min.js", "vendor/hx-ws.min.js")  # hx-ws registers with htmx, so it comes second
SCRIPTS = {
    "app.js": (*VENDORED, "js/shared/*.js", "js/workspace/*.js"),
    "widget.js": (*VENDORED, "js/shared/*.js", "js/widget/*.js"),
}
LISTED = ("widget", "shop")  # bundles of the styles that a list beside them names
SINGLES = {
    "loader.js": "js/loader.js",
    "shop.js": "js/shop.js",
    "icons.svg": "icons.svg",
    "favicon.svg": "favicon.svg",
}


@dataclass(frozen=True)
class Asset:
    """One response in waiting. `name` carries the hash; `etag` is that hash, without quotes."""

    name: str
    body: bytes
    gzip_body: bytes
    content_type: str
    etag: str


class Assets:
    """Every asset of `static_dir`; with `reload`, made again whenever a file has changed."""

    def __init__(self, static_dir: Path, reload: bool = False) -> None:
        self._dir = static_dir
        self._reload = reload
        self._seen = self._state() if reload else None
        self._by_name = self._make()

    def url(self, name: str) -> str:
        """Return the address of `app.css` and the like: `/static/app.0123456789ab.css`.

        Raises `KeyError` for what is not there.
        """
        return f"/static/{self.named(name).name}"

    def named(self, name: str) -> Asset:
        """Return what is called so without a hash; raises `KeyError` for what is not there."""
        return self._current()[name]

    def get(self, filename: str) -> Asset | None:
        """Return what `/static/<filename>` asks for; None unless the hash is the present one."""
        stem, _, rest = filename.partition(".")
        asset = self._current().get(f"{stem}.{rest.rpartition('.')[2]}")
        return asset if asset and asset.name == filename else None

    def _current(self) -> dict[str, Asset]:
        if self._reload and (state := self._state()) != self._seen:
            self._by_name, self._seen = self._make(), state
        return self._by_name

    def _state(self) -> list[tuple[str, int, int]]:
        found = ((path, path.stat()) for path in sorted(self._dir.rglob("*")) if path.is_file())
        return [(str(path), stat.st_mtime_ns, stat.st_size) for path, stat in found]

    def _make(self) -> dict[str, Asset]:
        return {name: _asset(name, body) for name, body in self._bodies()}

    def _bodies(self) -> Iterator[tuple[str, bytes]]:
        css = self._dir / "css"
        yield "app.css", _joined(sorted(css.glob("[0-9][0-9]-*.css")) + _only_app(css), "\n")
        for name in LISTED:
            yield f"{name}.css", _joined(_listed(css / f"{name}.txt"), "\n")
        for name, patterns in SCRIPTS.items():
            files = [path for pattern in patterns for path in sorted(self._dir.glob(pattern))]
            yield name, _joined(files, "\n;\n")  # a file that ends without a semicolon must not call the next
        for name, place in SINGLES.items():
            if (path := self._dir / place).exists():
                yield name, path.read_bytes()


def _only_app(css: Path) -> list[Path]:
    """Return components, then screens, without those of the widget alone."""
    files = sorted(css.glob("c-*.css")) + sorted(css.glob("s-*.css"))
    return [path for path in files if not path.name.startswith("c-widget")]


def _listed(names: Path) -> list[Path]:
    """Return the files that a list beside them names, one a line, `#` before a remark."""
    lines = names.read_text(encoding="utf-8").splitlines() if names.exists() else []
    return [names.parent / name for line in lines if (name := line.partition("#")[0].strip())]


def _joined(files: list[Path], glue: str) -> bytes:
    return glue.join(path.read_text(encoding="utf-8") for path in files).encode()


@lru_cache(maxsize=32)  # when a file has changed, the other bundles are still those that they were
def _asset(name: str, body: bytes) -> Asset:
    digest = hashlib.sha256(body).hexdigest()[:12]
    stem, _, suffix = name.rpartition(".")
    return Asset(
        name=f"{stem}.{digest}.{suffix}",
        body=body,
        gzip_body=gzip.compress(body, 9, mtime=0),
        content_type=TYPES[f".{suffix}"],
        etag=digest,
    )
