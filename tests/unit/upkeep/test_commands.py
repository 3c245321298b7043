"""`rapport backup`, `restore` and `doctor`: what they do, what they say, and with which exit code they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cast import furnish
from webapp import cli, readiness
from webapp.domain import clock, db, storage
from webapp.domain.chats import requests
from webapp.domain.people import sessions
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Associate, Conversation, Profile, SignIn, Site
from webapp.domain.upkeep import checkup, occupied

Printed = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with the house in it."""
    data = tmp_path / "data"
    monkeypatch.setenv("RAPPORT_DATA_DIR", str(data))
    storage.open_database(f"sqlite:///{data}/rapport.db")
    run("migrate")
    _connected()
    furnish()
    db.database.close_all()
    return data


def run(*arguments: str) -> None:
    db.database.close_all()  # the program has the database to itself
    try:
        cli.main(arguments)
    finally:
        db.database.close_all()


def _connected() -> None:
    db.database.connect(reuse_if_open=True)  # until the next command runs


def said(capsys: Printed, *arguments: str) -> str:
    capsys.readouterr()
    run(*arguments)
    return capsys.readouterr().out


def test_a_backup_without_a_name_goes_beside_the_data_and_says_what_is_not_in_it(
    folder: Path, capsys: Printed
) -> None:
    capsys.readouterr()
    run("backup")
    printed = capsys.readouterr()
    (file,) = (folder / "backups").iterdir()
    assert printed.out.startswith(f"{file}\nsqlite, ")
    assert "4 profiles, 0 chats" in printed.out
    assert "The secret key is NOT in it" in printed.err


def test_a_backup_into_a_folder_is_named_by_its_time(tmp_path: Path, capsys: Printed) -> None:
    run("backup", "--with-secret-key", str(tmp_path))
    assert "The secret key is in it" in capsys.readouterr().err
    assert len(list(tmp_path.glob("rapport-*Z.rapport"))) == 1


def test_a_backup_is_verified_and_restored(tmp_path: Path, capsys: Printed) -> None:
    file = str(tmp_path / "monday")
    run("backup", file)
    assert "Good: " in said(capsys, "backup", "verify", file)
    _connected()
    Profile.update(name="Somebody").execute()
    run("restore", "--force", file)
    _connected()
    assert Profile.get_by_id(1).name == "Jane Doe"


def test_of_a_folder_the_newest_backup_is_verified(folder: Path, tmp_path: Path, capsys: Printed) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    with pytest.raises(SystemExit, match="there is no backup in"):
        run("backup", "verify", str(kept))
    run("backup", str(kept / "rapport-20260102T033000Z.rapport"))
    (kept / "rapport-20260101T033000Z.rapport").write_text("older, and damaged")
    assert said(capsys, "backup", "verify", str(kept)).startswith(f"{kept}/rapport-20260102T033000Z.rapport\n")


def test_whoever_was_signed_in_when_it_was_made_is_asked_to_sign_in_again(tmp_path: Path) -> None:
    _connected()
    sessions.sign_in(Associate.get_by_id(1))
    run("backup", str(tmp_path / "monday"))
    run("restore", "--force", str(tmp_path / "monday"))
    _connected()
    assert SignIn.select().where(SignIn.revoked_at.is_null()).count() == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["backup", "verify", "nowhere"], "nowhere is not good: nowhere cannot be read: No such file"),
        (["backup", "verify"], "rapport backup verify FILE"),
        (["backup", "one", "two"], "rapport backup verify FILE"),
        (["backup", "no/such/folder/x"], "is not a folder"),
        (["restore", "nowhere"], "nothing was changed: there is something in this database"),
        (["restore", "--force", "nowhere"], "nothing was changed: nowhere cannot be read"),
    ],
)
def test_a_refusal_is_a_sentence(arguments: list[str], why: str) -> None:
    with pytest.raises(SystemExit) as refusal:
        run(*arguments)
    assert str(refusal.value).startswith("rapport: ")
    assert why in str(refusal.value)


