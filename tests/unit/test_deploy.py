"""The files in deploy/: read by the programs they are for, as far as those are here."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from webapp.environment import SETTINGS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def program(name: str) -> str:
    return shutil.which(name, path="/usr/bin:/usr/sbin:/usr/local/bin:/bin") or pytest.skip(f"{name} is not here")


def said(*command: str | Path) -> str:
    """Run a program, which must be content, and return what it said."""
    ended = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(text("compose.yaml"))


def test_every_setting_that_is_named_is_one() -> None:
    known = {setting.name for setting in SETTINGS} | {f"{setting.name}_FILE" for setting in SETTINGS if setting.secret}
    ours = {"RAPPORT_NAME", "RAPPORT_UPSTREAMS"}  # of compose.yaml and the Caddyfile
    texts = [file.read_text(encoding="utf-8") for file in DEPLOY.iterdir() if file.is_file()]
    named = {name for text in texts for name in re.findall(r"RAPPORT_\w+", text)}
    assert named - known == ours


def test_compose_runs_two_processes_that_wait_for_what_they_need(compose: dict[str, Any]) -> None:
    services = compose["services"]
    apps = [services[name] for name in ("app-1", "app-2")]
    assert set(services) == {"app-1", "app-2", "postgres", "redis", "proxy"}
    for app in apps:
        assert {name: need["condition"] for name, need in app["depends_on"].items()} == {
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }
        assert app["environment"]["RAPPORT_TRUSTED_PROXIES"] == "1"
        assert (app["read_only"], app["cap_drop"]) == (True, ["ALL"])
    for name in ("postgres", "redis"):
        assert services[name]["healthcheck"]["test"][0] == "CMD"
    assert "ports" not in services["postgres"] | services["redis"] | apps[0]  # only the proxy is reached from outside


def test_every_volume_and_secret_of_compose_is_declared(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert set(service.get("secrets", ())) <= set(compose["secrets"])
        named = {volume.split(":")[0] for volume in service.get("volumes", ()) if not volume.startswith(".")}
        assert named <= set(compose["volumes"])


def test_the_secrets_of_compose_are_made_once_and_fit_each_other(compose: dict[str, Any], tmp_path: Path) -> None:
    made = shutil.copy(DEPLOY / "make-secrets", tmp_path)
    said("sh", made)
    first = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    said("sh", made)
    assert {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()} == first
    assert set(first) == set(compose["secrets"])
    assert f":{first['database_password']}@postgres:" in first["database_url"]
    assert re.fullmatch(r"[\w-]{48}", first["secret_key"])


def test_the_image_runs_as_nobody_in_particular_and_says_whether_it_is_ready() -> None:
    lines = text("Dockerfile").splitlines()
    assert lines.index("USER 10001") < next(i for i, line in enumerate(lines) if line.startswith("ENTRYPOINT"))
    assert any("/readyz" in line for line in lines)
    copies = [line.split() for line in lines if line.startswith("COPY ") and "--from" not in line]
    copied = {name for _, *names, _ in copies for name in names}
    assert all((ROOT / name).exists() for name in copied)
    allowed = {line[1:] for line in text("Dockerfile.dockerignore").splitlines() if line.startswith("!")}
    assert copied == allowed


def test_nginx_takes_its_file(tmp_path: Path) -> None:
    nginx, openssl = program("nginx"), program("openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    said(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=chat.shop.example",
         "-keyout", key, "-out", certificate)  # fmt: skip
    ours = re.sub(r"(ssl_certificate +)\S+;", rf"\g<1>{certificate};", text("nginx.conf"))
    ours = re.sub(r"(ssl_certificate_key +)\S+;", rf"\g<1>{key};", ours)
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off;\n{ours}\n}}")
    assert "test is successful" in said(nginx, "-t", "-p", tmp_path, "-c", whole)


def test_nginx_keeps_no_process_out_until_a_request_to_it_has_ended() -> None:
    servers = re.findall(r"^ *server 127.*$", text("nginx.conf"), re.MULTILINE)
    assert len(servers) == 2
    assert all("max_fails=0;" in server for server in servers)  # a WebSocket would be the first, and does not end


@pytest.mark.parametrize("proxy", ["nginx.conf", "Caddyfile"])
def test_a_proxy_keeps_the_figures_inside_and_lets_no_request_be_larger_than_ours(proxy: str) -> None:
    assert re.search(r"/metrics", text(proxy))
    assert re.search(r"256(k;|KiB)", text(proxy))


UNITS = sorted(file.name for file in DEPLOY.glob("rapport*.[st]*"))


def test_each_unit_of_a_timer_is_there() -> None:
    services = {name.removesuffix(".service") for name in UNITS if name.endswith(".service")}
    timers = {name.removesuffix(".timer") for name in UNITS if name.endswith(".timer")}
    assert timers == {"rapport-backup", "rapport-verify"}
    assert services == timers | {"rapport@"}


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_takes_its_units(unit: str, tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    for name in UNITS:
        (tmp_path / name).write_text(text(name).replace("/opt/rapport/.venv/bin/rapport", "/bin/true"))
    told = said(analyze, "verify", "--man=no", tmp_path / unit.replace("@.", "@8000."))
    assert unit not in told, told


def test_the_word_of_the_guide_reads_the_settings_and_shows_them_to_nobody(tmp_path: Path) -> None:
    """`rapport`, as the guide to installing defines it, with another user and another program."""
    guide = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    (word,) = re.findall(r"^rapport\(\) \{.*?^\}$", guide, re.MULTILINE | re.DOTALL)
    settings, seen = tmp_path / "rapport.env", tmp_path / "seen"
    settings.write_text("RAPPORT_ENV=production\nRAPPORT_DATABASE_URL='postgresql://a:p&q #$r@host/b'\n")
    shown = tmp_path / "program"
    shown.write_text(f"#!/bin/sh\ntr '\\0' '\\n' </proc/$$/cmdline >{seen}; env >>{seen}; printf '%s|' \"$@\"\n")
    shown.chmod(0o755)
    here = word.replace("runuser -u rapport -- ", "").replace("/etc/rapport/rapport.env", str(settings))
    here = here.replace("/opt/rapport/.venv/bin/rapport", str(shown))
    assert said("bash", "-c", f"{here}\nrapport user add 'a b' '$c'") == "user|add|a b|$c|"
    arguments, _, environment = seen.read_text().partition("$c\n")
    assert "RAPPORT" not in arguments
    assert "RAPPORT_ENV=production\n" in environment
    assert "RAPPORT_DATABASE_URL=postgresql://a:p&q #$r@host/b\n" in environment


def test_caddy_takes_its_file() -> None:
    said(program("caddy"), "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile")
