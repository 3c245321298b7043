"""The bundles that browsers get: what is in them, in what order, under which address."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
from pathlib import Path

import pytest

from webapp.assets import Assets

STATIC = Path(__file__).parents[2] / "static"


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A small static folder, its files written in an order that is not theirs."""
    files = {
        "css/s-profile.css": ".profile {}",
        "css/c-msg.css": ".msg {}",
        "css/c-widget.css": ".widget {}",
        "css/c-btn.css": ".btn {}",
        "css/01-base.css": "body {}",
        "css/00-tokens.css": ":root {}",
        "css/shop.css": ".shop {}",
        "css/shop.txt": "shop.css",
        "css/widget.txt": "# what the frame needs\n00-tokens.css\nc-msg.css  # bubbles\n\nc-widget.css\n",
        "vendor/hx-ws.min.js": "ws()",
        "vendor/htmx.min.js": "htmx()",
        "js/shared/b.js": "(shared_b)",
        "js/shared/a.js": "(shared_a)",
        "js/workspace/panes.js": "(panes)",
        "js/widget/frame.js": "(frame)",
        "js/loader.js": "loader()",
        "icons.svg": "<svg/>",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def text(assets: Assets, name: str) -> str:
    return assets.named(name).body.decode()


def test_alice_gets_the_styles_of_the_workspace_in_order_and_none_of_the_shop(static: Path) -> None:
    rules = re.findall(r"\S+(?= \{)", text(Assets(static), "app.css"))
    assert rules == [":root", "body", ".btn", ".msg", ".profile"]


def test_jane_gets_only_the_styles_that_the_widget_names(static: Path) -> None:
    rules = re.findall(r"\S+(?= \{)", text(Assets(static), "widget.css"))
    assert rules == [":root", ".msg", ".widget"]


def test_a_style_that_is_named_but_missing_stops_the_start(static: Path) -> None:
    (static / "css" / "c-msg.css").unlink()
    with pytest.raises(FileNotFoundError, match="c-msg"):
        Assets(static)


def test_scripts_come_after_htmx_and_cannot_run_into_one_another(static: Path) -> None:
    assets = Assets(static)
    both = ["htmx()", "ws()", "(shared_a)", "(shared_b)"]
    assert text(assets, "app.js").split("\n;\n") == [*both, "(panes)"]
    assert text(assets, "widget.js").split("\n;\n") == [*both, "(frame)"]


def test_an_address_carries_the_hash_of_what_it_gives(static: Path) -> None:
    assets = Assets(static)
    digest = hashlib.sha256(assets.named("app.css").body).hexdigest()[:12]
    assert assets.url("app.css") == f"/static/app.{digest}.css"
    found = assets.get(f"app.{digest}.css")
    assert found == assets.named("app.css")
    assert found.etag == digest
    assert found.content_type == "text/css; charset=utf-8"
    assert gzip.decompress(found.gzip_body) == found.body


@pytest.mark.parametrize(
    "filename",
    ["app.css", "app.000000000000.css", "app.000000000000.js", "", ".", "..", "../dev", "vendor/htmx.js"],
)
def test_nothing_else_is_served(static: Path, filename: str) -> None:
    assets = Assets(static)
    assert assets.get(assets.named("app.css").name)
    assert assets.get(filename) is None


def test_single_files_are_there_and_what_is_missing_is_an_error(static: Path) -> None:
    assets = Assets(static)
    assert text(assets, "loader.js") == "loader()"
    assert re.fullmatch(r"/static/icons\.[0-9a-f]{12}\.svg", assets.url("icons.svg"))
    assert assets.named("icons.svg").content_type == "image/svg+xml"
    with pytest.raises(KeyError):
        assets.url("favicon.svg")


def test_a_change_shows_while_developing_and_only_then(static: Path) -> None:
    developing, serving = Assets(static, reload=True), Assets(static)
    before = developing.url("app.css")
    path = static / "css" / "01-base.css"
    path.write_text("html {}")
    os.utime(path, (1, 1))  # whatever the clock's grain, this is another time
    assert developing.url("app.css") != before
    assert "html {}" in text(developing, "app.css")
    assert serving.url("app.css") == before
    (static / "js" / "workspace" / "search.js").write_text("(search)")
    assert text(developing, "app.js").endswith("(search)")


def test_what_is_vendored_is_what_was_published() -> None:
    page = (STATIC / "vendor" / "VENDORED.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", page, re.MULTILINE))
    found = {path.name: path for path in (STATIC / "vendor").iterdir() if path.name != "VENDORED.md"}
    assert listed == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()}
    assert listed


def test_the_real_bundles_hold_htmx_first() -> None:
    assets = Assets(STATIC)
    htmx = (STATIC / "vendor" / "htmx.min.js").read_text(encoding="utf-8")
    for name in ("app.js", "widget.js"):
        assert text(assets, name).startswith(htmx)
    assert assets.url("favicon.svg").endswith(".svg")
