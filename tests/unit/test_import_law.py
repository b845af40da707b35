"""The import law of the house: who may import whom. Read from the source, so that a lazy import counts too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import hanvisa

PACKAGE = Path(hanvisa.__file__).parent
EVERYBODY_MAY = ("errors", "ids", "bodies", "counting")
# What crosses the edge of a call: its commands, what it is told, what is spoken.
EDGES = ("calls.ports", "calls.live_ports", "calls.signals", "calls.prompts")
ADAPTER = (*EDGES, "policy", *EVERYBODY_MAY)
LAW = {
    "policy": (),
    "calls": ("policy", "config", "beside", *EVERYBODY_MAY),
    "ari": ADAPTER,
    "ami": ADAPTER,
    "agi": ADAPTER,
    "directory": (*ADAPTER, "processor", "spool", "texts.spool", "calendars.source"),
    "speech": (*ADAPTER, "processor", "spool"),
    "calllog": (*ADAPTER, "disk_writer"),
    "texts": (*ADAPTER, "disk_writer"),
    "mail": ADAPTER,
    "backup": ("directory", "config", "progress", *EVERYBODY_MAY),
    "calendars": (*ADAPTER, "processor"),
    "ldap": ADAPTER,
    "reports": ("policy", "directory", "calls.ports", "mail.sending", "processor", *EVERYBODY_MAY),
    "web": (
        "policy",
        "directory",
        "reports",
        "calendars.source",
        "calllog.story",
        *EDGES,
        "changes",
        "config",
        "processor",
        "run_time",
        *EVERYBODY_MAY,
    ),
}


@pytest.mark.parametrize("part", LAW)
def test_a_part_imports_only_what_it_may(part: str) -> None:
    allowed = (part, *LAW[part])
    broken = [
        f"{path.relative_to(PACKAGE)}:{line} imports {module}"
        for path in sorted((PACKAGE / part).rglob("*.py"))
        for line, module in _imports(path)
        if not any(f"{module}.".startswith(f"{name}.") for name in allowed)
    ]
    assert not broken, "\n".join(broken)


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """What a module imports of ours, as names below ``hanvisa``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.ImportFrom(module="hanvisa", names=names, lineno=line):
                yield from ((line, name.name) for name in names if _is_module("", name.name))
            case ast.ImportFrom(module=str(module), level=0, names=names, lineno=line) if module.startswith(
                "hanvisa."
            ):
                below = module.removeprefix("hanvisa.")
                # A package's own name allows nothing: what is taken from it counts.
                yield from (
                    (line, f"{below}.{name.name}" if _is_module(below, name.name) else below)
                    for name in names
                )
            case ast.ImportFrom(level=level, lineno=line) if level:
                yield line, "a relative name (write it out)"
            case ast.Import(names=names, lineno=line):
                yield from (
                    (line, name.name.removeprefix("hanvisa."))
                    for name in names
                    if name.name.startswith("hanvisa.")
                )


def _is_module(below: str, name: str) -> bool:
    path = PACKAGE.joinpath(*below.split("."), name)
    return path.is_dir() or path.with_suffix(".py").is_file()
