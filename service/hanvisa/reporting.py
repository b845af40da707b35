"""`hanvisa report` and `hanvisa mail-reports`: a report of a month, and all by mail to those responsible."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hanvisa.calls.ports import Clock
from hanvisa.config import Settings
from hanvisa.directory.engine import open_database
from hanvisa.directory.imports.invoice import import_invoice, read_columns
from hanvisa.directory.migrations import upgrade
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.errors import ConfigurationError
from hanvisa.policy.model import Language
from hanvisa.policy.numbers import NumberPlan
from hanvisa.reports import telling
from hanvisa.reports.catalogue import REPORTS, report_named
from hanvisa.reports.formats import Format
from hanvisa.reports.making import NEEDED, Made, Maker
from hanvisa.reports.monthly import Mailed, Server, mail_reports
from hanvisa.reports.months import Month
from hanvisa.reports.pages import page_of
from hanvisa.reports.printing import print_pdf
from hanvisa.reports.reading.source import Limits
from hanvisa.run_time import in_force


def list_reports(language: Language) -> str:
    width = max(len(report.name) for report in REPORTS)
    return "\n".join(f"{report.name:<{width}}  {report.meaning.in_(language)}" for report in REPORTS)


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
    report, of = report_named(name), _month(month, clock)
    async with _maker(settings, clock) as maker:
        made = await maker.make(report, of, clock.now())
    return await _written(made, form, language, rows=rows)


async def mail_monthly(settings: Settings, server: Server | None, clock: Clock, month: str) -> list[Mailed]:
    """To each responsible who has not had that month's. Raises ConfigurationError without a mail server."""
    if server is None:
        raise ConfigurationError("There is no mail server. Set HANVISA_SMTP_HOST to send reports by mail.")
    of = _month(month, clock)
    async with _maker(settings, clock) as maker:
        return await mail_reports(maker, server, settings.smtp_from, of, clock.now())


async def take_in_invoice(settings: Settings, file: Path, *, month: str, columns: str, replace: bool) -> int:
    """How many lines were. Raises InvalidInput (ImportRefused), Conflict and StorageError: then nothing was."""
    of, which = Month.read(month), read_columns(columns or settings.invoice_columns)
    database = open_database(settings.database_url)
    try:
        database.must_exist()
        await upgrade(settings.database_url)
        return await import_invoice(database, file, str(of), which, replace=replace)
    finally:
        await database.close()


def _month(written: str, clock: Clock) -> Month:
    return Month.read(written) if written else Month.of(clock.now()).before


@asynccontextmanager
async def _maker(settings: Settings, clock: Clock) -> AsyncIterator[Maker]:
    database = open_database(settings.database_url)
    directory = SnapshotDirectory(database, clock.now)
    try:
        database.must_exist()
        await upgrade(settings.database_url)
        await directory.refresh({*NEEDED, "settings"})
        current = in_force(settings, directory.register.settings.rows)
        yield Maker(
            database,
            directory.register,
            NumberPlan(settings.outside_prefix, settings.outside_prefix_required),
            Limits(current.greeting_every, current.details_every),
        )
    finally:
        await database.close()


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
