"""The program about people: what the settings do by pages, it does by commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import SECRET
from webapp import cli
from webapp.domain import db
from webapp.domain.people import invitations, setup
from webapp.domain.tables import Associate, AuditEntry, Invitation

EVA = "eva@maison.example"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("RAPPORT_SECRET_KEY", SECRET)
    monkeypatch.setenv("RAPPORT_BASE_URL", "http://chat.localhost:8000")
    monkeypatch.setenv("RAPPORT_ENV", "development")


def run(*arguments: str) -> None:
    cli.main(arguments)
    db.database.connect(reuse_if_open=True)


def refused(*arguments: str) -> str:
    with pytest.raises(SystemExit) as refusal:
        run(*arguments)
    return str(refusal.value)


def add(name: str, *more: str) -> None:
    run("user", "add", f"{name}@maison.example", "--name", name.title(), "--password", "tulips on tuesday", *more)


def test_an_empty_house_says_where_it_is_set_up(capsys: pytest.CaptureFixture[str]) -> None:
    run("first-run")
    assert capsys.readouterr().out.strip() == f"http://chat.localhost:8000/first-run?code={setup.code(SECRET)}"
    add("dana", "--role", "manager")
    assert "somebody is here already" in refused("first-run")


def test_a_link_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    run("store", "add", "lyon", "--name", "Lyon", "--region", "FR", "--time-zone", "Europe/Paris")
    run("user", "invite", EVA, "--role", "manager", "--store", "lyon", "--no-chat-enabled")
    base, _, token = capsys.readouterr().out.strip().rpartition("/")
    assert base == "http://chat.localhost:8000/join"
    eva, _ = invitations.accept(token, "Eva", "tulips on tuesday")
    assert (eva.role, eva.chat_enabled, [m.store.slug for m in eva.memberships]) == ("manager", False, ["lyon"])
    assert "works here already" in refused("user", "invite", EVA)
    assert "no store" in refused("user", "invite", "emma@maison.example", "--store", "nowhere")
    assert Invitation.select().count() == 1


def test_somebody_is_sent_away_and_called_back(capsys: pytest.CaptureFixture[str]) -> None:
    add("dana", "--role", "manager")
    add("alice")
    run("user", "deactivate", "ALICE@maison.example")
    capsys.readouterr()
    run("user", "list")
    listed = {line.split("\t")[1]: line.split("\t")[-1] for line in capsys.readouterr().out.splitlines()}
    assert listed == {"Dana": "chat-enabled", "Alice": "deactivated"}
    run("user", "reactivate", "alice@maison.example")
    assert Associate.get(Associate.email == "alice@maison.example").deactivated_at is None
    actions = [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id)]
    assert actions == ["associate_added", "associate_added", "associate_deactivated", "associate_reactivated"]
    assert all(entry.associate is None for entry in AuditEntry.select())


def test_no_password_is_no_password() -> None:
    assert "at least" in refused("user", "add", EVA, "--name", "Eva", "--password", "")
    assert not Associate.select().exists()
    add("alice")
    assert "at least" in refused("user", "set", "alice@maison.example", "--password", "")


def test_the_last_manager_stays(capsys: pytest.CaptureFixture[str]) -> None:
    add("dana", "--role", "manager")
    for command in (["deactivate"], ["set", "--role", "associate"]):
        assert "Nobody else manages Rapport" in refused("user", command[0], "dana@maison.example", *command[1:])
    for verb in ("deactivate", "reactivate"):
        assert "nobody has the e-mail" in refused("user", verb, "nobody@maison.example")


def test_a_weak_password_is_refused_here_too() -> None:
    for password in ("short", "password1", "dana@maison.example", "x" * 1025):
        assert refused("user", "add", "dana@maison.example", "--name", "Dana", "--password", password)
    assert not Associate.select().exists()
