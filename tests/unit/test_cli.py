"""The command line: what goes wrong is a sentence and exit code 1, never a trace."""

import json
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
    ("report", "refusals"),
    ("invoice", "no.csv", "--month", "2026-08"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_database_that_is_not_there_is_named(words: tuple[str, ...], state: Path) -> None:
    ran = hanvisa(*words)
    assert ran.exit_code == 1
    assert ran.stderr.startswith(f"There is no database {state / 'hanvisa.sqlite'}. Make it with ./dev run")
    assert list(state.iterdir()) == []


@pytest.mark.parametrize("words", [*COMMANDS, ("serve",), ("import", "x"), ("rescue",)], ids=" ".join)
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


def test_the_reports_are_listed() -> None:
    listed = hanvisa("report", "--language", "en")
    assert listed.exit_code == 0
    assert listed.stdout.startswith("unreferred-absences ")
    assert "operations-without-telephone-manager  Operations that have no telephone manager" in listed.stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("report", "nothing"), "There is no report “nothing”. There are unreferred-absences,"),
        (("report", "refusals", "--month", "august"), "“august” is no month. Write it as 2026-08."),
        (("invoice", "x.csv", "--month", "2026"), "“2026” is no month."),
        (("invoice", "x.csv", "--month", "2026-08", "--columns", "nummer=A"), "“nummer=A” names no column."),
        (("mail-reports",), "There is no mail server. Set HANVISA_SMTP_HOST"),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_report_is_said(words: tuple[str, ...], why: str) -> None:
    ran = hanvisa(*words)
    assert ran.exit_code == 1
    assert ran.stderr.startswith(why)


def test_a_report_is_written_in_each_form(state: Path) -> None:
    (state / "hanvisa.sqlite").touch()
    told = hanvisa("report", "stale-details", "--month", "2026-08", "--rows")
    assert (told.exit_code, told.stderr) == (0, "")
    report = json.loads(told.stdout)
    assert (report["month"], report["total"], report["rows"]) == ("2026-08", {"persons": 0}, [])
    for form, begins in (("csv", b"\xef\xbb\xbfM\xc3\xa5nad;"), ("pdf", b"%PDF-")):
        file = state / f"report.{form}"
        ran = hanvisa("report", "stale-details", "--format", form, "--output", str(file))
        assert (ran.exit_code, ran.output) == (0, "")
        assert file.read_bytes().startswith(begins)
    unwritable = hanvisa("report", "stale-details", "--output", str(state / "no" / "folder"))
    assert unwritable.exit_code == 1
    assert unwritable.stderr.endswith("can't be written: No such file or directory.\n")
