"""`rapport store`: hours as one writes them, the default store, and clear refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp import cli
from webapp.domain import db
from webapp.domain.people import stores
from webapp.domain.tables import AuditEntry, Store

LYON = ("store", "add", "lyon", "--name", "Lyon", "--region", "FR", "--time-zone", "Europe/Paris")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RAPPORT_DATA_DIR", str(tmp_path))
    return tmp_path


def run(*arguments: str) -> None:
    cli.main(arguments)
    db.database.connect(reuse_if_open=True)


def test_hours_and_the_default_store_are_set_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    run(*LYON, "--hours", "mon-fri 09:00-18:00; sat 10:00-17:00")
    run("store", "add", "london", "--name", "London", "--region", "gb", "--time-zone", "Europe/London", "--default")
    run("store", "list")
    assert capsys.readouterr().out.splitlines() == [
        "london\tLondon\tGB\tEurope/London\talways\tdefault",
        "lyon\tLyon\tFR\tEurope/Paris\tmon-fri 09:00-18:00; sat 10:00-17:00",
    ]
    run("store", "set", "lyon", "--default", "--hours", "always")
    assert Store.get(Store.is_default).slug == "lyon"
    assert Store.get(Store.slug == "lyon").hours is None
    assert {entry.associate_id for entry in AuditEntry.select()} == {None}


def test_another_week_leaves_the_other_dates(capsys: pytest.CaptureFixture[str]) -> None:
    run(*LYON)
    lyon = Store.get()
    stores.change(lyon, hours={"week": [[]] * 7, "exceptions": [{"date": "2026-12-25", "spans": []}]})
    run("store", "set", "lyon", "--hours", "mon 09:00-18:00")
    assert Store.get().hours["week"][0] == [["09:00", "18:00"]]
    assert Store.get().hours["exceptions"] == [{"date": "2026-12-25", "spans": []}]
    run("store", "set", "lyon", "--name", "Lyon 2")
    assert Store.get().hours["exceptions"]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("monday morning", "rapport: monday morning: Write hours like “mon-fri 09:00-18:00”"),
        ("mon 18:00-09:00", "rapport: mon: It has to open before it closes."),
        ("mon-tue 9-18", "rapport: mon: Give the time of opening and of closing, like 09:00 and 18:00.\nrapport: tue"),
        ("sat 09:00-13:00, 12:00-18:00", "rapport: sat: These hours overlap."),
    ],
)
def test_a_refusal_names_the_day_or_the_part(text: str, refusal: str) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*LYON, "--hours", text)
    assert str(ended.value).startswith(refusal)
    db.database.connect(reuse_if_open=True)
    assert not Store.select().exists()
