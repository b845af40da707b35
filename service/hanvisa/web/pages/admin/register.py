"""Lists and forms of what the register is made of: one list and one form for all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, get_args
from urllib.parse import urlencode

from aiohttp import web

from hanvisa.web.pages.admin import choosing, sections, telling
from hanvisa.web.pages.admin.choosing import Choice
from hanvisa.web.pages.admin.forms import Faulty, Form
from hanvisa.web.pages.admin.inputs import REFERS
from hanvisa.web.pages.admin.sections import PERSONS, SECTIONS, SWITCHBOARDS, USERS, Section
from hanvisa.web.pages.admin.showing import show
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import View
from hanvisa.web.problems import CHANGED, Problem
from hanvisa.web.roles import Action

_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Filter:
    """Of a list. ``choices`` of one that is chosen; ``is_flag`` of one that is ticked."""

    name: str
    value: str
    choices: tuple[Choice, ...] = ()
    is_flag: bool = False


async def list_all(section: Section, page: Page) -> web.StreamResponse:
    filters = await _filters(section, page)
    given = {one.name: one.value for one in filters if one.value}
    came = await page.api.get(section.path, **given, limit=_A_PAGE, cursor=page.request.query.get("cursor"))
    return show(
        page,
        "admin/list.html",
        section=section,
        filters=[one for one in filters if one.name == "q" or one.choices or one.is_flag],
        kept=[one for one in filters if one.value and not (one.name == "q" or one.choices or one.is_flag)],
        rows=came.items,
        more=f"{section.address}?{urlencode({**given, 'cursor': came.next})}" if came.next else "",
        address_of=partial(address_of, section),
        new=sections.new(section.path) if section.making and _may(page, section.making.action) else "",
    )


async def begin(section: Section, page: Page) -> web.StreamResponse:
    """The empty form; what the address names is filled in."""
    empty = {one.name: tuple(page.request.query.getall(one.name, [])) for one in section.for_new}
    return await show_form(page, section, Form(section.for_new, empty | _defaults(section, empty)))


async def make(section: Section, page: Page) -> web.StreamResponse:
    form = await Form.sent(page, section.for_new)
    try:
        answer = await page.api.send("POST", section.path, form.body())
    except Faulty as faulty:
        return await show_form(page, section, faulty.form, status=422)
    except Problem as problem:
        return await show_form(page, section, form.refused(problem), status=problem.kind.status)
    return page.go(f"{address_of(section, answer.body)}?done=made")


async def read(section: Section, page: Page) -> web.StreamResponse:
    shown, version = await current(page, section)
    return await show_form(page, section, Form.of(section.for_change, shown, version), shown)


async def change(section: Section, page: Page) -> web.StreamResponse:
    """What somebody else has changed meanwhile comes in, and is told; nothing typed is lost."""
    form = await Form.sent(page, section.for_change)
    at = path_of(page, section)
    try:
        body = form.body()
        if body:
            await page.api.send("PATCH", at, body, if_match=form.if_match)
    except Faulty as faulty:
        return await show_form(page, section, faulty.form, await page.api.get(at), status=422)
    except Problem as problem:
        return await refuse(page, section, form, problem)
    return page.go(f"{page.request.path}?done=changed")


async def end(section: Section, page: Page) -> web.StreamResponse:
    form = await Form.sent(page, section.for_change)
    at = path_of(page, section)
    try:
        if section.ending is None:
            await page.api.send("DELETE", at, if_match=form.if_match)
        else:
            await page.api.send("POST", at + section.ending, if_match=form.if_match)
    except Problem as problem:
        return await refuse(page, section, form, problem)
    return page.go(f"{section.address}?done={sections.ending(section.path).done}")


async def refuse(page: Page, section: Section, form: Form, problem: Problem) -> web.StreamResponse:
    """The form as it was sent, with what is wrong in it."""
    shown, version = await current(page, section)
    form = form.merged(shown, version) if problem.kind is CHANGED else form.refused(problem)
    return await show_form(page, section, form, shown, status=problem.kind.status)


async def current(page: Page, section: Section) -> tuple[Any, str | None]:
    answer = await page.api.ask("GET", path_of(page, section), {})
    return answer.body, answer.etag


async def show_form(
    page: Page, section: Section, form: Form, shown: Any = None, *, status: int = 200, **more: Any
) -> web.Response:
    offered = {
        one.name: await choosing.choices(page, one, form.typed.get(one.name, ())) for one in form.inputs
    }
    route = section.changing if shown is not None else section.making
    return show(
        page,
        "admin/form.html" if page.is_part else more.pop("template", "admin/one.html"),
        status=status,
        section=section,
        form=form,
        shown=shown,
        offered=offered,
        heading=telling.heading(shown, section.columns, page.today)
        if shown is not None
        else sections.new(section.path),
        address=address_of(section, shown) if shown is not None else section.address,
        over=_over(shown),
        may_change=bool(route and _may(page, route.action)) and not _over(shown),
        may_end=shown is not None
        and section.end_route is not None
        and _may(page, section.end_route.action)
        and not _over(shown),
        ending=sections.ending(section.path),
        history=f"/admin/audit?row={shown.id}"
        if hasattr(shown, "id") and page.api.may(Action.READ_AUDIT)
        else "",
        **more,
    )


def path_of(page: Page, section: Section) -> str:
    """Where the API has what the page is about."""
    return f"{section.path}/{page.request.match_info[section.key]}"


def address_of(section: Section, shown: Any) -> str:
    key = getattr(shown, section.key)
    return f"{section.address}/{getattr(key, 'id', key)}"


def _over(shown: Any) -> datetime | None:
    """When it ended."""
    ended: datetime | None = getattr(shown, "ended_at", None) or getattr(shown, "revoked_at", None)
    return ended


def _may(page: Page, action: Any) -> bool:
    return page.api.may(action)


def _defaults(section: Section, given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What the API takes where nothing is said, so that it is seen."""
    body = section.making.body if section.making else None
    if body is None:
        return {}
    return {
        one.name: one.written(_Made({one.name: body.model_fields[one.name].default}))
        for one in section.for_new
        if not given[one.name] and one.options and body.model_fields[one.name].default
        if not body.model_fields[one.name].is_required()
    }


