"""docs/bypasses.md: every way around the policy that anyone has found, what stops it, and the tests that show it.

The ways are data (`bypasses.toml`); that the places and the tests named there exist is checked.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.lab.docs.source import PACKAGE

DATA = Path(__file__).with_suffix(".toml")
TESTS = REPOSITORY / "tests"
DOCS = REPOSITORY / "docs"
HEAD = """# Ways around the policy

Made by `./dev docs` from `service/hanvisa/lab/docs/bypasses.toml`: change that, not this page. The rules are those of
[policy.md](policy.md). Whoever finds another way adds it there with a test that fails, and mends it. What nothing can
stop is left open, and says where it is decided so; its test shows how far it reaches.
"""


@dataclass(frozen=True)
class Way:
    """``stops`` is "file: function" below the package, empty where nothing leads there; ``tests`` are below tests/.

    ``left_open`` names the file below docs/ that says why nothing stops it.
    """

    way: str
    rules: tuple[str, ...]
    stops: str
    tests: tuple[str, ...]
    left_open: str = ""


def page() -> str:
    """The whole document."""
    return HEAD + "".join(_section(aim, ways) for aim, ways in read().items())


def read() -> dict[str, list[Way]]:
    """The ways, by what is tried."""
    aims = tomllib.loads(DATA.read_text(encoding="utf-8"))["aims"]
    return {
        one["aim"]: [
            Way(way["way"], tuple(way["rules"]), way["stops"], tuple(way["tests"]), way.get("left_open", ""))
            for way in one["ways"]
        ]
        for one in aims
    }


def missing(way: Way) -> list[str]:
    """What is named for this way and is not there."""
    named = [(PACKAGE, way.stops)] if way.stops else []
    named += [(TESTS, test) for test in way.tests]
    gone = [name for folder, name in named if not _is_there(folder, name)]
    if way.left_open and not (DOCS / way.left_open).is_file():
        gone.append(way.left_open)
    return gone


def _is_there(folder: Path, named: str) -> bool:
    file, _, name = named.partition(": ")
    path = folder / file
    return path.is_file() and name in _definitions(path)


def _definitions(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def _section(aim: str, ways: list[Way]) -> str:
    rows = "".join(map(_row, ways))
    return f"\n## {aim}\n\n| way | rule | stopped in | shown by |\n|---|---|---|---|\n{rows}"


def _row(way: Way) -> str:
    tests = "<br>".join(_link("../tests", test) for test in way.tests)
    return f"| {way.way} | {', '.join(way.rules)} | {_stopped_in(way)} | {tests} |\n"


def _stopped_in(way: Way) -> str:
    if way.left_open:
        return f"**left open**: [{way.left_open}]({way.left_open})"
    return _link("../service/hanvisa", way.stops, code=True) if way.stops else "nothing leads there"


def _link(folder: str, named: str, *, code: bool = False) -> str:
    file, _, name = named.partition(": ")
    words = f"`{name}`" if code else name.removeprefix("test_").replace("_", " ")
    return f"[{file}]({folder}/{file}): {words}"
