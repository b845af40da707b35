"""A page of the administration, with its own menu and words at hand."""

from __future__ import annotations

from functools import partial
from typing import Any

from aiohttp import web

from hanvisa.web.pages.admin import labels, sections, telling
from hanvisa.web.pages.rendering import Page


def show(page: Page, template: str, *, status: int = 200, **more: Any) -> web.Response:
    return page.show(
        template,
        status=status,
        administration=sections.menu(page.api.may, page.request.path),
        label=labels.label,
        hint=labels.hint,
        choice=labels.choice,
        title_of=sections.title,
        told=partial(_told, page),
        is_whole=telling.is_whole,
        done=page.request.query.get("done", ""),
        **more,
    )


def _told(page: Page, item: Any, name: str) -> str:
    return telling.told(item, name, page.today)
