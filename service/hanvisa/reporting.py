"""`hanvisa report` and `hanvisa mail-reports`: a report of a month, and all by mail to those responsible."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hanvisa.calls.ports import Clock
from hanvisa.config import Settings
from hanvisa.directory.existing import existing_database
from hanvisa.directory.imports.invoice import import_invoice, read_columns
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.errors import ConfigurationError
from hanvisa.mail.sending import Server
from hanvisa.policy.model import Language, Text
from hanvisa.policy.numbers import NumberPlan
from hanvisa.reports import telling
from hanvisa.reports.catalogue import REPORTS, report_named
from hanvisa.reports.formats import Format
from hanvisa.reports.making import NEEDED, Made, Maker
from hanvisa.reports.model import Column, Measure
from hanvisa.reports.monthly import Mailed, mail_reports
from hanvisa.reports.months import Month
from hanvisa.reports.pages import page_of
from hanvisa.reports.printing import print_pdf
from hanvisa.reports.reading.source import Limits
from hanvisa.run_time import in_force


def list_reports(language: Language) -> str:
    width = max(len(report.name) for report in REPORTS)
    return "\n".join(f"{report.name:<{width}}  {report.meaning.in_(language)}" for report in REPORTS)


def teach(name: str, language: Language) -> str:
    """What a report tells, and how to ask for it; without a name which there are. Raises NotFound."""
    if not name:
        return f"{_THERE_ARE.in_(language)}\n\n{list_reports(language)}\n\n{_MORE.in_(language)}"
    report = report_named(name, language)
    by = (*telling.PLACE, *((report.by,) if report.by else ()))
    lines = (
        (_COUNTS, report.measures),
        (_FOR_EACH, by),
        (_ROWS, report.columns),
    )
    told = "\n".join(
        f"{what.in_(language)} {', '.join(_title(one).in_(language) for one in ones)}."
        for what, ones in lines
    )
    head = f"{report.title.in_(language)} ({', '.join(report.rules)})"
    return f"{head}\n{report.meaning.in_(language)}\n\n{told}\n\n{_EXAMPLES.in_(language).format(name=name)}"


async def write_report(
    settings: Settings,
    clock: Clock,
    name: str,
    *,
    month: str,
    form: Format,
    language: Language,
    rows: bool = False,
) -> bytes:
    """``month`` "" is the last whole one. Raises NotFound, InvalidInput, StorageError and PrintingError."""
    report, of = report_named(name, language), _month(month, clock, language)
    async with _maker(settings, clock) as maker:
        made = await maker.make(report, of, clock.now())
    return await _written(made, form, language, rows=rows)


async def mail_monthly(settings: Settings, server: Server | None, clock: Clock, month: str) -> list[Mailed]:
    """To each responsible who has not had that month's. Raises ConfigurationError without a mail server."""
    if server is None:
        raise ConfigurationError("There is no mail server. Set HANVISA_SMTP_HOST to send reports by mail.")
    of = _month(month, clock, Language.EN)
    async with _maker(settings, clock) as maker:
        return await mail_reports(maker, server, settings.smtp_from, of, clock.now())


async def take_in_invoice(
    settings: Settings, file: Path, *, month: str, columns: str, language: Language, replace: bool
) -> int:
    """How many lines were. Raises InvalidInput (ImportRefused) and StorageError: then nothing was."""
    of, which = Month.read(month, language), read_columns(columns or settings.invoice_columns, language)
    async with existing_database(settings.database_url) as database:
        return await import_invoice(database, file, str(of), which, replace=replace)


def _title(one: Measure | Column | Text) -> Text:
    return one if isinstance(one, Text) else one.title


def _month(written: str, clock: Clock, language: Language) -> Month:
    return Month.read(written, language) if written else Month.of(clock.now()).before


@asynccontextmanager
async def _maker(settings: Settings, clock: Clock) -> AsyncIterator[Maker]:
    async with existing_database(settings.database_url) as database:
        directory = SnapshotDirectory(database, clock.now)
        await directory.refresh({*NEEDED, "settings"})
        current = in_force(settings, directory.register.settings.rows)
        yield Maker(
            database,
            directory.register,
            NumberPlan(settings.outside_prefix, settings.outside_prefix_required),
            Limits(current.greeting_every, current.details_every),
        )


async def _written(made: Made, form: Format, language: Language, *, rows: bool) -> bytes:
    match form:
        case Format.PDF:
            return await print_pdf(page_of([made], language))
        case Format.CSV:
            return telling.rows_csv(made, language) if rows else telling.figures_csv(made, language)
        case Format.JSON:
            told = telling.figures_json(made, language)
            if rows:
                told["rows"] = [telling.row_json(made, row, language) for row in made.rows]
            return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


_THERE_ARE = Text("Rapporterna:", "The reports:")
_MORE = Text(
    "Vad en av dem visar: hanvisa report NAMN --help. Allt om dem: docs/reports.md.",
    "What one of them tells: hanvisa report NAME --help. All about them: docs/reports.md.",
)
_COUNTS = Text("Siffror:", "Figures:")
_FOR_EACH = Text("För varje:", "For each:")
_ROWS = Text("Varje siffras underlag (--rows):", "What each figure is made of (--rows):")
_EXAMPLES = Text(
    """Den senaste hela månaden:   hanvisa report {name}
Att skriva ut:              hanvisa report {name} --month 2026-08 --format pdf --output {name}.pdf
För ett kalkylblad:         hanvisa report {name} --format csv --rows --output {name}.csv""",
    """The last whole month:   hanvisa report {name}
To print:               hanvisa report {name} --month 2026-08 --format pdf --output {name}.pdf
For a spreadsheet:      hanvisa report {name} --format csv --rows --output {name}.csv""",
)
