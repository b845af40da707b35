"""Follow-up on the pages (F1): each sees their own, figures lead to rows, and all of it can be kept as files."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.reports.catalogue import REPORTS
from unit.web.pages.visiting import Visitor
from unit.web.town import NOW, Town, id_of

MONTH = "month=2026-08"
ADMIN = {"role": "admin"}
REPORT = "/follow-up/unreferred-absences"


def head_of(operation: str) -> dict[str, Any]:
    return {"role": "head", "scope": {"kind": "operation", "id": str(id_of(operation))}}


@pytest.fixture
async def unanswered(town: Town) -> None:
    """Siv of the school did not answer three callers, Olle of the care one; calls begin at no whole second."""
    began = NOW + timedelta(microseconds=482913)
    entries = []
    for number, name in enumerate(("siv", "siv", "siv", "olle")):
        data: dict[str, Any] = {
            "outcome": "referred",
            "why": "busy",
            "person": str(id_of(name)),
            "unreferred": True,
        }
        entries.append(CallEntry(f"call-{number}", 1, began + timedelta(minutes=number), "outcome", data))
    await CallRecords(town.database).append(entries)


async def signed_in(town: Town, person: str, *roles: dict[str, Any]) -> Visitor:
    visitor = await Visitor.known(town, person, *roles)
    await visitor.signs_in()
    return visitor


async def test_the_overview_has_every_report_and_its_key_figure_beside_the_month_before(
    town: Town, unanswered: None
) -> None:
    admin = await signed_in(town, "nils", ADMIN)
    page = await admin.page("/follow-up")
    assert "Uppföljning – juli 2026" in page, "the last whole month"
    assert all(report.title.sv in page for report in REPORTS)
    asked = re.findall(r'hx-get="([^"]+)"', await admin.page(f"/follow-up?{MONTH}"))
    assert len(asked) == len(REPORTS)
    row = await admin.page(unescape(asked[0]))
    assert "<strong>4</strong>" in row
    assert '<td class="number">0</td>' in row, "in July"


async def test_every_report_has_its_page_and_its_rows(town: Town, unanswered: None) -> None:
    admin = await signed_in(town, "nils", ADMIN)
    for report in REPORTS:
        assert report.meaning.sv in unescape(await admin.page(f"/follow-up/{report.name}?{MONTH}"))
        await admin.page(f"/follow-up/{report.name}/rows?{MONTH}")
        await admin.page(f"/follow-up/{report.name}/key-figure?{MONTH}")


async def test_a_figure_leads_to_its_rows_and_the_filters_stay(town: Town, unanswered: None) -> None:
    admin = await signed_in(town, "nils", ADMIN)
    page = await admin.page(f"{REPORT}?{MONTH}")
    assert f'src="{REPORT}/chart?{MONTH}"' in page
    assert "Stapeldiagram: Ohänvisade. Samma siffror står i tabellen." in page
    of_olle, of_siv = (unescape(one) for one in re.findall(r'href="([^"]+/rows\?[^"]+&amp;of=[^"]+)"', page))
    rows = await admin.page(of_siv)
    assert rows.count("<td>upptaget</td>") == 3
    assert "<strong>Skola, Siv Åkerström</strong>" in rows.replace("Hällefors kommun, ", "")
    assert "onsdag" not in rows, "that day is today"
    assert "idag 10:02" in rows
    assert rows.count("Olle Ek") == 0
    assert (await admin.page(of_olle)).count("<td>upptaget</td>") == 1
    care = f"{REPORT}?{MONTH}&operation={id_of('Omsorg')}"
    page = await admin.page(care)
    assert f'<option value="{id_of("Omsorg")}" selected>Omsorg</option>' in page
    assert "Siv Åkerström" not in page
    for form in ("chart", "pdf", "csv", "rows/csv"):
        assert f"{REPORT}/{form}?{MONTH}&amp;operation={id_of('Omsorg')}" in page


async def test_a_head_sees_their_own_and_is_not_asked_which(town: Town, unanswered: None) -> None:
    """F1."""
    head = await signed_in(town, "anna", head_of("Skola"))
    page = await head.page(f"{REPORT}?{MONTH}")
    assert "Siv Åkerström" in page
    assert "Olle Ek" not in page
    assert 'name="operation"' not in page
    assert "Inget att redovisa." in await head.page(f"{REPORT}?{MONTH}&operation={id_of('Omsorg')}")


async def test_a_head_of_two_chooses_between_them(town: Town) -> None:
    head = await signed_in(town, "anna", head_of("Skola"), head_of("Omsorg"))
    page = await head.page("/follow-up")
    assert re.findall(r'<optgroup label="([^"]+)">', page) == ["Hällefors kommun"]
    assert "Nora skola" not in page
    assert 'name="organisation"' not in page


async def test_nobody_else_sees_any_and_none_is_offered_them(town: Town) -> None:
    operator = await signed_in(town, "olle", {"role": "operator"})
    for path in ("/follow-up", REPORT, f"{REPORT}/rows", f"{REPORT}/csv", f"{REPORT}/chart"):
        refused = await operator.get(path)
        assert refused.status == 403
    assert 'href="/follow-up"' not in await refused.text()


async def test_files_are_in_the_language_of_the_pages(town: Town, unanswered: None) -> None:
    head = await signed_in(town, "anna", head_of("Skola"))
    answer = await head.get(f"{REPORT}/csv?{MONTH}")
    assert "unreferred-absences-2026-08.csv" in answer.headers["Content-Disposition"]
    lines = (await answer.read()).decode("utf-8-sig").splitlines()
    assert lines[1:] == ["2026-08;Hällefors kommun;Skola;;Siv Åkerström;3"]
    assert lines[0].startswith("Månad;")
    await head.post("/language", language="en", to="/")
    answer = await head.get(f"{REPORT}/rows/csv?{MONTH}")
    assert (await answer.read()).decode("utf-8-sig").startswith("Month;")
    chart = await head.get(f"{REPORT}/chart?{MONTH}")
    assert (chart.content_type, chart.headers["Cache-Control"]) == ("image/svg+xml", "no-store")
    assert chart.headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_what_is_no_month_no_report_and_no_cursor_is_told(town: Town) -> None:
    admin = await signed_in(town, "nils", ADMIN)
    for path, status in (
        ("/follow-up?month=2026-13", 422),
        (f"{REPORT}?month=13", 422),
        (f"{REPORT}/rows?cursor=x", 422),
        ("/follow-up/no-such-report", 404),
        ("/follow-up/no-such-report/rows", 404),
        ("/follow-up/a%2Fb", 404),
    ):
        assert (await admin.get(path)).status == status, path


async def test_many_rows_come_page_by_page(town: Town) -> None:
    data = {"outcome": "referred", "why": "busy", "person": str(id_of("siv")), "unreferred": True}
    entries = [
        CallEntry(f"call-{number:03}", 1, NOW + timedelta(seconds=number), "outcome", data)
        for number in range(101)
    ]
    await CallRecords(town.database).append(entries)
    admin = await signed_in(town, "nils", ADMIN)
    first = await admin.page(f"{REPORT}/rows?{MONTH}")
    [more] = re.findall(r'rel="next" href="([^"]+)"', first)
    assert first.count("<td>upptaget</td>") == 100
    assert (await admin.page(unescape(more))).count("<td>upptaget</td>") == 1
