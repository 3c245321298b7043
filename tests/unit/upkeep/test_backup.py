"""Backups: made while people chat, looked at before they are believed, and restored without bringing anybody back."""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cast import House, ask, chat, fresh
from tests.unit.domain.conftest import on_sqlite
from webapp.config import Settings
from webapp.domain import clock, db, schema, storage
from webapp.domain.chats import lifecycle, messages
from webapp.domain.identity import linking
from webapp.domain.rights import erasure, ledger
from webapp.domain.tables import Conversation, Erasure, Message, Profile
from webapp.domain.upkeep import archive, backup, invariants, occupied
from webapp.domain.upkeep.archive import Manifest, Unusable


class Keeper:
    """Who makes backups of a house and restores them."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        self.url, self.data_dir = settings.database_url, settings.data_dir

    def make(self, name: str = "monday.rapport", **how: Any) -> Path:
        to = self.folder / name
        backup.make(self.url, to, version="1.2.3", data_dir=self.data_dir, **how)
        return to

    def verify(self, file: Path) -> backup.Looked:
        return self._beside(lambda: backup.verify(self.url, file, data_dir=self.data_dir))

    def restore(self, file: Path, **how: Any) -> backup.Restored:
        return self._beside(lambda: backup.restore(self.url, file, data_dir=self.data_dir, **how))

    def _beside(self, do: Any) -> Any:
        """Do it as the program does, which has no connection open; and come back to the database."""
        db.database.close_all()
        try:
            return do()
        finally:
            storage.open_database(self.url)
            db.database.connect(reuse_if_open=True)


@pytest.fixture
def keeper(settings: Settings, database: None, tmp_path: Path) -> Iterator[Keeper]:
    if not settings.sqlite_path and not shutil.which("pg_dump"):
        pytest.skip("pg_dump is not here")
    (tmp_path / "kept").mkdir()
    yield Keeper(settings, tmp_path / "kept")
    db.database.close_all()


def written() -> set[str]:
    return {str(row.body) for row in Message.select(Message.body).where(Message.kind == "text")}


def test_what_was_there_comes_back_and_what_came_later_does_not(keeper: Keeper, house: House) -> None:
    jane = chat(house, "Jane Doe", "jane.doe@example.com", message="Before")
    monday = keeper.make()
    messages.send(jane, "After", "m-2", by=house.alice)
    restored = keeper.restore(monday, force=True)
    assert written() == {"Before"}
    assert fresh(jane).state == "active"
    assert (restored.erased, restored.secret_key) == (0, None)
    assert invariants.broken() == {}


@on_sqlite
def test_a_backup_is_for_its_owner_only_and_has_its_name_when_it_is_whole(keeper: Keeper, house: House) -> None:
    monday = keeper.make()
    assert monday.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in keeper.folder.iterdir()] == ["monday.rapport"]
    with tarfile.open(monday) as tar:
        assert [(member.name, member.mode, member.uname) for member in tar] == [
            ("manifest.json", 0o600, ""), ("database", 0o600, ""),
        ]  # fmt: skip


def test_a_manifest_says_what_is_in_it(keeper: Keeper, house: House, settings: Settings) -> None:
    ask(house, "Jane Doe", "jane.doe@example.com")
    manifest = archive.read_manifest(keeper.make())
    assert manifest.kind == ("sqlite" if settings.sqlite_path else "postgresql")
    assert (manifest.version, manifest.schema) == ("1.2.3", schema.newest())
    assert (manifest.counts["conversation"], manifest.counts["profile"]) == (1, 4)
    assert set(manifest.files) == {"database"}


@on_sqlite
def test_the_secret_key_is_in_it_only_when_it_is_asked_for(keeper: Keeper, house: House) -> None:
    assert keeper.restore(keeper.make("without"), force=True).secret_key is None
    assert keeper.restore(keeper.make("with", secret_key="our key"), force=True).secret_key == "our key"


def test_a_backup_that_is_good_is_said_to_be_and_nothing_is_changed_by_looking(keeper: Keeper, house: House) -> None:
    ask(house, "Jane Doe", "jane.doe@example.com", message="Hello!")
    monday = keeper.make()
    looked = keeper.verify(monday)
    assert looked.broken == []
    assert looked.manifest.counts["message"] == Message.select().count()
    assert sorted(path.name for path in keeper.data_dir.iterdir() if path.name.startswith(".rapport")) == []


def test_a_backup_that_breaks_a_promise_is_told_and_not_restored(keeper: Keeper, house: House) -> None:
    jane = ask(house, "Jane Doe", "jane.doe@example.com")
    Conversation.update(seq=7).where(Conversation.id == jane.id).execute()
    monday = keeper.make()
    Conversation.update(seq=1).where(Conversation.id == jane.id).execute()
    assert keeper.verify(monday).broken == ["the public lane has no gap"]
    with pytest.raises(Unusable, match="the public lane has no gap"):
        keeper.restore(monday, force=True)
    assert fresh(jane).seq == 1
    keeper.restore(monday, force=True, even_broken=True)  # there may be no other
    assert fresh(jane).seq == 7


@on_sqlite
@pytest.mark.parametrize("damage", ["cut short", "a byte changed", "not a backup", "empty", "not there"])
def test_a_backup_that_is_damaged_is_told_before_anything_is_changed(
    keeper: Keeper, house: House, damage: str
) -> None:
    ask(house, "Jane Doe", "jane.doe@example.com")
    monday = keeper.make()
    whole = monday.read_bytes()
    middle = len(whole) // 2
    damaged = {
        "cut short": whole[:middle],
        "a byte changed": whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :],
        "not a backup": b"PK\x03\x04 or so",
        "empty": b"",
    }
    monday.write_bytes(damaged[damage]) if damage in damaged else monday.unlink()
    for act in (keeper.verify, lambda file: keeper.restore(file, force=True)):
        with pytest.raises(Unusable):
            act(monday)
    assert Conversation.select().count() == 1


@on_sqlite
@pytest.mark.parametrize("name", ["../escaped", "/etc/passwd", "webapp"])
def test_an_archive_that_names_other_files_writes_none(keeper: Keeper, tmp_path: Path, name: str) -> None:
    facts = archive.File(1, "0" * 64)
    manifest = Manifest("1", "0001", "sqlite", "now", {}, {"database": facts, name: facts})
    with tarfile.open(tmp_path / "evil", "w:gz") as tar:
        for member, content in (("manifest.json", manifest.as_text()), (name, b"x"), ("database", b"x")):
            info = tarfile.TarInfo(member)
            info.size = len(content)
            tar.addfile(info, BytesIO(content))
    with pytest.raises(Unusable, match="other files"):
        archive.unpack(tmp_path / "evil", tmp_path / "kept")
    assert list((tmp_path / "kept").iterdir()) == []


@on_sqlite
def test_a_database_that_is_not_empty_is_replaced_only_when_told_to(keeper: Keeper, house: House) -> None:
    monday = keeper.make()
    with pytest.raises(Unusable, match="--force"):
        keeper.restore(monday)


@on_sqlite
def test_an_empty_machine_needs_no_force(keeper: Keeper, house: House, settings: Settings) -> None:
    monday = keeper.make()
    db.database.close_all()
    for path in settings.data_dir.glob("rapport.db*"):
        path.unlink()
    assert keeper.restore(monday).says == ""
    assert Profile.select().count() == 4


@on_sqlite
def test_what_was_replaced_is_kept_beside_it_and_named(keeper: Keeper, house: House, settings: Settings) -> None:
    monday = keeper.make()
    ask(house, "Zoé Lefèvre", message="After")
    assert "rapport.db.before-restore" in keeper.restore(monday, force=True).says
    with closing(sqlite3.connect(settings.data_dir / "rapport.db.before-restore")) as old:
        assert old.execute("SELECT count(*) FROM conversation").fetchone() == (1,)
    assert Conversation.select().count() == 0
    assert (settings.data_dir / "rapport.db").stat().st_mode & 0o777 == 0o600


@on_sqlite
def test_nothing_is_restored_under_a_running_server(keeper: Keeper, house: House) -> None:
    monday = keeper.make()
    with occupied.serving(keeper.data_dir), pytest.raises(Unusable, match="stop it first"):
        keeper.restore(monday, force=True)


def test_nothing_is_restored_while_another_rapport_is_connected(keeper: Keeper, house: House) -> None:
    monday = keeper.make()
    path = keeper.settings.sqlite_path
    other: Any = sqlite3.connect(path) if path else psycopg.connect(keeper.url, application_name="rapport")
    with closing(other):
        other.execute("SELECT count(*) FROM store").fetchall()
        with pytest.raises(Unusable, match="stop it first"):
            keeper.restore(monday, force=True)


def test_an_erased_person_does_not_come_back_with_a_backup(keeper: Keeper, house: House) -> None:
    jane = chat(house, "Jane Doe", "jane.doe@example.com", message="My secret")
    monday = keeper.make()
    lifecycle.end(jane, by=house.alice)
    erasure.erase(house.jane, by=house.dana)
    ledger.keep(keeper.data_dir)
    restored = keeper.restore(monday, force=True)
    assert restored.erased >= 1
    assert fresh_profile(house.jane).erased_at is not None
    assert "My secret" not in written()
    assert Profile.get_by_id(house.john.id).name == "John Smith"
    assert invariants.broken() == {}


@on_sqlite
def test_a_chat_that_became_hers_after_the_backup_does_not_come_back_either(keeper: Keeper, house: House) -> None:
    somebody = chat(house, "J. D.", "other@example.com", message="It is me, Jane")
    linking.link(somebody, house.john, "search", by=house.alice)
    monday = keeper.make()
    linking.link(somebody, house.jane, "search", by=house.alice)
    lifecycle.end(somebody, by=house.alice)
    erasure.erase(house.jane, by=house.dana)
    ledger.keep(keeper.data_dir)
    keeper.restore(monday, force=True)
    assert "It is me, Jane" not in written()
    assert Conversation.select().count() == 0
    assert invariants.broken() == {}


def test_whoever_got_an_erased_persons_number_later_is_not_mistaken_for_her(keeper: Keeper, house: House) -> None:
    before = keeper.make("before")
    erasure.erase(house.zoe, by=house.dana)
    ledger.keep(keeper.data_dir)
    again = house.zoe.id
    keeper.restore(before, force=True)
    assert fresh_profile(house.zoe).erased_at is not None
    later = Profile.update(created_at=clock.now(), erased_at=None, withdrawn_at=None, name="Ada")
    later.where(Profile.id == again).execute()
    assert ledger.erase_again(ledger.read(keeper.data_dir / ledger.FILE)) == 0


@on_sqlite
def test_the_ledger_says_nothing_of_anybody_and_is_for_its_owner(keeper: Keeper, house: House) -> None:
    erasure.erase(house.jane, by=house.dana)
    assert len(ledger.missing(keeper.data_dir)) == 1
    ledger.keep(keeper.data_dir)
    ledger.keep(keeper.data_dir)
    file = keeper.data_dir / ledger.FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert [len(line) for line in file.read_text().splitlines()] == [64]
    assert ledger.missing(keeper.data_dir) == set()
    assert {row.mark for row in Erasure.select()} == ledger.read(file)


@on_sqlite
def test_a_backup_carries_the_ledger_of_before_it(keeper: Keeper, house: House) -> None:
    monday = keeper.make("monday")
    erasure.erase(house.jane, by=house.dana)
    tuesday = keeper.make("tuesday")
    db.database.close_all()
    (keeper.data_dir / ledger.FILE).unlink()  # the machine was lost, and with it the ledger
    other = keeper.folder / "erasures"
    with tarfile.open(tuesday) as tar:
        other.write_bytes(tar.extractfile("erasures").read())  # type: ignore[union-attr]
    assert keeper.restore(monday, force=True, erasures=[other]).erased == 1


@on_sqlite
def test_a_backup_of_an_older_version_is_brought_to_this_one(keeper: Keeper, house: House) -> None:
    schema.revert()
    monday = keeper.folder / "old.rapport"
    backup_without_ledger(keeper, monday)
    schema.migrate(keeper.data_dir / "migrate.lock")
    keeper.restore(monday, force=True)
    assert schema.pending() == []


@on_sqlite
def test_a_backup_of_a_newer_version_is_refused(
    keeper: Keeper, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        later.setattr(schema, "current", lambda: "9999_later")
        monday = keeper.make()
    with pytest.raises(Unusable, match="newer version"):
        keeper.restore(monday, force=True)


@on_sqlite
def test_a_backup_is_never_written_over_a_file(keeper: Keeper, house: House) -> None:
    monday = keeper.make()
    with pytest.raises(Unusable, match="there already"):
        keeper.make()
    assert keeper.verify(monday).broken == []


@on_sqlite
def test_a_backup_that_cannot_be_written_leaves_nothing_behind(
    keeper: Keeper, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "addfile", full)
    with pytest.raises(Unusable, match="No space left"):
        keeper.make()
    assert list(keeper.folder.iterdir()) == []


def test_every_message_that_was_acknowledged_before_a_backup_began_is_in_it(keeper: Keeper, house: House) -> None:
    jane = chat(house, "Jane Doe", "jane.doe@example.com", message="0")
    acknowledged, stop = ["0"], threading.Event()

    def write() -> None:
        with db.database.connection_context():
            for number in range(1, 2000):
                if stop.is_set():
                    return
                messages.send(jane, str(number), f"m-{number}", by=None)
                acknowledged.append(str(number))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = []
        for number in range(3):
            before = list(acknowledged)
            made.append((keeper.make(f"backup-{number}"), before))
    finally:
        stop.set()
        writer.join()
    for file, before in made:
        assert keeper.verify(file).broken == []
        keeper.restore(file, force=True)
        assert set(before) <= written()


def fresh_profile(profile: Profile) -> Profile:
    return Profile.get_by_id(profile.id)


def backup_without_ledger(keeper: Keeper, to: Path) -> None:
    """A backup as a version made it that had no ledger yet."""
    file = keeper.folder / "database"
    counts = backup._database(keeper.url).copy(file)
    kind = "sqlite" if keeper.settings.sqlite_path else "postgresql"
    manifest = Manifest("1.0.0", "0003_outbox", kind, "then", counts, {"database": archive.facts_of(file)})
    archive.write(to, manifest, {"database": file})
