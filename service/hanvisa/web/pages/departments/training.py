"""The training list (T1): new employees, until the telephone manager ticks them off."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hanvisa.web.pages.departments.reading import do, every
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.roles import Action


async def show(page: Page) -> web.StreamResponse:
    return await _list(page, "departments/training.html")


async def done(page: Page) -> web.StreamResponse:
    ticked = await do(page, f"/trainings/{page.request.match_info['id']}", "done")
    return await _list(
        page,
        "departments/training_list.html",
        said=gettext("%(name)s is ticked off.") % {"name": ticked.person.name},
    )


async def add(page: Page) -> web.StreamResponse:
    form = await page.form()
    body = {"person": form.get("person", ""), "note": form.get("note", "")}
    added: Any = (await page.api.send("POST", "/trainings", body)).body
    return await _list(
        page,
        "departments/training_list.html",
        said=gettext("%(name)s is on the list.") % {"name": added.person.name},
    )


async def _list(page: Page, template: str, said: str = "") -> web.StreamResponse:
    """Those still to be trained; in the address ``done=true`` those who have been."""
    is_done = page.request.query.get("done") == "true"
    return page.show(
        template,
        trainings=await every(page, "/trainings", done=is_done),
        is_done=is_done,
        may_tick=page.api.may(Action.TICK_TRAININGS),
        said=said,
    )


VIEWS = (
    View("GET", "/departments/training", Action.READ_COVERAGE_ALARMS, show),
    View("POST", "/departments/training", Action.TICK_TRAININGS, add),
    View("POST", "/departments/training/{id}/done", Action.TICK_TRAININGS, done),
)