class _Made:
    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)


async def _filters(section: Section, page: Page) -> list[Filter]:
    query = section.listing.query
    return [
        await _filter(page, name, field)
        for name, field in (query.model_fields if query else {}).items()
        if name not in ("limit", "cursor")
    ]


async def _filter(page: Page, name: str, field: Any) -> Filter:
    value = page.request.query.get(name, "")
    if bool in (field.annotation, *get_args(field.annotation)):
        return Filter(name, "true" if value else "", is_flag=True)
    choices = await choosing.everything(page, REFERS[name]) if name in REFERS else []
    return Filter(name, value, tuple(choices))


def _views(section: Section) -> tuple[View, ...]:
    one = f"{section.address}/{{{section.key}}}"
    views = [View("GET", section.address, sections.needed(section.path), partial(list_all, section))]
    if section.making is not None:
        views += [
            View("GET", f"{section.address}/new", section.making.action, partial(begin, section)),
            View("POST", section.address, section.making.action, partial(make, section)),
        ]
    if section not in (PERSONS, SWITCHBOARDS, USERS):  # which have pages of their own
        views.append(View("GET", one, section.changing.action, partial(read, section)))
    return (*views, *changes(section))


def changes(section: Section) -> tuple[View, ...]:
    """What changes and ends one."""
    one = f"{section.address}/{{{section.key}}}"
    changing = View("PATCH", one, section.changing.action, partial(change, section))
    if section.end_route is None:
        return (changing,)
    return changing, View("POST", f"{one}/end", section.end_route.action, partial(end, section))


VIEWS = tuple(view for section in SECTIONS for view in _views(section))
