"""Neither numbers nor secrets reach the log, whoever logs them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import hanvisa
from hanvisa.discreet import hide_numbers

MOBILE = "+46701740605"


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        (f"{MOBILE} is there already", "+4670xxxxxxx is there already"),
        ("0701740605", "07017xxxxx"),
        ("070-174 06 05", "070-1xx xx xx"),
        ("0046701740605", "00467xxxxxxxx"),
        (f"Key (number)=({MOBILE}) exists", "Key (number)=(+4670xxxxxxx) exists"),
        ("sip:0980319244@127.0.0.1:5060", "sip:09803xxxxx@127.0.0.1:5060"),
        ("019b3c7a-1234-7012-8012-0123456789ab", "019b3c7a-1234-7012-8012-0123456789ab"),
        ("2026-08-05T08:00:00.012345Z", "2026-08-05T08:00:00.012345Z"),
        ("hv-0123456789.12 took 0.512345 s", "hv-0123456789.12 took 0.512345 s"),
        ("201", "201"),
        ("46701740605", "4670xxxxxxx"),
        ("PJSIP/701740605@carrier", "PJSIP/7017xxxxx@carrier"),
        ("code *21**9*442079460958#", "code *21**9*4420xxxxxxxx#"),
        ("PJSIP/1177@carrier", "PJSIP/xxxx@carrier"),
        ("code *9*1177", "code *9*xxxx"),
        ("code *9*01177", "code *9*xxxxx"),
        ('File "streams.py", line 1177, in read', 'File "streams.py", line 1177, in read'),
        ('{"exten": "*9*118118"}', '{"exten": "*9*xxxxxx"}'),
        ("sip:11414@127.0.0.1:11414", "sip:xxxxx@127.0.0.1:11414"),
        ("1764403200.1177 at localhost:11850", "1764403200.1177 at localhost:11850"),
        (
            "2026-08-05 08:00, 20260805T080000, 0.12345678 s",
            "2026-08-05 08:00, 20260805T080000, 0.12345678 s",
        ),
    ],
)
def test_of_a_number_no_more_than_its_beginning_is_left(said: str, logged: str) -> None:
    assert hide_numbers(said) == logged


LOGS = """
import structlog
from hanvisa.log_lines import configure_log

configure_log()
log = structlog.get_logger()
log.warning("refused", what="+46701740605", many=["+46701740605", "1177"], told={"to": "0701740605"}, count=7, of=None)
try:
    int("0701740605 and +46701740605")
except ValueError:
    log.exception("failed", why="070-174 06 05")
"""


def test_no_number_comes_through_in_whatever_it_is_logged() -> None:
    """As a program of its own logs it."""
    ran = subprocess.run([sys.executable, "-c", LOGS], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert "ValueError" in ran.stderr
    assert "count=7" in ran.stderr
    assert not re.search(r"70-?174|1177", ran.stderr), ran.stderr
    assert ran.stderr.count("+4670xxxxxxx") == 3


_SECRET = re.compile(r"passw|secret|token|hash")


def test_nothing_secret_is_handed_to_the_log() -> None:
    """Whatever is logged anywhere has no name that sounds of a secret in it."""
    found = [
        f"{file.relative_to(Path(hanvisa.__file__).parent)}:{node.lineno}"
        for file in Path(hanvisa.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if _is_logging(node) and any(_SECRET.search(name) for name in _names(node))
    ]
    assert not found


def test_what_logs_a_secret_would_be_found() -> None:
    logging_one = ast.parse("log.info('x', why=settings.smtp_password)").body[0].value  # type: ignore[attr-defined]
    assert _is_logging(logging_one)
    assert any(_SECRET.search(name) for name in _names(logging_one))


def _is_logging(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("log", "logger")
    )


def _names(node: ast.AST) -> set[str]:
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    names |= {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    return names | {one.arg for one in ast.walk(node) if isinstance(one, ast.keyword) and one.arg}
