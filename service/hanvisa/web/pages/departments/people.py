"""A department's people and their details (S2): stale ones to confirm, flagged ones to put right."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from aiohttp import web

from hanvisa.web.api.persons import PersonChange
from hanvisa.web.pages.admin import labels, telling
from hanvisa.web.pages.admin.forms import Form, overtaken
from hanvisa.web.pages.admin.inputs import inputs_of
from hanvisa.web.pages.departments.reading import every
from hanvisa.web.pages.departments.words import details
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.problems import Problem
from hanvisa.web.roles import Action

_INPUTS = tuple(one for one in inputs_of(PersonChange) if one.name in ("title", "functions", "email"))


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
    return _form(page, Form.of(_INPUTS, answer.body, answer.etag), answer.body)


async def change(page: Page) -> web.StreamResponse:
    """What somebody else has changed meanwhile comes in, and is told; nothing typed is lost."""
    form, path = await Form.sent(page, _INPUTS), f"/persons/{page.request.match_info['person']}"
    try:
        person = (await page.api.send("PATCH", path, form.body(), if_match=form.if_match)).body
    except Problem as problem:
        form = await overtaken(page, path, form, problem)
        response = _form(page, form, await page.api.get(path), problem.kind.status)
        response.headers.update({"HX-Retarget": "#edit", "HX-Reswap": "innerHTML"})
        return response
    return await _list(page, "departments/people_list.html", _said(gettext("Changed: %(name)s"), person))


def _form(page: Page, form: Form, person: Any, status: int = 200) -> web.Response:
    return page.show(
        "departments/person.html",
        status=status,
        person=person,
        form=form,
        department=page.request.match_info["id"],
        label=labels.label,
        told=lambda shown, name: telling.told(shown, name, page.today),
    )


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
