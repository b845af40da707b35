"""A department's people and their details (S2): stale ones to confirm, flagged ones to put right."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from aiohttp import web

from hanvisa.web.pages.departments.reading import every
from hanvisa.web.pages.departments.words import details
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.roles import Action


async def show(page: Page) -> web.StreamResponse:
    return await _list(page, "departments/people.html")


async def confirm(page: Page) -> web.StreamResponse:
    """What was on the page is right, and nothing that has changed since, or has been flagged."""
    path = f"/persons/{page.request.match_info['person']}/confirm"
    version = (await page.form()).get("version", "")
    person = (await page.api.send("POST", path, if_match=f'"{version}"')).body
    return await _list(page, "departments/people_list.html", _said(gettext("Confirmed: %(name)s"), person))


async def edit(page: Page) -> web.StreamResponse:
    answer = await page.api.ask("GET", f"/persons/{page.request.match_info['person']}", {})
    return page.show(
        "departments/person.html",
        person=answer.body,
        version=answer.etag,
        department=page.request.match_info["id"],
    )


async def change(page: Page) -> web.StreamResponse:
    form = await page.form()
    path = f"/persons/{page.request.match_info['person']}"
    functions = [line.strip() for line in form.get("functions", "").splitlines() if line.strip()]
    body = {"title": form.get("title", ""), "functions": functions, "email": form.get("email")}
    person = (await page.api.send("PATCH", path, body, if_match=f'"{form.get("version", "")}"')).body
    return await _list(page, "departments/people_list.html", _said(gettext("Changed: %(name)s"), person))


def _said(sentence: str, person: Any) -> str:
    return sentence % {"name": f"{person.given_name} {person.family_name}"}


async def _list(page: Page, template: str, said: str = "") -> web.StreamResponse:
    """In the address ``stale=true`` those alone whose details are to be confirmed."""
    id_ = page.request.match_info["id"]
    stale = page.request.query.get("stale") == "true"
    flags: defaultdict[UUID, list[Any]] = defaultdict(list)
    for flag in await every(page, "/flags"):
        flags[flag.person.id].append(flag)
    return page.show(
        template,
        department=await page.api.get(f"/departments/{id_}"),
        people=await every(page, "/persons", department=id_, stale=stale),
        flags=flags,
        details=details(),
        stale=stale,
        may_change=page.api.may(Action.CHANGE_PERSONS),
        said=said,
    )


VIEWS = (
    View("GET", "/departments/{id}/people", Action.READ_COVERAGE_ALARMS, show),
    View("GET", "/departments/{id}/people/{person}", Action.CHANGE_DETAILS, edit),
    View("POST", "/departments/{id}/people/{person}", Action.CHANGE_DETAILS, change),
    View("POST", "/departments/{id}/people/{person}/confirm", Action.CHANGE_DETAILS, confirm),
)
