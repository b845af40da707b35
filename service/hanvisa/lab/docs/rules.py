"""docs/rules.md: for each rule that is met in a call where it is decided and which tests show it.

Nothing is kept by hand: a function of `policy` that has the rule's id among its values decides it; a case shows it that
expects it; a test with real phones shows it whose name, docstring or values have its id.
"""

from __future__ import annotations

import ast
import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.lab.docs.source import PACKAGE
from hanvisa.policy.rules import RULES

TESTS = REPOSITORY / "tests"
MET_IN_A_CALL = ("G1", "G2", "G3", "G4", "O1", "O2", "O3", "S1", "P1", "M2", "M3", "M4", "M5")
CATALOGUE = "rules.py"

HEAD = """# Where each rule is decided, and what shows it

Made by `./dev docs` from the code and the tests: change those, not this page. These are the rules of
[policy.md](policy.md) that are met in a call. A rule is decided in the functions of `service/hanvisa/policy` that give
its id, has cases in `tests/policy`, and is shown with real phones by tests of `tests/e2e` that name it. Where one of
the three is missing the rule is open.

| rule | decided in | cases | with real phones |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Shown:
    """``deciders`` and ``cases`` by file; ``tests`` by file, their names in words."""

    rule: str
    deciders: dict[str, list[str]]
    cases: list[str]
    tests: dict[str, list[str]]

    @property
    def missing(self) -> tuple[str, ...]:
        kinds = {
            "a function of policy": self.deciders,
            "a case": self.cases,
            "a test with phones": self.tests,
        }
        return tuple(kind for kind, found in kinds.items() if not found)


def page() -> str:
    """The whole document."""
    return HEAD + "".join(_row(shown) for shown in read())


def read(package: Path = PACKAGE, tests: Path = TESTS) -> list[Shown]:
    deciders = [file for file in sorted((package / "policy").rglob("*.py")) if file.name != CATALOGUE]
    cases = sorted((tests / "policy").glob("*.toml"))
    phones = sorted((tests / "e2e").glob("test_*.py"))
    return [
        Shown(
            rule,
            {file.name: found for file in deciders if (found := _deciders(file, rule))},
            [file.name for file in cases if _expects(file, rule)],
            {file.name: found for file in phones if (found := _tests(file, rule))},
        )
        for rule in MET_IN_A_CALL
    ]


def _row(shown: Shown) -> str:
    deciders = [
        f"{_link(file, f'../service/hanvisa/policy/{file}')}: {', '.join(f'`{name}`' for name in names)}"
        for file, names in shown.deciders.items()
    ]
    cases = [_link(file, f"../tests/policy/{file}") for file in shown.cases]
    tests = [
        f"{_link(file, f'../tests/e2e/{file}')}: {'; '.join(names)}" for file, names in shown.tests.items()
    ]
    cells = ("<br>".join(cell) or "**open**" for cell in (deciders, cases, tests))
    return f"| **{shown.rule}** {RULES[shown.rule].text.en} | {' | '.join(cells)} |\n"


def _link(name: str, path: str) -> str:
    return f"[{name}]({path})"


def _deciders(file: Path, rule: str) -> list[str]:
    """The functions of this file in which the rule's id is a value."""
    return [
        node.name
        for node in _parsed(file).body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(one, ast.Constant) and one.value == rule for one in ast.walk(node))
    ]


def _expects(file: Path, rule: str) -> bool:
    cases = tomllib.loads(file.read_text(encoding="utf-8"))["cases"]
    return any(rule in case["expect"].get("rules", ()) for case in cases)


def _tests(file: Path, rule: str) -> list[str]:
    """The tests that name the rule, in words."""
    named = re.compile(rf"\b{rule}\b", re.IGNORECASE)
    found = {
        node.name.removeprefix("test_").replace("_", " "): node
        for node in _parsed(file).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }
    return [
        words
        for words, node in found.items()
        if named.search(words) or any(map(named.search, _strings(node)))
    ]


def _strings(node: ast.AST) -> list[str]:
    values = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
    return [value for value in values if isinstance(value, str)]


@functools.cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))
