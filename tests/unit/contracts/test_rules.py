"""docs/rules.md: every rule of identification has a test, and every test that it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+\.\d+) \| (.+?) \| (.*?) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")
LIKENESS = {"webapp/domain/identity/matching.py", "webapp/domain/identity/names.py", "webapp/domain/profiles/search.py"}
ROOMS = ("webapp/domain/identity/", "webapp/domain/profiles/")  # where names, addresses and numbers are folded
EXPLAINS = {"webapp/screens/evidence.py"}  # which of two names is shortened


@cache
def named_in(name: str) -> frozenset[str]:
    """The tests of a file, below tests/."""
    path = ROOT / "tests" / name
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return frozenset(function.name for function in functions if function.name.startswith("test_"))


def test_the_rules_are_numbered_one_after_the_other() -> None:
    numbers = [tuple(map(int, row[0].split("."))) for row in ROW.findall(RULES)]
    assert {section for section, _ in numbers} == {2, 3, 4}
    for section in (2, 3, 4):
        own = [number for part, number in numbers if part == section]
        assert own == list(range(1, len(own) + 1))


@pytest.mark.parametrize(("number", "rule", "tests"), ROW.findall(RULES), ids=[row[0] for row in ROW.findall(RULES)])
def test_every_rule_is_shown_by_tests_that_exist(number: str, rule: str, tests: str) -> None:
    named = NAMED.findall(tests)
    assert named, f"{number} {rule}: no test"
    assert re.sub(NAMED, "", tests).strip(" ,<br>") == "", f"{number}: only tests stand in the last column"
    assert [f"{file}::{test}" for file, test in named if test not in named_in(file)] == []


def test_every_line_of_the_table_is_a_rule() -> None:
    lines = [line for line in RULES.splitlines() if re.match(r"\| *\d", line)]
    assert len(lines) == len(ROW.findall(RULES)) > 0


def imports(path: Path) -> set[str]:
    """What a module imports: modules, and names from modules."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.name for alias in node.names}
            found |= {node.module or ""} if isinstance(node, ast.ImportFrom) else set()
    return found


def test_names_addresses_and_numbers_are_compared_in_one_place() -> None:
    modules = {str(path.relative_to(ROOT)): imports(path) for path in (ROOT / "webapp").rglob("*.py")}
    assert {name for name, known in modules.items() if any(m.startswith("rapidfuzz") for m in known)} == LIKENESS
    folding = {name for name, known in modules.items() if known & {"fold_name", "fold_email", "fold_phone"}}
    assert {name for name in folding if not name.startswith(ROOMS)} == EXPLAINS


def test_no_code_changes_what_a_customer_has_submitted() -> None:
    """Versions are made, in one place, and go only with their conversation."""
    makes = re.compile(r"ContactDetails\s*\.\s*(insert|create)\b")
    changes = re.compile(r"ContactDetails\s*\.\s*(update|delete|replace|set_by_id|bulk_update)\b")
    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / "webapp").rglob("*.py")}
    assert [path.name for path, text in sources.items() if makes.search(text)] == ["details.py"]
    assert [str(path.relative_to(ROOT)) for path, text in sources.items() if changes.search(text)] == []
