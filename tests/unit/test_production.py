"""Serving real customers: what Rapport refuses to start with, and what it says then."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from webapp import cli, create_app
from webapp.config import Settings
from webapp.domain import db

GOOD = {
    "RAPPORT_ENV": "production",
    "RAPPORT_SECRET_KEY": "q7Zp0vXw3KfB9sLd2RtYhN5mGcJ8aEuT1oViQx6b",
    "RAPPORT_BASE_URL": "https://chat.shop.example",
    "RAPPORT_TRUSTED_PROXIES": "1",
}

BAD = [
    ("RAPPORT_SECRET_KEY", "", "is needed in production"),
    ("RAPPORT_SECRET_KEY", "short", "shorter than 32"),
    ("RAPPORT_SECRET_KEY", "change-me-change-me-change-me-0123456789", "a sample that others know"),
    ("RAPPORT_SECRET_KEY", "a" * 48, "a sample that others know"),
    ("RAPPORT_SECRET_KEY_FILE", "/nowhere/key", "empty or cannot be read"),
    ("RAPPORT_BASE_URL", "", "is needed in production"),
    ("RAPPORT_BASE_URL", "http://chat.shop.example", "must begin with https://"),
    ("RAPPORT_BASE_URL", "chat.shop.example", "give scheme and host only"),
    ("RAPPORT_BASE_URL", "https://chat.shop.example/rapport", "give scheme and host only"),
    ("FLASK_DEBUG", "1", "production does not run with it"),
    ("DEBUG", "true", "production does not run with it"),
    ("RAPPORT_ENV", "prod", "choose development or production"),
    ("RAPPORT_PORT", "80000", "give a whole number"),
    ("RAPPORT_THREADS", "2", "give a whole number"),
    ("RAPPORT_TRUSTED_PROXIES", "all", "give a whole number"),
    ("RAPPORT_DATABASE_URL", "mysql://root@db/rapport", "must be sqlite:///"),
    ("RAPPORT_DATA_DIR", "/proc/rapport", "cannot be made"),
]


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Everything in order, for production."""
    monkeypatch.setenv("RAPPORT_DATA_DIR", str(tmp_path / "data"))
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.parametrize(("name", "value", "said"), BAD, ids=[f"{name}={value[:20]}" for name, value, _ in BAD])
@pytest.mark.parametrize("command", [["serve"], ["config", "check"]], ids=" ".join)
def test_it_says_what_is_wrong_and_how_to_mend_it(
    environ: pytest.MonkeyPatch, command: list[str], name: str, value: str, said: str
) -> None:
    environ.setenv(name, value)
    if name.endswith("_FILE"):
        environ.setenv(name.removesuffix("_FILE"), "")
    with pytest.raises(SystemExit) as refusal:
        cli.main(command)
    (line,) = str(refusal.value).splitlines()
    assert line.startswith(f"rapport: {name}")
    assert said in line


def test_the_process_ends_with_its_sentence_and_nothing_else(tmp_path: Path) -> None:
    told = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    told |= GOOD | {"RAPPORT_DATA_DIR": str(tmp_path), "RAPPORT_SECRET_KEY": ""}
    ended = subprocess.run([sys.executable, "-m", "webapp.cli", "serve"], env=told, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("rapport: RAPPORT_SECRET_KEY is needed in production")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", [["demo"], ["serve", "--demo"]], ids=" ".join)
def test_people_whose_password_everybody_knows_are_not_made(environ: pytest.MonkeyPatch, command: list[str]) -> None:
    with pytest.raises(SystemExit, match="not in production"):
        cli.main(command)


def test_what_is_in_order_is_shown_without_its_secret(
    environ: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["config", "check"])
    printed = capsys.readouterr()
    assert "In order." in printed.out
    assert "https://chat.shop.example" in printed.out
    assert GOOD["RAPPORT_SECRET_KEY"] not in printed.out + printed.err
    assert "made ready at the next start" in printed.err


def test_what_is_allowed_and_unwise_is_said(
    environ: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir(mode=0o755)
    environ.setenv("RAPPORT_TRUSTED_PROXIES", "0")
    environ.setenv("RAPPORT_HOST", "0.0.0.0")
    cli.main(["config", "check"])
    said = capsys.readouterr().err
    assert all(words in said for words in ("chmod 700", "share one address", "leaves to one"))


@pytest.mark.parametrize(
    ("hops", "seen"),
    [(0, "127.0.0.1"), (1, "198.51.100.7"), (2, "203.0.113.9")],
)
def test_as_many_proxies_are_believed_as_there_are(
    environ: pytest.MonkeyPatch, tmp_path: Path, hops: int, seen: str
) -> None:
    settings = Settings.for_test(tmp_path, trusted_proxies=hops)
    app = create_app(settings)
    addresses: list[str | None] = []

    @app.before_request
    def look() -> None:
        from flask import request

        addresses.append(request.remote_addr)

    try:
        forged = {"X-Forwarded-For": "192.0.2.66, 203.0.113.9, 198.51.100.7"}  # the customer wrote the first herself
        assert app.test_client().get("/healthz", headers=forged).status_code == 200
    finally:
        db.listeners.clear()
        db.database.close_all()
    assert addresses == [seen]
