"""What the operator sets, what Rapport makes of it, and what it says when that will not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.config import Settings, SettingsError
from webapp.environment import SETTINGS

GOOD_KEY = "q7Zp0vXw3KfB9sLd2RtYhN5mGcJ8aEuT1oViQx6b"
ROOT = Path(__file__).parents[2]


def settings(folder: Path, **environ: str) -> Settings:
    return Settings.from_environ({"RAPPORT_DATA_DIR": str(folder / "data"), **environ})


def problems(folder: Path, **environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        settings(folder, **environ)
    return str(caught.value)


def production(folder: Path, **environ: str) -> Settings:
    good = {"RAPPORT_SECRET_KEY": GOOD_KEY, "RAPPORT_BASE_URL": "https://chat.example.com"}
    return settings(folder, RAPPORT_ENV="production", **{**good, **environ})


def test_nothing_set_is_enough_to_develop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = Settings.from_environ({})
    assert (told.env, told.host, told.port, told.threads) == ("development", "127.0.0.1", 8000, 128)
    assert told.base_url == "http://127.0.0.1:8000"
    assert told.sqlite_path == tmp_path / "data" / "rapport.db"
    assert not told.production
    assert not told.secure
    assert told.unknown == ()


def test_the_secret_key_of_development_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = settings(tmp_path)
    file = first.data_dir / "secret_key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(first.secret_key) >= 32
    assert settings(tmp_path).secret_key == first.secret_key


def test_a_secret_key_that_was_cut_short_is_told(tmp_path: Path) -> None:
    file = settings(tmp_path).data_dir / "secret_key"
    file.write_text("abc")
    assert "cut short" in problems(tmp_path)


def test_a_given_key_leaves_no_file_behind(tmp_path: Path) -> None:
    told = settings(tmp_path, RAPPORT_SECRET_KEY=GOOD_KEY)
    assert told.secret_key == GOOD_KEY
    assert not (told.data_dir / "secret_key").exists()


def test_host_and_port_may_be_called_by_their_short_names(tmp_path: Path) -> None:
    told = settings(tmp_path, HOST="0.0.0.0", PORT="9000")
    assert (told.host, told.port, told.base_url) == ("0.0.0.0", 9000, "http://127.0.0.1:9000")
    assert settings(tmp_path, PORT="9000", RAPPORT_PORT="9001").port == 9001
    assert settings(tmp_path, HOST="::1").base_url == "http://[::1]:8000"


def test_secrets_may_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(GOOD_KEY + "\n")
    told = production(tmp_path, RAPPORT_SECRET_KEY="", RAPPORT_SECRET_KEY_FILE=str(tmp_path / "key"))
    assert told.secret_key == GOOD_KEY


def test_a_file_that_is_not_there_is_one_problem_not_two(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        RAPPORT_ENV="production",
        RAPPORT_BASE_URL="https://chat.example.com",
        RAPPORT_SECRET_KEY_FILE=str(tmp_path / "nowhere"),
    )
    assert told.startswith("RAPPORT_SECRET_KEY_FILE")
    assert "\n" not in told


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(GOOD_KEY)
    told = problems(tmp_path, RAPPORT_SECRET_KEY=GOOD_KEY, RAPPORT_SECRET_KEY_FILE=str(tmp_path / "key"))
    assert "both set" in told


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    told = problems(tmp_path, RAPPORT_ENV="production", RAPPORT_PORT="x", RAPPORT_THREADS="0").splitlines()
    assert len(told) == 4
    for name in ("RAPPORT_PORT", "RAPPORT_SECRET_KEY", "RAPPORT_BASE_URL", "RAPPORT_THREADS"):
        assert any(line.startswith(name) for line in told)


@pytest.mark.parametrize(
    "key", ["", "short", "a" * 64, "change-me-" * 4, "my-Secret-key-of-0123456789-abcdef"]
)
def test_production_refuses_a_key_that_others_could_guess(tmp_path: Path, key: str) -> None:
    assert production(tmp_path).secret_key == GOOD_KEY
    with pytest.raises(SettingsError, match="RAPPORT_SECRET_KEY"):
        production(tmp_path, RAPPORT_SECRET_KEY=key)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "chat.example.com",
        "ftp://chat.example.com",
        "http://chat.example.com",
        "https://chat.example.com/rapport",
        "https://chat.example.com?x=1",
        "https://user@chat.example.com",
        "https://chat.example.com:99999",
        "https://",
    ],
)
def test_production_refuses_an_address_that_browsers_could_not_trust(tmp_path: Path, url: str) -> None:
    assert production(tmp_path).secure
    with pytest.raises(SettingsError, match="RAPPORT_BASE_URL"):
        production(tmp_path, RAPPORT_BASE_URL=url)


def test_production_may_be_tried_on_one_machine(tmp_path: Path) -> None:
    assert not production(tmp_path, RAPPORT_BASE_URL="http://localhost:8000/").secure
    assert production(tmp_path, RAPPORT_BASE_URL="https://Chat.example.com:8443/").base_url.endswith(":8443")


@pytest.mark.parametrize("environment", ["prod", "PRODUCTION", "test"])
def test_an_unknown_environment_is_refused_with_the_choices(tmp_path: Path, environment: str) -> None:
    assert "choose development or production" in problems(tmp_path, RAPPORT_ENV=environment)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "8000.5", "٨٠٠٠", "9" * 5000])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    assert "RAPPORT_PORT" in problems(tmp_path, RAPPORT_PORT=port)


@pytest.mark.parametrize("url", ["mysql://root@localhost/x", "sqlite:///", "sqlite:///:memory:", "data/x.db"])
def test_a_database_that_rapport_cannot_use_is_refused(tmp_path: Path, url: str) -> None:
    assert "RAPPORT_DATABASE_URL" in problems(tmp_path, RAPPORT_DATABASE_URL=url)


def test_the_folder_of_the_database_is_made(tmp_path: Path) -> None:
    told = settings(tmp_path, RAPPORT_DATABASE_URL=f"sqlite:///{tmp_path}/elsewhere/chats.sqlite3")
    assert told.sqlite_path == tmp_path / "elsewhere" / "chats.sqlite3"
    assert told.sqlite_path.parent.is_dir()


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands in the way")
    assert "RAPPORT_DATA_DIR" in problems(tmp_path)


def test_a_misspelt_name_is_told_with_the_nearest(tmp_path: Path) -> None:
    told = settings(
        tmp_path, RAPPORT_SECRETKEY="x", RAPPORT_WEATHER="rain", RAPPORT_TEST_ANYTHING="1", OTHER="2"
    )
    assert told.unknown == (
        "RAPPORT_SECRETKEY is not a setting; did you mean RAPPORT_SECRET_KEY?",
        "RAPPORT_WEATHER is not a setting.",
    )


def test_secrets_stay_out_of_what_is_printed(tmp_path: Path) -> None:
    told = production(tmp_path)
    assert GOOD_KEY not in repr(told)


def test_the_page_of_settings_is_the_table_of_settings() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in page if line.startswith("| `")]
    assert rows == [
        f"| `{one.name}` | {f'`{one.also}`' if one.also else '–'} | {'yes' if one.secret else '–'} "
        f"| {one.default} | {one.meaning} |"
        for one in SETTINGS
    ]


def test_tests_have_settings_of_their_own(tmp_path: Path) -> None:
    told = Settings.for_test(tmp_path, base_url="http://localhost")
    assert told.sqlite_path.parent == tmp_path
    assert told.base_url == "http://localhost"
