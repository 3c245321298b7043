"""What holds for every file: no machine in it, no waiting for time, nothing the content policy blocks."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEMPLATES = ("webapp/partials/", "webapp/pages/")

# Written with a class of one character here and there, so that this file is not its own finding.
ELSEWHERE = re.compile(
    r"pypi[.]org|pythonhosted[.]org|npmjs[.](org|com)|yarnpkg[.]com|deb[.]debian[.]org|unpkg[.]com|jsdelivr[.]net"
    r"|--(extra-)?index[-]url|--find[-]links|file[:]//"
    r"|(?<![\w.~])/(root|tmp|work|home/\w+|Users/\w+|opt/(pypi|wheels))[/]"
)
WAITING = re.compile(r"\b(time|asyncio|gevent)[.]sleep\b|from time import .*\bslee[p]\b|wait_for_time[o]ut\b")
BLOCKED = {
    "a script in the page": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE),
    "a style in the page": re.compile(r"<style\b|[\s\"']style\s*=", re.IGNORECASE),
    "a handler in the page": re.compile(r"\son[a-z]+\s*=|\bhx-on\b", re.IGNORECASE),
    "a script in a value": re.compile(r"[\"'{\s:](js|javascript)\s*:", re.IGNORECASE),
    "a filter of a trigger": re.compile(r"hx-trigger(:\w+)?\s*=\s*(\"[^\"]*\[|'[^']*\[)", re.IGNORECASE),
    "text that is not escaped": re.compile(r"\|\s*safe\b|autoescape\s+false"),
}


def kept() -> list[str]:
    """Return the files that git keeps or would keep, whoever owns the checkout."""
    command = "git -c safe.directory=* ls-files -z --cached --others --exclude-standard".split()
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60).stdout.decode()
    return sorted({name for name in listed.split("\0") if name and (ROOT / name).is_file()})


def texts(*suffixes: str, under: tuple[str, ...] = ("",)) -> Iterator[tuple[str, str]]:
    """Give name and text of the files below some folders; what is vendored or not text is left out."""
    for name in kept():
        if name.startswith(under) and name.endswith(suffixes or "") and not name.startswith("static/vendor/"):
            try:
                yield name, (ROOT / name).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def findings(pattern: re.Pattern[str], files: Iterator[tuple[str, str]]) -> list[str]:
    return [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group().strip()}"
        for name, text in files
        for match in pattern.finditer(text)
    ]


def test_no_file_knows_a_registry_or_somebodys_machine() -> None:
    assert ELSEWHERE.search("see " + "/tm" + "p/x")
    assert findings(ELSEWHERE, texts()) == []


def test_no_test_waits_for_time_to_pass() -> None:
    assert WAITING.search("page.wait_for_" + "timeout(50)")
    assert findings(WAITING, texts(".py", under=("tests/",))) == []


@pytest.mark.parametrize("what", BLOCKED)
def test_no_template_holds_what_the_content_policy_blocks(what: str) -> None:
    templates = ((name, _without_remarks(text)) for name, text in texts(".html", under=TEMPLATES))
    assert findings(BLOCKED[what], templates) == []


@pytest.mark.parametrize(
    ("what", "markup"),
    [
        ("a script in the page", "<script>go()</script>"),
        ("a style in the page", '<p class="x" style="color:red">'),
        ("a handler in the page", '<body onload="go()">'),
        ("a handler in the page", '<p hx-on:click="go()">'),
        ("a script in a value", """<p hx-vals='js:{a: 1}'>"""),
        ("a filter of a trigger", '<p hx-trigger="keyup[key==1]">'),
        ("text that is not escaped", "{{ body | safe }}"),
    ],
)
def test_the_rules_find_what_they_are_for(what: str, markup: str) -> None:
    assert BLOCKED[what].search(markup)
    harmless = '<script src="x.js" defer></script><p hx-trigger="load, click delay:1s">{{ body }}'
    assert not BLOCKED[what].search(harmless)


def test_no_module_grows_past_three_hundred_lines() -> None:
    modules = ((name, text) for name, text in texts(".py", under=("webapp/",)) if "/migrations/" not in name)
    lengths = {name: text.count("\n") for name, text in modules}  # a migration is a record, never divided
    assert lengths
    assert {name: lines for name, lines in lengths.items() if lines > 300} == {}


def test_the_licence_is_there_and_others_are_named() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert "htmx.org 4.0.1" in (ROOT / "NOTICE").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["requirements", "requirements-dev", "requirements-gevent"])
def test_every_package_is_locked_with_its_hashes(kind: str) -> None:
    lock = (ROOT / f"{kind}.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^([a-z0-9][a-z0-9.-]*)==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE)
    assert pins == [line.partition("==")[0] for line in lock.splitlines() if re.match(r"[a-zA-Z0-9-]", line)]
    wanted = re.findall(r"^[a-z0-9-]+", (ROOT / f"{kind}.in").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(wanted) - {"-r", "-c"} <= set(pins)


def _without_remarks(template: str) -> str:
    """Return the template with its comments blanked, line by line as long as before."""
    return re.sub(r"\{#.*?#\}", lambda match: "\n" * match.group().count("\n"), template, flags=re.DOTALL)
