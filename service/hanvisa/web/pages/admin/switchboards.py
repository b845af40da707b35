"""A switchboard's page: its hours and words, and its greeting heard, read in, and given back to the voice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from hanvisa.policy.model import Language
from hanvisa.policy.own_recordings import LONGEST_GREETING
from hanvisa.web.pages.admin import register
from hanvisa.web.pages.admin.forms import Form
from hanvisa.web.pages.admin.sections import SWITCHBOARDS
from hanvisa.web.pages.admin.showing import show
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import View
from hanvisa.web.problems import INVALID, TOO_LARGE, Problem
from hanvisa.web.roles import Action
from hanvisa.web.sounds import LARGEST
from hanvisa.web.uploads import files_of

_GREETING = f"{SWITCHBOARDS.address}/{{id}}/greeting/{{language}}"


async def read(page: Page) -> web.StreamResponse:
    switchboard, version = await register.current(page, SWITCHBOARDS)
    return await register.show_form(
        page,
        SWITCHBOARDS,
        Form.of(SWITCHBOARDS.for_change, switchboard, version),
        switchboard,
        template="admin/switchboard.html",
        **await _section(page, is_over=switchboard.ended_at is not None),
    )


async def give(page: Page) -> web.StreamResponse:
    try:
        async with files_of(page.request, LARGEST) as sent:
            await page.api.upload(_path(page), sent.files, if_match=_as_seen(sent.fields))
    except Problem as problem:
        if problem.kind not in (INVALID, TOO_LARGE):
            raise
        wrong = {page.request.match_info["language"]: problem}
        return show(page, "admin/greeting.html", status=problem.kind.status, **await _section(page, wrong))
    return page.go(f"{SWITCHBOARDS.address}/{page.request.match_info['id']}?done=changed")


async def end(page: Page) -> web.StreamResponse:
    await page.api.send("DELETE", _path(page), if_match=_as_seen(page.request.query))
    return page.go(f"{SWITCHBOARDS.address}/{page.request.match_info['id']}?done=changed")


def _as_seen(sent: Mapping[str, str]) -> str:
    return f'"{sent.get("seen", "")}"'


def _path(page: Page) -> str:
    return f"{register.path_of(page, SWITCHBOARDS)}/greeting/{page.request.match_info['language']}"


async def _section(
    page: Page, wrong: dict[str, Problem] | None = None, *, is_over: bool = False
) -> dict[str, Any]:
    """``wrong`` is what was, of a file in a language. One that is no more greets nobody."""
    at = register.path_of(page, SWITCHBOARDS)
    answer = None if is_over else await page.api.ask("GET", f"{at}/greeting", {})
    return {
        "at": at,
        "greeting": answer and answer.body,
        "seen": answer and answer.etag,
        "tongues": tuple(Language),
        "wrong": wrong or {},
        "longest": f"{LONGEST_GREETING:.0f}",
        "may_read_in": page.api.may(Action.CHANGE_REGISTER),
    }


VIEWS = (
    View("GET", f"{SWITCHBOARDS.address}/{{id}}", Action.CHANGE_REGISTER, read),
    View("POST", _GREETING, Action.CHANGE_REGISTER, give),
    View("DELETE", _GREETING, Action.CHANGE_REGISTER, end),
)
