"""The command line in a process of its own: what it can't read, and where it can't write, it tells in a sentence."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import pytest

from hanvisa.directory.migrations import upgrade

UTF_8 = {"PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{folder / 'hanvisa.sqlite'}"))
    return folder


def hanvisa(
    state: Path,
    *words: str | bytes,
    keyed: bytes = b"",
    into: IO[Any] | int = subprocess.PIPE,
    **variables: str,
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "hanvisa", *words],
        input=keyed,
        env={**os.environ, **UTF_8, "HANVISA_STATE": str(state), **variables},
        stdout=into,
        stderr=subprocess.PIPE,
        check=False,
        start_new_session=True,  # a password is read from here, and from no terminal
    )


@pytest.mark.parametrize(
    "words",
    [("user", "create", "siv"), ("calendars", "password", "hanvisa@kalender.example.org")],
    ids=" ".join,
)
def test_a_password_that_is_not_utf_8_is_told_of_and_not_shown(words: tuple[str, ...], state: Path) -> None:
    ran = hanvisa(state, *words, keyed="grön häst batteri\n".encode("latin-1") * 2)
    assert ran.returncode == 1
    said = ran.stderr.decode()
    assert "The password is not UTF-8. Set the terminal to UTF-8" in said
    assert "Traceback" not in said
    assert "batteri" not in said
