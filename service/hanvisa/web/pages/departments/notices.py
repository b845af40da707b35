"""Notices of changes (T2): written for operators and superusers, and who of them has acknowledged each."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from aiohttp import web

from hanvisa.web.pages.admin.forms import Form, overtaken
from hanvisa.web.pages.admin.inputs import Input, Widget
from hanvisa.web.pages.departments.reading import every
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.problems import Problem
from hanvisa.web.roles import Action

_INPUTS = (Input("text", Widget.LINE),)


async def show(page: Page) -> web.StreamResponse:
    return await _list(page, "departments/notices.html")


async def write(page: Page) -> web.StreamResponse:
    form = await page.form()
    await page.api.send(
        "POST", "/notices", {"text": form.get("text", ""), "operation": form.get("operation")}
    )
    return await _list(
        page, "departments/notice_written.html", gettext("The notice is told to the switchboard.")
    )


async def change(page: Page) -> web.StreamResponse:
    path, form = f"/notices/{page.request.match_info['id']}", await Form.sent(page, _INPUTS)
    try:
        await page.api.send("PATCH", path, form.body(), if_match=form.if_match)
    except Problem as problem:
        return await _overtaken(page, path, form, problem)
    return await _list(
        page, "departments/notice_list.html", gettext("The notice is to be acknowledged anew.")
    )


async def end(page: Page) -> web.StreamResponse:
    path, form = f"/notices/{page.request.match_info['id']}", await Form.sent(page, _INPUTS)
    try:
        await page.api.send("DELETE", path, if_match=form.if_match)
    except Problem as problem:
        return await _overtaken(page, path, form, problem)
    return await _list(page, "departments/notice_list.html", gettext("The notice is ended."))


async def _overtaken(page: Page, path: str, form: Form, problem: Problem) -> web.StreamResponse:
    """The list, with the form as it was sent in its place. A notice that has ended has none: raises the problem."""
    form = await overtaken(page, path, form, problem)
    notice = await page.api.get(path)
    if notice.ended_at is not None:
        raise problem
    return await _list(
        page, "departments/notice_list.html", status=problem.kind.status, forms={notice.id: form}
    )


async def _list(
    page: Page, template: str, said: str = "", status: int = 200, forms: Mapping[UUID, Form] | None = None
) -> web.StreamResponse:
    """The newest first. In the address ``ended=true`` those of the past too. ``forms``, by notice, were not saved."""
    ended = page.request.query.get("ended") == "true"
    notices = await every(page, "/notices", ended=ended)
    own = await _own_operations(page)
    writes_of_all = page.api.may(Action.CHANGE_REGISTER)
    to_change = {
        one.id
        for one in notices
        if one.ended_at is None and (writes_of_all or (one.operation and one.operation.id in own))
    }
    return page.show(
        template,
        status=status,
        forms=forms or {},
        label=lambda _: gettext("What has changed"),
        told=lambda shown, _: shown.text,
        notices=notices[::-1],
        ended=ended,
        own=own,
        to_change=to_change,
        writes_of_all=writes_of_all,
        said=said,
    )


async def _own_operations(page: Page) -> Mapping[UUID, str]:
    """Those whose changes the asker tells, by their ids."""
    if not page.api.may(Action.WRITE_NOTICES):
        return {}
    departments = (await page.api.get("/staffing", days=1)).items
    return {one.operation.id: one.operation.name for one in departments}


VIEWS = (
    View("GET", "/departments/notices", Action.READ_NOTICES, show),
    View("POST", "/departments/notices", Action.WRITE_NOTICES, write),
    View("POST", "/departments/notices/{id}", Action.WRITE_NOTICES, change),
    View("POST", "/departments/notices/{id}/end", Action.WRITE_NOTICES, end),
)
