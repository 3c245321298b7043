"""`rapport export` and `rapport erase`, run as a process of their own beside one that has the database open."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cast import House, chat
from webapp.config import Settings
from webapp.domain.chats import lifecycle
from webapp.domain.rights import disk, erasure
from webapp.domain.tables import AuditEntry, Profile

CANARIES = (b"jane.doe@example.com", b"Jane Doe", b"C-1001", b"first-message-of-jane")


def rapport(settings: Settings, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("RAPPORT_")}
    environ |= {"RAPPORT_DATA_DIR": str(settings.sqlite_path.parent), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "webapp.cli", *arguments]
    return subprocess.run(command, env=environ, input=typed, capture_output=True, text=True, timeout=60, check=False)


def on_disk(settings: Settings) -> bytes:
    return b"".join(file.read_bytes() for file in settings.sqlite_path.parent.glob(settings.sqlite_path.name + "*"))


@pytest.fixture
def jane(house: House) -> Profile:
    """Jane, who has chatted once."""
    conversation = chat(house, "Jane Doe", "jane.doe@example.com", message="first-message-of-jane")
    lifecycle.end(conversation, by=None)
    return house.jane


def test_another_process_erases_jane_and_leaves_nothing(jane: Profile, house: House, settings: Settings) -> None:
    before = on_disk(settings)
    assert all(canary in before for canary in CANARIES)
    done = rapport(settings, "erase", "C-1001", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert "- 1 chat\n- 1 message\n" in done.stdout
    assert "data is erased" in done.stdout
    left = on_disk(settings)
    assert [canary for canary in CANARIES if canary in left] == []
    assert b"zoe.lefevre@example.com" in left
    assert Profile.get_by_id(jane.id).name == ""
    assert AuditEntry.get(AuditEntry.action == "person_erased").associate is None
    again = rapport(settings, "erase", "C-1001", "--yes")
    assert (again.returncode, again.stderr) == (1, "rapport: no profile has the customer number C-1001\n")


def test_it_asks_for_the_number(jane: Profile, settings: Settings) -> None:
    for typed in ("", "yes\n", "C-1002\n"):
        refused = rapport(settings, "erase", "C-1001", typed=typed)
        assert (refused.returncode, refused.stderr) == (1, "rapport: Nothing was erased.\n")
    assert Profile.get_by_id(jane.id).name == "Jane Doe"
    assert rapport(settings, "erase", "C-1001", typed="C-1001\n").returncode == 0
    assert Profile.get_by_id(jane.id).name == ""


def test_the_record_is_written_for_its_owner_only(jane: Profile, settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "jane.json"
    out.write_text("readable by all, and longer than nothing")
    out.chmod(0o644)
    assert rapport(settings, "export", "C-1001", "--out", str(out)).returncode == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert json.loads(out.read_text("utf-8"))["customer_number"] == "C-1001"
    printed = rapport(settings, "export", "C-1001", "--format", "html", "--language", "fr").stdout
    assert "Données personnelles de Jane Doe" in printed
    assert AuditEntry.select().where(AuditEntry.action == "person_exported").count() == 2


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["erase", "C-9999", "--yes"], "no profile has the customer number C-9999"),
        (["erase"], "which customer number?"),
        (["export", "C-1001", "--out", "{folder}"], "{folder}: Is a directory"),
    ],
)
def test_a_refusal_is_a_sentence(jane: Profile, settings: Settings, arguments: list[str], why: str) -> None:
    folder = str(settings.sqlite_path.parent)
    refused = rapport(settings, *(argument.format(folder=folder) for argument in arguments))
    assert (refused.returncode, refused.stderr) == (1, f"rapport: {why.format(folder=folder)}\n")


def test_a_running_chat_is_a_sentence_too(house: House, settings: Settings) -> None:
    chat(house, "Jane Doe", "jane.doe@example.com")
    refused = rapport(settings, "erase", "C-1001", "--yes")
    assert (refused.returncode, refused.stderr) == (1, "rapport: A linked chat is still open. End it first.\n")


def test_the_file_can_be_rewritten_later(jane: Profile, house: House, settings: Settings) -> None:
    erasure.erase(jane, by=house.dana)
    assert disk.forget_on_disk(largest=1) == disk.LARGE
    assert "Nothing of what was erased is left" in rapport(settings, "erase", "--disk").stdout
    assert [canary for canary in CANARIES if canary in on_disk(settings)] == []
