"""All reports with a month's key figure each. Each figure comes by itself: some take longer than others."""

from __future__ import annotations

from aiohttp import web

from hanvisa.reports.months import Month
from hanvisa.web.pages.follow_up.filters import Filters, months, offered
from hanvisa.web.pages.follow_up.writing import figure, month, month_id
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import View
from hanvisa.web.roles import Action

NAMED = "{report:[a-z-]+}"


async def overview(page: Page) -> web.StreamResponse:
    filters = Filters.asked(page.request).but(of=None)
    catalogue = await page.api.get("/reports")
    asked = Month.read(filters.month or catalogue.month)
    return page.show(
        "follow_up/overview.html",
        reports=catalogue.items,
        filters=filters,
        offered=await offered(page.api, filters),
        shown=asked.first,
        before=asked.before.first,
        months=months(page, str(asked)),
        month=month,
        month_id=month_id,
    )


async def key_figure(page: Page) -> web.StreamResponse:
    """The row of one report: its key figure of the month and of the one before."""
    filters = Filters.asked(page.request).but(of=None)
    path = f"/reports/{page.request.match_info['report']}"
    made = await page.api.get(path, **filters.query())
    before = await page.api.get(path, **filters.but(month=str(Month.read(made.month).before)).query())
    return page.show(
        "follow_up/key_figure_part.html", made=made, before=before, filters=filters, figure=figure
    )


VIEWS = (
    View("GET", "/follow-up", Action.READ_REPORTS, overview),
    View("GET", f"/follow-up/{NAMED}/key-figure", Action.READ_REPORTS, key_figure),
)
