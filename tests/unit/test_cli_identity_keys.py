"""`rapport identity-key …`: a secret is printed once, and a key that was revoked is one no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.cli import main
from webapp.domain import db
from webapp.domain.people import identity_keys
from webapp.domain.tables import IdentityKey

MASTER = "the secret key of this installation, long enough"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RAPPORT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("RAPPORT_SECRET_KEY", MASTER)
    return tmp_path


def run(*arguments: str) -> None:
    main(arguments)
    db.database.connect(reuse_if_open=True)


@pytest.fixture
def site(capsys: pytest.CaptureFixture[str]) -> str:
    run("site", "add", "Shop", "--origin", "https://shop.example")
    return capsys.readouterr().out.strip()


def test_a_key_is_added_listed_and_revoked(site: str, capsys: pytest.CaptureFixture[str]) -> None:
    run("identity-key", "add", site)
    told = capsys.readouterr().out
    key = IdentityKey.get()
    secret = identity_keys.secret(key, MASTER.encode())
    assert f"kid     {key.kid}\nsecret  {secret}\n" in told
    run("identity-key", "list")
    listed = capsys.readouterr().out
    assert listed.split("\t")[:3] == [key.kid, site, "valid"]
    assert secret not in listed
    run("identity-key", "revoke", key.kid)
    run("identity-key", "list")
    assert "revoked" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["add", "pk_nobody"], ["revoke", "ik_nobody"]])
def test_what_is_not_there_is_a_sentence(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        run("identity-key", *arguments)
    assert str(refusal.value).startswith("rapport: no ")


def test_the_demo_has_a_key_for_each_site_and_makes_none_in_place_of_a_revoked_one() -> None:
    run("demo")
    assert IdentityKey.select().count() == 2
    run("identity-key", "revoke", IdentityKey.get().kid)
    run("demo")
    assert IdentityKey.select().count() == 2
