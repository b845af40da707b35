"""A month that has something for each report: every figure of every report leads to its rows, in every form."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import pytest_asyncio

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.tables import (
    AbsenceReasonRow,
    AbsenceRow,
    ExceptionRow,
    ExceptionUseRow,
    ForwardingRow,
    InvoiceLineRow,
    InvoiceRow,
    MessageRow,
)
from hanvisa.policy.model import Language
from hanvisa.reports import telling
from hanvisa.reports.catalogue import REPORTS
from hanvisa.reports.making import narrowed
from hanvisa.reports.model import Chosen, Report
from hanvisa.reports.pages import page_of
from integration.directory.conftest import Templates
from integration.directory.followed_up import (
    AILU_MOBILE,
    AT,
    AUGUST,
    CEARRU_MOBILE,
    call,
    founded,
    id_of,
    made,
    opened,
    referred,
    stage,
)

DAY = timedelta(days=1)
every_report = pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)


def refused(rule: str, person: str | None) -> dict[str, Any]:
    facts = {"person": {"id": str(id_of(person))} if person else None, "touched_by": str(id_of("ulla"))}
    return {"decision": "JoinFacts", "schema": 1, "effect": "refuse", "rules": [rule], "facts": facts}


async def told_of_calls(database: Database) -> None:
    talking, over = stage("Talking"), ("closed", {})
    at_board = stage("AtSwitchboard", switchboard=str(id_of("nora växel")))
    for person, why in (("ailu", "busy"), ("cearru", "absent"), ("cearru", "no_answer")):
        await call(
            database, f"{person} {why}", (0, "opened", opened()), (9, "outcome", referred(person, why))
        )
    await call(
        database,
        "refused",
        (0, "opened", opened(organisation="hällefors")),
        (1, "decision", refused("O2", "ailu")),
        (2, "decision", refused("M4", "cearru")),
        (3, "decision", refused("O2", None)),  # of the organisation, and of no operation
    )
    await call(
        database,
        "answered",
        (1, "stage", at_board),
        (9, "outcome", {"outcome": "operator", "operator": str(id_of("ulla"))}),
        (9, *over),
    )
    for caller in ("ailu", "cearru"):
        await call(
            database,
            f"private of {caller}",
            (0, "opened", opened(caller, private=True)),
            (5, "stage", talking),
            (65, *over),
        )
    await call(
        database,
        "mobile",
        (0, "opened", opened("ailu")),
        (5, "signal", {"type": "with_mobile", "person": str(id_of("ailu"))}),
        (5, "stage", talking),
        (95, *over),
    )


async def registered(database: Database) -> None:
    async with database.changing(SYSTEM) as session:
        for scope, whom in (("person", "ailu"), ("organisation", "nora"), ("everyone", None)):
            row = ExceptionRow(
                scope=scope,
                scope_id=id_of(whom) if whom else None,
                reason="jour i helgen",
                granted_by="chefen",
                starts_at=AT,
                ends_at=AT + DAY,
            )
            session.add(row)
            await session.flush()
            session.add(ExceptionUseRow(exception_id=row.id, call_id=f"by {scope}", at=AT))
        for person, department in (("ailu", None), (None, "Hemtjänsten")):
            session.add(
                MessageRow(
                    person_id=id_of(person) if person else None,
                    department_id=id_of(department) if department else None,
                    caller="+46701740699",
                    state="new",
                    created_at=AT,
                    due_at=AT + DAY,
                )
            )
        session.add(
            ForwardingRow(person_id=id_of("ailu"), target=AILU_MOBILE, starts_at=AT, ends_at=AT + DAY)
        )
        reason = AbsenceReasonRow(
            code="6",
            name_sv="semester",
            name_en="holiday",
            spoken_sv="är borta",
            spoken_en="is away",
            time_kind="date",
        )
        invoice = InvoiceRow(month=str(AUGUST), file="augusti.csv", imported_at=AT)
        session.add_all([reason, invoice])
        await session.flush()
        session.add(
            AbsenceRow(
                person_id=id_of("cearru"),
                reason_id=reason.id,
                starts_at=AT - DAY,
                ends_at=AT + 2 * DAY,
                source="api",
            )
        )
        for line, (number, private) in enumerate(((CEARRU_MOBILE, True), ("+46701740699", False)), start=2):
            session.add(
                InvoiceLineRow(
                    invoice_id=invoice.id,
                    line=line,
                    number=number,
                    at=datetime(2026, 8, 6, 8, tzinfo=UTC),
                    seconds=60,
                    private=private,
                )
            )


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def templates_of_all(request: pytest.FixtureRequest) -> Templates:
    found: Templates = request.getfixturevalue(f"{request.param}_templates")
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def busy_url(templates_of_all: Templates, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Made once: these tests only read."""
    url = templates_of_all.with_tables(tmp_path_factory.mktemp("busy"))
    database = open_database(url)
    await founded(database)
    await told_of_calls(database)
    await registered(database)
    await database.close()
    return url


@pytest.fixture
async def busy(busy_url: str) -> AsyncIterator[Database]:
    database = open_database(busy_url)
    yield database
    await database.close()


@every_report
async def test_every_figure_of_every_report_leads_to_its_rows(busy: Database, report: Report) -> None:
    """F1. Asked for as the API is asked: what a figure counts are those rows and no others; each counts once."""
    whole = await made(busy, report.name)
    assert whole.figures, "the month has nothing for this report"
    found: Counter[int] = Counter()
    for figure in whole.figures:
        asked = dict(parse_qsl(urlsplit(telling.rows_address(whole, figure)).query))
        assert asked.pop("month") == "2026-08"
        led_to = narrowed(whole, None, Chosen(**asked))
        assert (led_to.figures, led_to.total) == ((figure,), figure.values)
        found.update(map(id, led_to.rows))
    assert found == Counter(map(id, whole.rows))


@every_report
async def test_every_report_is_told_in_json_and_csv(busy: Database, report: Report) -> None:
    whole = await made(busy, report.name)
    for language in Language:
        shown = telling.figures_json(whole, language)
        assert [tuple(one["values"].values()) for one in shown["figures"]] == [
            tuple(
                telling.rounded(value, measure.unit)
                for value, measure in zip(figure.values, report.measures, strict=True)
            )
            for figure in whole.figures
        ]
        rows = [telling.row_json(whole, row, language)["cells"] for row in whole.rows]
        assert all(list(row) == [column.name for column in report.columns] for row in rows)
        for content, many in (
            (telling.figures_csv(whole, language), whole.figures),
            (telling.rows_csv(whole, language), whole.rows),
        ):
            header, *lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
            assert len(lines) == len(many)
            assert {len(line) for line in lines} == {len(header)}
            assert {line[0] for line in lines} == {"2026-08"}


@every_report
async def test_every_report_is_a_page_with_a_chart_its_figures_and_its_rows(
    busy: Database, report: Report
) -> None:
    """What a PDF is made of; how one is printed and tagged: tests/unit/web/test_reports.py."""
    whole = await made(busy, report.name)
    page = page_of([whole], Language.SV)
    assert len(page.charts[0]) == len(whole.figures)
    assert all(bar["label"] and bar["shown"] for bar in page.charts[0])
    lines = [telling.figure_texts(whole, figure, Language.SV) for figure in whole.figures]
    lines += [telling.row_texts(whole, row, Language.SV) for row in whole.rows]
    for cell in (report.title.sv, *(cell for line in lines for cell in line)):
        assert escape(cell) in page.html
