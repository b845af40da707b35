"""Details that somebody has flagged as wrong (S2), to be put right and settled."""

from __future__ import annotations

from aiohttp import web

from hanvisa.web.pages.departments.reading import do, every
from hanvisa.web.pages.departments.words import details
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.roles import Action


async def show(page: Page) -> web.StreamResponse:
    return await _list(page, "departments/flags.html")


async def close(page: Page) -> web.StreamResponse:
    flag = await do(page, f"/flags/{page.request.match_info['id']}", "close")
    said = gettext("The flag on %(name)s is settled.") % {"name": flag.person.name}
    return await _list(page, "departments/flag_list.html", said)


async def _list(page: Page, template: str, said: str = "") -> web.StreamResponse:
    return page.show(
        template,
        flags=await every(page, "/flags"),
        may_close=page.api.may(Action.CHANGE_DETAILS),
        details=details(),
        said=said,
    )


VIEWS = (
    View("GET", "/departments/flags", Action.READ_COVERAGE_ALARMS, show),
    View("POST", "/departments/flags/{id}/close", Action.CHANGE_DETAILS, close),
)
