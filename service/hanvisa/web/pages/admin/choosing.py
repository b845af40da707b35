"""What a form lets choose: whole lists where they are short, and a search where they are not."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web

from hanvisa.policy.model import Text
from hanvisa.web.pages import writing
from hanvisa.web.pages.admin import labels
from hanvisa.web.pages.admin.inputs import Input, Typed, Widget
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import View
from hanvisa.web.problems import INVALID_ID, NOT_FOUND, Problem
from hanvisa.web.roles import SCOPED, Role
from hanvisa.web.routing import Anyone

_FEW = 8
_KINDS = {
    "person": "/persons",
    "department": "/departments",
    "group": "/groups",
    "switchboard": "/switchboards",
}


_SEARCHED = (Widget.PERSON, Widget.TARGET, Widget.MEMBERS)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    name: str


async def everything(page: Page, path: str) -> list[Choice]:
    """A whole list of the API's."""
    return sorted([_choice(one) for one in await every(page, path)], key=lambda one: one.name.casefold())


async def every(page: Page, path: str, **query: Any) -> list[Any]:
    """All that a list of the API's has, page after page."""
    items: list[Any] = []
    cursor = None
    while True:
        came = await page.api.get(path, limit=200, cursor=cursor, **query)
        items += came.items
        if (cursor := came.next) is None:
            return items


async def choices(page: Page, one: Input, typed: Typed) -> list[Choice]:
    """What an input offers; of those that are searched, what is chosen."""
    match one.widget:
        case Widget.REFERENCE | Widget.REFERENCES:
            return await everything(page, one.among)
        case Widget.PERSON | Widget.TARGET | Widget.MEMBERS:
            return [await _named(page, value) for value in typed if value]
        case Widget.CHOICE:
            return [Choice(value, labels.choice(one.name, value)) for value in one.options]
        case Widget.ROLES:
            return await _roles(page)
    return []


async def _roles(page: Page) -> list[Choice]:
    """Every role that may be given, with what it is for."""
    offered = [
        Choice(json.dumps([role]), labels.choice("role", role))
        for role in Role
        if role not in SCOPED and role is not Role.PERSON
    ]
    for role in Role:
        if role in SCOPED:
            for kind, path in (("operation", "/operations"), ("cost_centre", "/cost-centres")):
                offered += [
                    Choice(json.dumps([role, kind, one.value]), f"{labels.choice('role', role)}: {one.name}")
                    for one in await everything(page, path)
                ]
    return offered


async def search(page: Page) -> web.StreamResponse:
    """What the words in the search find, below what is chosen."""
    query = page.request.query
    name = query.get("for", "")
    widget = next((one for one in _SEARCHED if one == query.get("as")), Widget.PERSON)
    chosen = [await _named(page, value) for value in query.getall(name, []) if value]
    taken = {one.value for one in chosen}
    found = [one for one in await _found(page, widget, query.get("q", "").strip()) if one.value not in taken]
    return page.show("admin/found.html", name=name, widget=widget, chosen=chosen, found=found, sought=True)


async def _found(page: Page, widget: Widget, words: str) -> list[Choice]:
    if not words:
        return []
    if widget is Widget.TARGET:
        return [one for kind in _KINDS for one in await _of_kind(page, kind, words)]
    found = await _of_kind(page, "person", words)
    if widget is Widget.MEMBERS and sum(sign.isdigit() for sign in words) >= 5:
        found.append(Choice(f"number:{words}", words))
    if widget is Widget.PERSON:
        return [Choice(one.value.partition(":")[2], one.name) for one in found]
    return found


async def _of_kind(page: Page, kind: str, words: str) -> list[Choice]:
    came = await page.api.get(_KINDS[kind], q=words, limit=_FEW)
    return [Choice(f"{kind}:{one.id}", _described(kind, one)) for one in came.items]


async def _named(page: Page, value: str) -> Choice:
    """What is chosen, in words. One that is gone keeps its id."""
    kind, _, id_ = value.rpartition(":")
    if kind == "number":
        return Choice(value, writing.number(id_) if id_.startswith("+") else id_)
    try:
        one = await page.api.get(f"{_KINDS[kind or 'person']}/{UUID(id_)}")
    except (KeyError, ValueError):
        return Choice(value, value)
    except Problem as problem:
        if problem.kind is not NOT_FOUND:
            raise
        return Choice(value, value)
    return Choice(value, _described(kind or "person", one))


def _described(kind: str, one: Any) -> str:
    if kind != "person":
        return f"{one.name} ({labels.choice('kind', kind).lower()})"
    parts = (f"{one.given_name} {one.family_name}", one.title, one.department.name, one.extension)
    return ", ".join(part for part in parts if part)


def _choice(one: Any) -> Choice:
    if not hasattr(one, "id"):  # operators have none: they are persons
        return Choice(str(one.person.id), one.person.name)
    return Choice(str(one.id), _name(one))


def _name(one: Any) -> str:
    parts: Iterable[str] = (getattr(one, name, None) or "" for name in ("code", "name", "account"))
    return " ".join(part for part in parts if part)


def id_given(text: str) -> str:
    """An id that a form or an address brings. Raises Problem for what is none."""
    try:
        return str(UUID(text))
    except ValueError:
        raise Problem(
            INVALID_ID, Text(sv=f"”{text[:100]}” är inget id.", en=f"“{text[:100]}” is not an id.")
        ) from None


VIEWS = (View("GET", "/admin/choose", Anyone.SIGNED_IN, search),)
