"""What protects every page: what it may load, and who may frame it.

Who is answered what at every address, and what an unsafe request has to carry, is asked in tests/unit/access.
"""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.cast import House, Person


@pytest.mark.parametrize("path", ["/inbox/waiting", "/profiles", "/nowhere"])
def test_pages_of_the_workspace_are_framed_by_nobody_and_run_nothing_inline(alice: Person, path: str) -> None:
    answer = alice.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|javascript:", answer.text)


def test_the_widget_is_framed_by_its_site_alone(client: FlaskClient, house: House) -> None:
    policy = client.get(f"/widget/frame?key={house.site.key}").headers["Content-Security-Policy"]
    assert "frame-ancestors http://shop.example" in policy
    assert client.get("/widget/frame?key=another").status_code == 404
