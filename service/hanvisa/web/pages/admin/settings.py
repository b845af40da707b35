"""Settings that count at once: what holds, what the service was started with, and how it has been changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin

from aiohttp import web

from hanvisa.config import Settings
from hanvisa.web.pages.admin import numbers
from hanvisa.web.pages.admin.setting_words import called, value_called
from hanvisa.web.pages.admin.showing import show
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import View
from hanvisa.web.problems import CHANGED, Problem
from hanvisa.web.roles import Action


async def list_all(page: Page) -> web.StreamResponse:
    came = await page.api.get("/settings", limit=200)
    return show(page, "admin/settings.html", settings=came.items, called=called, value_called=value_called)


async def read(page: Page) -> web.StreamResponse:
    answer = await page.api.ask("GET", _path(page), {})
    return _one(page, answer.body, answer.etag or "")


async def change(page: Page) -> web.StreamResponse:
    form = await page.form()
    typed, version = form.get("value", ""), form.get("version", "")
    value = None if "back" in form else _read(page.request.match_info["key"], typed)
    try:
        await page.api.send("PATCH", _path(page), {"value": value}, if_match=f'"{version}"')
    except Problem as problem:
        answer = await page.api.ask("GET", _path(page), {})
        version = (answer.etag or "") if problem.kind is CHANGED else version
        return _one(page, answer.body, version, typed=typed, problem=problem)
    return page.go(f"{page.request.path}?done=changed")


def _one(
    page: Page, setting: Any, version: str, *, typed: str | None = None, problem: Problem | None = None
) -> web.Response:
    key = setting.key
    return show(
        page,
        "admin/setting_form.html" if page.is_part else "admin/setting.html",
        status=problem.kind.status if problem else 200,
        setting=setting,
        version=version,
        typed=_written(setting.value) if typed is None else typed,
        options=[(value, value_called(key, value)) for value in _options(key)],
        problem=problem,
        meanwhile=problem is not None and problem.kind is CHANGED,
        may_change=page.api.may(Action.CHANGE_SETTINGS),
        called=called,
        value_called=value_called,
    )


def _path(page: Page) -> str:
    return f"/settings/{page.request.match_info['key']}"


def _options(key: str) -> tuple[str, ...]:
    annotation = Settings.model_fields[key].annotation
    if annotation is bool:
        return "true", "false"
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _written(value: object) -> str:
    return (
        str(value).lower()
        if isinstance(value, bool)
        else f"{value:.15g}"  # all of its digits, and no power of ten
        if isinstance(value, float)
        else str(value)
    )


def _read(key: str, typed: str) -> bool | float | int | str:
    """As the setting takes it; what is no number is sent as it is, and refused."""
    annotation = Settings.model_fields[key].annotation if key in Settings.model_fields else str
    if annotation is bool:
        return typed == "true"
    readers: dict[object, Callable[[str], float | None]] = {int: numbers.whole, float: numbers.decimal}
    number = readers[annotation](typed.strip()) if annotation in readers else None
    return typed if number is None else number


VIEWS = (
    View("GET", "/admin/settings", Action.READ_SETTINGS, list_all),
    View("GET", "/admin/settings/{key}", Action.READ_SETTINGS, read),
    View("PATCH", "/admin/settings/{key}", Action.CHANGE_SETTINGS, change),
)
