"""The program: each command does what it says, and a refusal is a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp import cli
from webapp.domain import db, schema
from webapp.domain.tables import Associate, AuditEntry, Conversation, Profile, Site, Store
from webapp.version import VERSION


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RAPPORT_DATA_DIR", str(tmp_path))
    return tmp_path


def run(*arguments: str) -> None:
    cli.main(arguments)
    db.database.connect(reuse_if_open=True)


def test_a_shop_is_set_up_without_touching_the_database(capsys: pytest.CaptureFixture[str]) -> None:
    run("store", "add", "lyon", "--name", "Lyon", "--region", "fr", "--time-zone", "Europe/Paris")
    run("user", "add", "zoe@maison.example", "--name", "Zoé", "--password", "long enough", "--store", "lyon")
    run("user", "set", "zoe@maison.example", "--role", "manager", "--no-chat-enabled")
    run("site", "add", "Shop", "--origin", "https://shop.example", "--no-prechat")
    key = capsys.readouterr().out.strip()
    run("site", "set", key, "--prechat", "--require", "email,name")
    run("setting", "set", "automatic_linking", "strict")
    assert Store.get().region == "FR"
    zoe = Associate.get()
    assert (zoe.role, zoe.chat_enabled) == ("manager", False)
    site = Site.get()
    assert (site.prechat_enabled, site.required_fields) == (True, ["name", "email"])
    for command in (["store", "list"], ["user", "list"], ["site", "list"], ["setting", "get", "automatic_linking"]):
        run(*command)
    printed = capsys.readouterr().out
    assert all(words in printed for words in ("Europe/Paris", "not chat-enabled", "https://shop.example", "strict"))


def test_a_site_asks_and_looks_as_the_program_was_told(capsys: pytest.CaptureFixture[str]) -> None:
    run("site", "add", "Shop", "--origin", "https://SHOP.example/", "--show", "name, email", "--colour", "#1F5F8B")
    key = capsys.readouterr().out.strip()
    site = Site.get()
    assert (site.origins, site.shown_fields, site.colour) == (["https://shop.example"], ["name", "email"], "#1f5f8b")
    run("site", "set", key, "--require", "phone", "--colour", "")
    site = Site.get()
    assert (site.shown_fields, site.required_fields, site.colour) == (["name", "email", "phone"], ["phone"], "")
    run("site", "list")
    assert capsys.readouterr().out.split("\t")[:5] == [key, "Shop", "https://shop.example", "form", "phone"]
    assert [entry.associate for entry in AuditEntry.select()] == [None, None]


@pytest.mark.parametrize(
    "arguments",
    [
        ["setting", "set", "automatic_linking", "sometimes"],
        ["setting", "get", "nonsense"],
        ["user", "set", "nobody@maison.example", "--role", "manager"],
        ["user", "add", "a@b.example", "--name", "A", "--password", "x", "--store", "nowhere"],
        ["site", "add", "Shop", "--origin", "shop.example"],
        ["site", "add", "Shop", "--origin", "https://shop.example/path"],
        ["site", "add", "Shop", "--colour", "red"],
        ["site", "add", "Shop", "--show", "shoe_size"],
        ["store", "add", "x", "--name", "X", "--region", "FR", "--time-zone", "Mars/Olympus"],
    ],
)
def test_a_refusal_is_a_sentence(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        run(*arguments)
    assert str(refusal.value).startswith("rapport: ")


def test_what_is_wrong_with_a_site_is_said_at_the_options_it_came_with() -> None:
    with pytest.raises(SystemExit) as refusal:
        run("site", "add", "Shop", "--origin", "shop.example", "--show", "shoe_size", "--require", "hat_size")
    told = [line.split(": ")[:2] for line in str(refusal.value).splitlines()]
    assert told == [["rapport", "--origin"], ["rapport", "--show"], ["rapport", "--require"]]


def test_the_demo_is_the_same_every_time_and_is_made_once(capsys: pytest.CaptureFixture[str]) -> None:
    run("demo")
    assert "demo-password" in capsys.readouterr().out
    assert Profile.get(Profile.customer_number == "C-1008").name == "Jane Dupont-Doe"
    assert Profile.select().where(Profile.name == "Emma Martin").count() == 12
    assert Profile.select().count() >= 62
    whatsapp = Conversation.get(Conversation.channel == "whatsapp")
    assert whatsapp.links.get().profile.customer_number == "C-1009"
    run("demo")
    assert "not empty" in capsys.readouterr().out
    assert Conversation.select().count() == 8


def test_migrating_twice_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run("migrate")
    run("migrate")
    made = ["0001_first", "0002_shop_sets_itself_up", "0003_outbox", "0004_erasures"]
    assert capsys.readouterr().out.splitlines() == [*made, "up to date"]


def test_settings_are_checked(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    run("config", "check")
    assert "In order" in capsys.readouterr().out
    monkeypatch.setenv("RAPPORT_PORT", "many")
    with pytest.raises(SystemExit):
        run("config", "check")


def test_it_says_which_program_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    run("version")
    assert capsys.readouterr().out == f"rapport {VERSION}, schema {schema.newest()}\n"


def test_a_database_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_DATABASE_URL", "postgresql://somebody:secret@127.0.0.1:1/nowhere")
    with pytest.raises(SystemExit) as ended:
        cli.main(["user", "list"])
    assert str(ended.value.code).startswith("rapport: The database cannot be reached: ")
    assert "secret" not in str(ended.value.code)