def test_nothing_is_restored_under_a_running_server(folder: Path, tmp_path: Path) -> None:
    run("backup", str(tmp_path / "monday"))
    with occupied.serving(folder), pytest.raises(SystemExit, match="stop it first"):
        run("restore", "--force", str(tmp_path / "monday"))


def test_a_house_in_order_is_said_to_be(capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "disk", lambda _: "ok")
    lines = said(capsys, "doctor").splitlines()
    assert {line.split()[0] for line in lines} == {"ok"}
    subjects = {line.split()[1] for line in lines}
    assert subjects >= {"settings", "rights", "disk", "redis", "database", "durability", "integrity", "schema",
                        "writing", "promises", "waiting", "erasures"}  # fmt: skip


def test_what_is_wrong_is_said_with_what_to_do_and_ends_with_one(capsys: Printed, folder: Path) -> None:
    _connected()
    Profile.update(withdrawn_at=clock.now()).where(Profile.id == 1).execute()  # and still found by its keys
    with pytest.raises(SystemExit) as ended:
        run("doctor")
    assert ended.value.code == 1
    printed = capsys.readouterr().out
    assert "fail  promise       broken: nothing is linked to a withdrawn profile, and nobody finds it (1)" in printed
    assert "-> make a backup" in printed


def test_a_database_that_cannot_be_read_is_one_line_and_the_rest_is_said_all_the_same(
    capsys: Printed, folder: Path
) -> None:
    (folder / "rapport.db").write_bytes(b"this is no database, whatever its name says" * 100)
    for log in folder.glob("rapport.db-*"):
        log.unlink()
    with pytest.raises(SystemExit) as ended:
        run("doctor")
    assert ended.value.code == 1
    printed = capsys.readouterr().out
    assert "fail  database      DatabaseError: file is not a database" in printed
    assert "ok    rights" in printed


def test_what_is_worth_a_look_is_no_failure(
    capsys: Printed, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_REDIS_URL", "redis://127.0.0.1:1/0")
    folder.chmod(0o755)
    printed = said(capsys, "doctor")
    assert "warn  redis         cannot be reached" in printed
    assert "warn  rights        others on this machine may read" in printed


def test_chats_that_nobody_comes_to_are_found(capsys: Printed) -> None:
    _connected()
    given = requests.Request(Given("Zoé Lefèvre"), "Hello?", "m-1", "Visitor 1")
    long_ago = clock.now() - checkup.FORGOTTEN * 2
    with clock.at(long_ago):
        chat, _ = requests.request_chat(Site.get_by_id(1), None, given)
    with pytest.raises(SystemExit):
        run("doctor")
    printed = capsys.readouterr().out
    assert "fail  routing       1 chats are seen by no store" in printed
    assert "warn  waiting       1 chats have waited for a day" in printed
    assert "Zoé" not in printed
    _connected()
    Conversation.update(routed_at=long_ago).where(Conversation.id == chat.id).execute()
    Associate.update(chat_enabled=False).execute()
    assert "warn  waiting       1 chats wait where nobody may chat" in said(capsys, "doctor")


def test_an_erasure_is_in_the_ledger_as_soon_as_it_is_done(folder: Path, capsys: Printed) -> None:
    _connected()
    number = str(Profile.get_by_id(1).customer_number)
    run("erase", number, "--yes")
    assert len((folder / "erasures").read_text().split()) == 1
    (folder / "erasures").unlink()
    assert "warn  erasures      1 are not in" in said(capsys, "doctor")


def test_the_address_of_a_database_stays_out_of_what_doctor_says(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_DATABASE_URL", "postgresql://shop:pass-word@127.0.0.1:1/rapport")
    with pytest.raises(SystemExit):
        run("doctor")
    printed = capsys.readouterr()
    assert "fail  database" in printed.out
    assert "pass-word" not in json.dumps([printed.out, printed.err])
