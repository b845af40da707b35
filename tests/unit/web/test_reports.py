"""Reports by the API: whose they are, figures that lead to their rows, CSV and a printable PDF."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import delete

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.tables import CallEventRow, ExceptionRow
from hanvisa.errors import PrintingError
from hanvisa.reports.apart import run_apart
from hanvisa.reports.catalogue import REPORTS
from hanvisa.reports.model import NOWHERE, Row
from hanvisa.reports.sheets import to_csv
from hanvisa.web.report_rows import page_of_rows
from hanvisa.web.routing import BASE
from unit.web.printed import HEADED_TABLE, structure_of, text_of
from unit.web.town import ANNA_MOBILE, NOW, Town, id_of, problem

MONTH = "?month=2026-08"


def referred(call: str, name: str, minute: int) -> CallEntry:
    """They did not answer."""
    data: dict[str, Any] = {
        "outcome": "referred",
        "why": "busy",
        "person": str(id_of(name)),
        "unreferred": True,
    }
    return CallEntry(call, 1, NOW + timedelta(minutes=minute), "outcome", data)


@pytest.fixture
async def followed_up(town: Town) -> Town:
    """Siv of the school did not answer three callers, Olle of the care one."""
    entries = [
        referred(f"call-{number}", name, minute=number)
        for number, name in enumerate(("siv", "siv", "siv", "olle"))
    ]
    await CallRecords(town.database).append(entries)
    return town


async def test_all_reports_are_listed(town: Town) -> None:
    listed = await town.get("/reports")
    assert [one["name"] for one in listed["items"]] == [report.name for report in REPORTS]
    assert listed["month"] == "2026-07", "the last whole one"


async def test_a_figure_leads_to_its_rows(followed_up: Town) -> None:
    report = await followed_up.get(f"/reports/unreferred-absences{MONTH}")
    assert (report["month"], report["total"]) == ("2026-08", {"absences": 4})
    assert isinstance(report["total"]["absences"], int), "a count is told as one"
    of_olle, of_siv = report["figures"]
    assert (of_olle["of"]["name"], of_olle["values"]) == ("Olle Ek", {"absences": 1})
    assert (of_siv["of"]["name"], of_siv["values"]) == ("Siv Åkerström", {"absences": 3})
    assert of_siv["operation"] == {"id": str(id_of("Skola")), "name": "Skola"}
    path = f"{of_siv['rows'].removeprefix(BASE)}&limit=2"
    first = await followed_up.get(path)
    second = await followed_up.get(f"{path}&cursor={first['next']}")
    told = [row["cells"] for row in first["items"] + second["items"]]
    assert [cells["call"] for cells in told] == ["call-0", "call-1", "call-2"]
    assert told[0]["at"] == "2026-08-05T10:00:00+02:00"
    assert told[0]["why"] == "busy"
    assert second["next"] is None


ROWS = "/reports/unreferred-absences/rows?month=2026-08&limit=2"


async def test_rows_come_once_though_some_come_in_meanwhile(followed_up: Town) -> None:
    """Of another node's outbox, or one that waited for the database."""
    first = await followed_up.get(ROWS)
    before_them = referred("late", "siv", minute=-5)
    await CallRecords(followed_up.database).append([before_them])
    second = await followed_up.get(f"{ROWS}&cursor={first['next']}")
    told = [row["cells"]["call"] for row in first["items"] + second["items"]]
    assert told == ["call-0", "call-1", "call-2", "call-3"]


def test_rows_that_are_just_alike_all_come() -> None:
    rows = tuple(Row(NOWHERE, (name,)) for name in ("anna", "siv", "siv", "siv", "olle"))
    told: list[Row] = []
    cursor = None
    for _ in rows:
        page = page_of_rows(rows, 1, cursor)
        told += page.items
        cursor = page.next
    assert (tuple(told), cursor) == (rows, None)


async def test_a_cursor_whose_row_is_gone_is_refused(followed_up: Town) -> None:
    first = await followed_up.get(ROWS)
    async with followed_up.database.changing(SYSTEM) as session:
        await session.execute(delete(CallEventRow).where(CallEventRow.call_id == "call-1"))
    told = await problem(await followed_up.ask("GET", f"{ROWS}&cursor={first['next']}"), 422)
    assert [one["where"] for one in told["errors"]] == ["cursor"]
    assert "no longer there" in told["detail"]


async def test_a_figure_of_no_operation_leads_to_its_rows_and_no_others(town: Town) -> None:
    """An exception for everyone, and one for Anna's mobile, who belongs to the school."""
    async with town.database.changing(SYSTEM) as session:
        for scope, number in (("everyone", None), ("number", ANNA_MOBILE)):
            session.add(
                ExceptionRow(
                    scope=scope,
                    number=number,
                    reason="jour i helgen",
                    granted_by="chefen",
                    starts_at=NOW,
                    ends_at=NOW + timedelta(days=1),
                )
            )
    report = await town.get(f"/reports/exceptions{MONTH}")
    of_nobody = next(one for one in report["figures"] if one["operation"] is None)
    assert "organisation=none&operation=none&cost_centre=none" in of_nobody["rows"]
    led_to = await town.get(of_nobody["rows"].removeprefix(BASE))
    assert [row["cells"]["scope"] for row in led_to["items"]] == ["everyone"]
    refused = await problem(await town.ask("GET", "/reports/exceptions?operation=nobody"), 422)
    assert refused["errors"][0]["where"] == "operation"


