"""A report of a month: its chart, its figures, the rows that each figure is made of, and all of it as files."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hanvisa.reports.model import NONE
from hanvisa.reports.months import Month
from hanvisa.web.pages import documents
from hanvisa.web.pages.follow_up.filters import Filters, months, offered
from hanvisa.web.pages.follow_up.overview import NAMED
from hanvisa.web.pages.follow_up.writing import cell, figure, month, month_id
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import Handler, View
from hanvisa.web.roles import Action
from hanvisa.web.routing import BASE

_ROWS = 100  # on a page


async def report(page: Page) -> web.StreamResponse:
    filters = Filters.asked(page.request).but(of=None)
    made = await page.api.get(_asked(page), **filters.query())
    asked = Month.read(made.month)
    return page.show(
        "follow_up/report.html",
        made=made,
        filters=filters,
        offered=await offered(page.api, filters),
        months=months(page, made.month),
        steps=(asked.before.first, asked.after.first),
        shown=asked.first,
        month=month,
        month_id=month_id,
        figure=figure,
        rows_of=_rows_of,
        name_of=_name_of,
    )


async def rows(page: Page) -> web.StreamResponse:
    filters = Filters.asked(page.request)
    cursor = page.request.query.get("cursor")
    catalogue = await page.api.get("/reports")
    found = await page.api.get(f"{_asked(page)}/rows", **filters.query(), limit=_ROWS, cursor=cursor)
    of = page.request.match_info["report"]
    chosen = [one.chosen_name for one in await offered(page.api, filters)]
    return page.show(
        "follow_up/rows.html",
        report=next(one for one in catalogue.items if one.name == of),
        found=found,
        filters=filters,
        cursor=cursor,
        shown=Month.read(filters.month or catalogue.month).first,
        chosen=[name for name in (*chosen, _of(filters.of, found.items)) if name],
        tells_calls=page.api.who.scope(Action.READ_CALLS, page.api.services.directory.register).everything,
        month=month,
        cell=cell,
    )


async def chart(page: Page) -> web.StreamResponse:
    drawn = await page.api.get(f"{_asked(page)}/chart", **Filters.asked(page.request).query())
    return documents.drawing(drawn)


def _file(form: str) -> Handler:
    async def file(page: Page) -> web.StreamResponse:
        document = await page.api.get(f"{_asked(page)}/{form}", **Filters.asked(page.request).query())
        return documents.file(document)

    return file


def _asked(page: Page) -> str:
    return f"/reports/{page.request.match_info['report']}"


def _rows_of(figure: Any) -> str:
    """The page of what the figure is made of, whose address the API gives."""
    return str(figure.rows).replace(f"{BASE}/reports/", "/follow-up/", 1)


def _name_of(figure: Any) -> str:
    """What the figure is of, else where it belongs, as narrowly as is known."""
    of = figure.of or figure.operation or figure.organisation
    return of if isinstance(of, str) else of.name if of else gettext("none")


def _of(of: str | None, items: list[Any]) -> str:
    """What the rows are of beside their place: the name of an id stands in the rows."""
    named = (one["name"] for row in items for one in row.cells.values() if _is(one, of))
    return "" if of in (None, NONE) else next(named, of or "")


def _is(one: Any, of: str | None) -> bool:
    return isinstance(one, dict) and one.get("id") == of


VIEWS = (
    View("GET", f"/follow-up/{NAMED}", Action.READ_REPORTS, report),
    View("GET", f"/follow-up/{NAMED}/rows", Action.READ_REPORTS, rows),
    View("GET", f"/follow-up/{NAMED}/chart", Action.READ_REPORTS, chart),
    *(
        View("GET", f"/follow-up/{NAMED}/{form}", Action.READ_REPORTS, _file(form))
        for form in ("csv", "rows/csv", "pdf")
    ),
)
