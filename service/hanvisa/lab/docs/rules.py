"""docs/rules.md: for each rule of the policy where it is decided, measured or helped, and which tests show it.

Nothing is kept by hand but a rule's kinds: a function of `policy` that has the rule's id among its values decides it; a
case shows it that expects it; a module elsewhere has to do with it whose docstrings name it; a test shows it whose
name, docstring or values have its id, those with real phones before all others; a story of the demo lets one meet it.
"""

from __future__ import annotations

import ast
import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.lab.demo.calls import read_calls
from hanvisa.lab.docs.source import PACKAGE
from hanvisa.policy.rules import RULES
from hanvisa.reports.catalogue import REPORTS

TESTS = REPOSITORY / "tests"
STORIES = REPOSITORY / "demo" / "calls"
CATALOGUE = "rules.py"
ENFORCE, MEASURE, HELP = "enforce", "measure", "help"
KINDS = {
    "G1": (ENFORCE, MEASURE),
    "G2": (ENFORCE,),
    "G3": (ENFORCE, MEASURE),
    "G4": (ENFORCE, MEASURE),
    "O1": (ENFORCE,),
    "O2": (ENFORCE,),
    "O3": (HELP,),
    "S1": (HELP, MEASURE),
    "S2": (HELP, MEASURE),
    "T1": (HELP, MEASURE),
    "T2": (HELP, MEASURE),
    "F1": (MEASURE,),
    "F2": (ENFORCE,),
    "H1": (ENFORCE, MEASURE),
    "P1": (ENFORCE, MEASURE),
    "B1": (ENFORCE, MEASURE),
    "M1": (ENFORCE, MEASURE),
    "M2": (MEASURE,),
    "M3": (ENFORCE, MEASURE),
    "M4": (ENFORCE,),
    "M5": (HELP, MEASURE),
}
"""What becomes of each rule (docs/policy.md)."""
NO_PLACE = (
    "policy",
    "calls",
    "speech",
    "lab",
    "testing",
    "directory/tables",
    "directory/migrations",
    "directory/loading",
)
"""Where a rule is decided, met in a call, spoken, tried or stored: not kept, measured or helped."""

