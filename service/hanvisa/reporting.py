"""`hanvisa report`: one report of one month, in one form."""

from __future__ import annotations

import json

from hanvisa.calls.ports import Clock
from hanvisa.config import Settings
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.policy.model import Language
from hanvisa.policy.numbers import NumberPlan
from hanvisa.policy.register import Register
from hanvisa.reports import telling
from hanvisa.reports.catalogue import REPORTS, report_named
from hanvisa.reports.formats import Format
from hanvisa.reports.making import NEEDED, Made, Maker
from hanvisa.reports.months import Month
from hanvisa.reports.pages import page_of
from hanvisa.reports.printing import print_pdf
from hanvisa.reports.reading.source import Limits


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
    report = report_named(name)
    of = Month.read(month) if month else Month.of(clock.now()).before
    database = open_database(settings.database_url)
    directory = SnapshotDirectory(database, clock.now)
    try:
        database.must_exist()
        await directory.refresh(NEEDED)
        made = await maker(settings, database, directory.register).make(report, of, clock.now(), None)
    finally:
        await database.close()
    return await _written(made, form, language, rows=rows)


def maker(settings: Settings, database: Database, register: Register) -> Maker:
    return Maker(
        database,
        register,
        NumberPlan(settings.outside_prefix, settings.outside_prefix_required),
        Limits(settings.greeting_every, settings.details_every),
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
