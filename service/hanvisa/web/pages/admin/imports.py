"""Imports: the difference is shown first, and then carried out as it was shown."""

from __future__ import annotations

from aiohttp import web

from hanvisa.web.api.imports import LARGEST
from hanvisa.web.pages.admin import labels
from hanvisa.web.pages.admin.showing import show
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import View
from hanvisa.web.problems import CHANGED, INVALID, TOO_LARGE, Problem
from hanvisa.web.roles import Action
from hanvisa.web.uploads import Sent, files_of


async def begin(page: Page) -> web.StreamResponse:
    return show(page, "admin/imports.html")


async def preview(page: Page) -> web.StreamResponse:
    try:
        async with files_of(page.request, LARGEST) as sent:
            return await _difference(page, sent)
    except Problem as problem:
        return _wrong(page, problem)


async def carry_out(page: Page) -> web.StreamResponse:
    """Where the files or the register are others by now than what was shown, that difference is shown first."""
    try:
        async with files_of(page.request, LARGEST) as sent:
            return await _carry_out(page, sent)
    except Problem as problem:
        return _wrong(page, problem)


async def _carry_out(page: Page, sent: Sent) -> web.StreamResponse:
    seen = f'"{sent.fields.get("seen", "")}"'
    try:
        await page.api.upload("/imports", sent.files, if_match=seen, end_missing=_ends(sent))
    except Problem as problem:
        if problem.kind is not CHANGED:
            raise
        return await _difference(page, sent, has_changed=True)
    return page.go("/admin/imports?done=imported")


async def _difference(page: Page, sent: Sent, *, has_changed: bool = False) -> web.Response:
    answer = await page.api.upload("/import-previews", sent.files, end_missing=_ends(sent))
    return show(
        page,
        "admin/import_preview.html",
        status=409 if has_changed else 200,
        difference=answer.body,
        seen=answer.etag,
        has_changed=has_changed,
        table_called=labels.table,
    )


def _wrong(page: Page, problem: Problem) -> web.Response:
    """Told in place, fault by fault."""
    if problem.kind not in (INVALID, TOO_LARGE):
        raise problem
    return show(page, "admin/import_faults.html", status=problem.kind.status, problem=problem)


def _ends(sent: Sent) -> bool:
    return "end_missing" in sent.fields


VIEWS = (
    View("GET", "/admin/imports", Action.CHANGE_REGISTER, begin),
    View("POST", "/admin/imports/preview", Action.CHANGE_REGISTER, preview),
    View("POST", "/admin/imports", Action.CHANGE_REGISTER, carry_out),
)
