"""The departments that one answers for: the empty days to come, before they come (G3), and the alarms of those."""

from __future__ import annotations

from aiohttp import web

from hanvisa.web.pages.departments.reading import choices, do, every
from hanvisa.web.pages.departments.weeks import week_of
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.roles import Action

DAYS = 28  # ahead


async def overview(page: Page) -> web.StreamResponse:
    """By operation, those with a day on which nobody answers first."""
    chosen = page.request.query.get("operation")
    departments = (await page.api.get("/staffing", days=DAYS, operation=chosen)).items
    operations = {one.operation.id: one.operation.name for one in departments}
    by_operation = {
        name: [one for one in departments if one.operation.id == id_] for id_, name in operations.items()
    }
    return page.show(
        "departments/overview.html",
        ids={name: id_ for id_, name in operations.items()},
        by_operation=by_operation,
        empty=sum(any(day.stood_in is None for day in one.empty) for one in departments),
        alarms=await every(page, "/coverage-alarms"),
        chosen=chosen,
        week_of=week_of,
    )


async def see(page: Page) -> web.StreamResponse:
    await do(page, f"/coverage-alarms/{page.request.match_info['id']}", "seen")
    return page.show(
        "departments/alarms.html",
        alarms=await every(page, "/coverage-alarms"),
        week_of=week_of,
        said=gettext("The alarm is seen to."),
    )


VIEWS = (
    View("GET", "/departments", Action.READ_COVERAGE_ALARMS, overview),
    View("GET", "/departments/choices", Action.READ_PERSONS, choices),
    View("POST", "/departments/alarms/{id}/seen", Action.READ_COVERAGE_ALARMS, see),
)
