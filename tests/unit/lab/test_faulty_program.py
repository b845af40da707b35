"""A program that is the real one until it is told to hang, and again afterwards."""

import os
import subprocess
from pathlib import Path

import pytest

from hanvisa.errors import ConfigurationError
from hanvisa.lab.faulty_program import FaultyProgram


def said() -> str:
    asked = ("echo", "-n", "a word")
    return subprocess.run(asked, check=True, capture_output=True, text=True, timeout=0.5).stdout  # noqa: S603


def test_it_hangs_when_told_to(tmp_path: Path) -> None:
    before = os.environ["PATH"]
    with FaultyProgram("echo", tmp_path / "programs") as program:
        assert said() == "a word"
        assert not program.has_hung
        with program.hanging(), pytest.raises(subprocess.TimeoutExpired):
            said()
        assert program.has_hung
        assert said() == "a word"
    assert os.environ["PATH"] == before


def test_one_that_is_not_installed_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no-such-program is not installed"):
        FaultyProgram("no-such-program", tmp_path / "programs")
