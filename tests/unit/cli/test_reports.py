"""Reports on the command line: which there are, what each tells, and in which forms it is written."""

import json
import shutil
from pathlib import Path

import pytest

from hanvisa.reports.catalogue import REPORTS
from unit.cli.command_line import hanvisa


def test_the_reports_are_listed() -> None:
    listed = hanvisa("report", "--language", "en")
    assert listed.exit_code == 0
    assert listed.stdout.startswith("unreferred-absences ")
    assert "operations-without-telephone-manager  Operations that have no telephone manager" in listed.stdout


def test_the_help_of_report_teaches_which_there_are_and_what_each_tells() -> None:
    told = hanvisa("report", "--help", "--language", "en")
    assert told.exit_code == 0
    assert "--month" in told.stdout
    assert all(f"\n{report.name} " in told.stdout for report in REPORTS)
    assert told.stdout.endswith("hanvisa report NAME --help. All about them: docs/reports.md.\n")
    for report in REPORTS:
        about = hanvisa("report", report.name, "--help", "--language", "en").stdout
        assert f"{report.title.en} ({', '.join(report.rules)})\n{report.meaning.en}\n" in about
        assert all(one.title.en in about for one in (*report.measures, *report.columns))
        assert f"hanvisa report {report.name} --month 2026-08 --format pdf" in about
    assert "Att skriva ut:" in hanvisa("report", "refusals", "--help").stdout
    assert hanvisa("report", "nothing", "--help").stderr.startswith("Det finns ingen rapport “nothing”.")


@pytest.mark.parametrize(
    ("words", "sv", "en"),
    [
        (
            ("report", "nothing"),
            "Det finns ingen rapport “nothing”. Det finns unreferred-absences,",
            "There is no report “nothing”. There are unreferred-absences,",
        ),
        (
            ("report", "refusals", "--month", "august"),
            "“august” är ingen månad. Skriv den som 2026-08.",
            "“august” is no month. Write it as 2026-08.",
        ),
        (("invoice", "x.csv", "--month", "2026"), "“2026” är ingen månad.", "“2026” is no month."),
        (
            ("invoice", "x.csv", "--month", "2026-08", "--columns", "nummer=A"),
            "“nummer=A” anger ingen kolumn.",
            "“nummer=A” names no column.",
        ),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_report_is_said(words: tuple[str, ...], sv: str, en: str) -> None:
    for more, why in (((), sv), (("--language", "en"), en)):
        ran = hanvisa(*words, *more)
        assert ran.exit_code == 1
        assert ran.stderr.startswith(why)


def test_reports_are_mailed_by_a_mail_server() -> None:
    assert hanvisa("mail-reports").stderr.startswith("There is no mail server. Set HANVISA_SMTP_HOST")


def test_each_report_is_written(state: Path, tables: Path) -> None:
    shutil.copy(tables, state)
    for report in REPORTS:
        ran = hanvisa("report", report.name, "--month", "2026-08", "--rows")
        assert (ran.exit_code, ran.stderr) == (0, ""), report.name
        told = json.loads(ran.stdout)
        assert (told["name"], told["month"], told["rows"]) == (report.name, "2026-08", [])


def test_a_report_is_written_in_each_form(state: Path, tables: Path) -> None:
    shutil.copy(tables, state)
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