HEAD = """# Where each rule is decided, and what shows it

Made by `./dev docs` from the code and the tests: change those, not this page. These are the rules of
[policy.md](policy.md). A rule that is enforced is decided in the functions of `service/hanvisa/policy` that give its
id, and has cases in `tests/policy`; outside of calls it is kept, measured or helped in the modules that name it, and
followed up by [reports](reports.md). Each is shown by tests that name it: with real phones (`tests/e2e`) where a call
meets it, else by the register and its API. One meets it in the demo's stories of these numbers (`./dev demo 9` tells
the ninth alone). Where something is missing the rule is open.

| rule | kind | decided in | cases | kept, measured or helped in | shown by | met in `./dev demo` |
|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Shown:
    """``deciders`` and ``cases`` by file; ``places`` are paths below the package, ``tests`` names in words by path.

    ``stories`` are the numbers of the demo's.
    """

    rule: str
    deciders: dict[str, list[str]]
    cases: list[str]
    places: list[str]
    tests: dict[str, list[str]]
    stories: list[int]

    @property
    def missing(self) -> tuple[str, ...]:
        enforced = ENFORCE in KINDS[self.rule]
        needed = {
            "a function of policy": self.deciders or (self.places and not enforced),
            "a case": self.cases or not self.deciders,
            "a test": self.tests,
            "a story of the demo": self.stories,
        }
        return tuple(what for what, found in needed.items() if not found)


def page() -> str:
    """The whole document."""
    return HEAD + "".join(_row(shown) for shown in read())


def read(package: Path = PACKAGE, tests: Path = TESTS, stories: Path = STORIES) -> list[Shown]:
    """In the order of the catalogue."""
    deciders = [file for file in sorted((package / "policy").rglob("*.py")) if file.name != CATALOGUE]
    cases = sorted((tests / "policy").glob("*.toml"))
    places = [
        file
        for file in sorted(package.rglob("*.py"))
        if not str(file.relative_to(package)).startswith(NO_PLACE)
    ]
    phones = sorted((tests / "e2e").glob("test_*.py"))
    others = sorted(
        [*(tests / "integration").rglob("test_*.py"), *(tests / "unit" / "web").rglob("test_*.py")]
    )
    told = read_calls(stories)
    return [
        Shown(
            rule,
            {file.name: found for file in deciders if (found := _deciders(file, rule))},
            [file.name for file in cases if _expects(file, rule)],
            [str(file.relative_to(package)) for file in places if _speaks_of(file, rule)],
            _tests_in(phones, rule, tests) or _tests_in(others, rule, tests),
            [story.number for story in told if rule in story.rules],
        )
        for rule in RULES
    ]


def _tests_in(files: list[Path], rule: str, tests: Path) -> dict[str, list[str]]:
    return {str(file.relative_to(tests)): found for file in files if (found := _tests(file, rule))}


def _row(shown: Shown) -> str:
    deciders = [
        f"{_link(file, f'../service/hanvisa/policy/{file}')}: {', '.join(f'`{name}`' for name in names)}"
        for file, names in shown.deciders.items()
    ]
    cases = [_link(file, f"../tests/policy/{file}") for file in shown.cases]
    places = [_link(file, f"../service/hanvisa/{file}") for file in shown.places]
    places += [f"report {_link(one.name, 'reports.md')}" for one in REPORTS if shown.rule in one.rules]
    tests = [
        f"{_link(Path(file).name, f'../tests/{file}')}: {'; '.join(names)}"
        for file, names in shown.tests.items()
    ]
    columns = (
        (deciders, not shown.places),
        (cases, shown.deciders),
        (places, not shown.deciders),
        (tests, True),
        ([", ".join(map(str, shown.stories))] if shown.stories else [], True),
    )
    cells = ("<br>".join(cell) or ("**open**" if needed else "") for cell, needed in columns)
    rule = f"**{shown.rule}** {RULES[shown.rule].text.en} | {', '.join(KINDS[shown.rule])}"
    return f"| {rule} | {' | '.join(cells)} |\n"


def _link(name: str, path: str) -> str:
    return f"[{name}]({path})"


def _deciders(file: Path, rule: str) -> list[str]:
    """The functions of this file in which the rule's id is a value."""
    return [name for name, strings in _functions(file).items() if rule in strings]


def _speaks_of(file: Path, rule: str) -> bool:
    """Whether one of the file's docstrings names the rule."""
    return re.search(rf"\b{rule}\b", _docstrings(file)) is not None


def _expects(file: Path, rule: str) -> bool:
    return any(rule in case["expect"].get("rules", ()) for case in _cases(file))


def _tests(file: Path, rule: str) -> list[str]:
    """The tests that name the rule, in words."""
    named = re.compile(rf"\b{rule}\b", re.IGNORECASE)
    words = {
        name.removeprefix("test_").replace("_", " "): strings for name, strings in _functions(file).items()
    }
    return [name for name, strings in words.items() if named.search(name) or any(map(named.search, strings))]


# Of a file, whatever the rule


@functools.cache
def _functions(file: Path) -> dict[str, list[str]]:
    """The file's functions (of tests those that are tests), with all strings in each."""
    tree = _parsed(file)
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    are_tests = file.name.startswith("test_")
    return {
        node.name: [
            one.value
            for one in ast.walk(node)
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        for node in found
        if node.name.startswith("test_") or not are_tests
    }


@functools.cache
def _docstrings(file: Path) -> str:
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    nodes = (node for node in ast.walk(_parsed(file)) if isinstance(node, documented))
    return "\n".join(ast.get_docstring(node) or "" for node in nodes)


@functools.cache
def _cases(file: Path) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))["cases"]
    return cases


def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))
