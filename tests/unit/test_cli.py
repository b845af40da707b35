"""The command line: what goes wrong is a sentence and exit code 1, never a trace."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from hanvisa.calls.prompts import Referral, Why
from hanvisa.cli import app
from hanvisa.lab.own import take_speech
from hanvisa.policy.model import Language
from hanvisa.speech.library import SpeechLibrary
from hanvisa.speech.synthesis import EspeakSynthesiser


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv("HANVISA_STATE", str(tmp_path))
    yield tmp_path
    structlog.reset_defaults()


def hanvisa(*words: str) -> Result:
    return CliRunner().invoke(app, words)


COMMANDS = [
    ("token", "create", "--role", "admin", "--name", "me"),
    ("explain", "0"),
    ("greetings", "check"),
    ("backup", "x"),
    ("purge",),
    ("export-person", "x", "y"),
    ("remove-person", "x"),
    ("replay", "--since", "2026-08-01"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_database_that_is_not_there_is_named(words: tuple[str, ...], state: Path) -> None:
    ran = hanvisa(*words)
    assert ran.exit_code == 1
    assert ran.stderr.startswith(f"There is no database {state / 'hanvisa.sqlite'}. Make it with ./dev run")
    assert list(state.iterdir()) == []


@pytest.mark.parametrize(
    "words", [*COMMANDS, ("serve",), ("import", "x"), ("restore", "x"), ("rescue",)], ids=" ".join
)
def test_a_wrong_setting_is_named(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANVISA_LANGUAGE", "xx")
    ran = hanvisa(*words)
    assert ran.exit_code == 1
    assert "HANVISA_LANGUAGE is “xx”" in ran.output


def test_a_token_is_made_when_there_is_a_database(state: Path) -> None:
    (state / "hanvisa.sqlite").touch()
    ran = hanvisa("token", "create", "--role", "admin", "--name", "me")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert len(ran.stdout.strip()) > 20


def test_what_calls_say_and_is_not_there_yet_is_spoken_beforehand(state: Path, spoken: Path) -> None:
    take_speech(spoken, state)
    shutil.copy(spoken / "hanvisa.sqlite", state)
    voice = SpeechLibrary(state, EspeakSynthesiser())
    name = Path(voice.say(Referral("Elsa Hedström", Why.BUSY), Language.SV, datetime.now(UTC)).files[0])
    sound = name.with_suffix(".alaw")
    sound.unlink()
    ran = hanvisa("speak")
    assert (ran.exit_code, ran.stdout) == (0, "Everything can be said.\n")
    assert "1 of 1 pieces are spoken." in ran.stderr
    assert sound.stat().st_size > 4000