async def test_the_last_whole_month_is_told_unless_another_is_asked_for(followed_up: Town) -> None:
    assert (await followed_up.get("/reports/unreferred-absences"))["month"] == "2026-07"


async def test_a_head_sees_their_own_and_no_other(followed_up: Town) -> None:
    """F1."""
    report = await followed_up.get(f"/reports/unreferred-absences{MONTH}", who="head")
    assert report["total"] == {"absences": 3}
    care = f"{MONTH}&operation={id_of('Omsorg')}"
    rows = await followed_up.get(f"/reports/unreferred-absences/rows{care}", who="head")
    assert rows == {"items": [], "next": None}
    assert (await followed_up.get(f"/reports/unreferred-absences{care}"))["total"] == {"absences": 1}


@pytest.mark.parametrize("who", ["manager", "operator", "superuser", "person"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "/refusals",
        "/refusals/rows",
        "/refusals/chart",
        "/refusals/csv",
        "/refusals/rows/csv",
        "/refusals/pdf",
    ],
)
async def test_nobody_else_sees_any(town: Town, who: str, path: str) -> None:
    await problem(await town.ask("GET", f"/reports{path}", who=who), 403)


async def test_a_report_that_is_none_and_a_month_that_is_none(town: Town) -> None:
    await problem(await town.ask("GET", "/reports/no-such-report"), 404)
    for month in ("2026-13", "26-08", "2026-08-01"):
        await problem(await town.ask("GET", f"/reports/refusals?month={month}"), 422)
    await problem(await town.ask("GET", "/reports/refusals/rows?cursor=WyJ4Il0"), 422)


async def test_csv_opens_in_a_spreadsheet_and_has_no_formulas(town: Town) -> None:
    async with town.database.changing(SYSTEM) as session:
        session.add(
            ExceptionRow(
                scope="number",
                number="+46701740605",
                reason="=HYPERLINK(1);@jour\nÅäö Ŋáhkká",
                granted_by="-chefen",
                starts_at=NOW,
                ends_at=NOW + timedelta(days=1),
            )
        )
    answer = await town.ask("GET", f"/reports/exceptions/rows/csv{MONTH}", language="sv")
    content = await answer.read()
    assert answer.content_type == "text/csv"
    assert "exceptions-2026-08-rows.csv" in answer.headers["Content-Disposition"]
    header, line = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    told = dict(zip(header, line, strict=True))
    assert content.startswith(b"\xef\xbb\xbf")
    assert (told["Månad"], told["Verksamhet"]) == ("2026-08", "Skola")
    assert told["Vem"] == "'+46701740605"
    assert told["Skäl"] == "'=HYPERLINK(1);@jour\nÅäö Ŋáhkká"
    assert told["Beviljat av"] == "'-chefen"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1"])
def test_a_cell_that_looks_like_a_formula_is_text(cell: str) -> None:
    header, line = csv.reader(io.StringIO(to_csv([cell], [[cell]]).decode("utf-8-sig"), newline=""))
    assert header == line == [f"'{cell}"]


@pytest.mark.parametrize("cell", ["", "å", "a=1", 'a;"b"', "'=1", "a\r\n=1"])
def test_any_other_cell_is_as_it_was(cell: str) -> None:
    _, line = csv.reader(
        io.StringIO(to_csv(["a"], [[cell, "b"]]).decode("utf-8-sig"), newline=""), delimiter=";"
    )
    assert line == [cell, "b"]


async def test_figures_as_csv(followed_up: Town) -> None:
    answer = await followed_up.ask("GET", f"/reports/unreferred-absences/csv{MONTH}", language="sv")
    lines = (await answer.read()).decode("utf-8-sig").splitlines()
    assert lines == [
        "Månad;Organisation;Verksamhet;Kostnadsställe;Person;Ohänvisade",
        "2026-08;Hällefors kommun;Omsorg;;Olle Ek;1",
        "2026-08;Hällefors kommun;Skola;;Siv Åkerström;3",
    ]


async def test_a_pdf_is_tagged_and_has_the_figures_and_the_rows(followed_up: Town) -> None:
    answer = await followed_up.ask("GET", f"/reports/unreferred-absences/pdf{MONTH}", language="sv")
    assert (answer.status, answer.content_type) == (200, "application/pdf")
    document = PdfReader(io.BytesIO(await answer.read()))
    assert document.trailer["/Root"]["/Lang"] == "sv"
    kinds, described = structure_of(document)
    assert kinds >= {*HEADED_TABLE, "/H2", "/Figure"}
    assert described == ["Stapeldiagram: Ohänvisade. Samma siffror står i tabellen."]
    text = text_of(document)
    assert "Ohänvisad frånvaro" in text
    assert "Siv Åkerström" in text
    assert document.metadata is not None
    assert document.metadata.title == "Uppföljning av telefonin 2026-08"


async def test_the_chart_is_a_drawing_of_what_the_asker_may_see(followed_up: Town) -> None:
    answer = await followed_up.ask("GET", f"/reports/unreferred-absences/chart{MONTH}", who="head")
    assert (answer.status, answer.content_type) == (200, "image/svg+xml")
    drawn = await answer.text()
    assert drawn.startswith("<?xml")
    assert "Siv Åkerström: 3" in drawn
    assert "Olle Ek" not in drawn


async def test_what_is_made_apart_and_fails_says_why() -> None:
    with pytest.raises(PrintingError, match="JSONDecodeError"):
        await run_apart("hanvisa.reports.drawing", b"no bars")
