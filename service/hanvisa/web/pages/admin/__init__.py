"""Administration: exceptions first, then people and what the register is made of."""

from __future__ import annotations

from aiohttp import web

from hanvisa.web.pages.admin import (
    audit,
    choosing,
    exceptions,
    imports,
    people,
    recordings,
    register,
    settings,
    switchboards,
    users,
)
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import View
from hanvisa.web.roles import Action


async def begin(page: Page) -> web.StreamResponse:
    return page.go("/admin/exceptions")


VIEWS = (
    View("GET", "/admin", Action.GRANT_EXCEPTIONS, begin),
    *exceptions.VIEWS,
    *choosing.VIEWS,
    *register.VIEWS,
    *people.VIEWS,
    *switchboards.VIEWS,
    *users.VIEWS,
    *recordings.VIEWS,
    *imports.VIEWS,
    *settings.VIEWS,
    *audit.VIEWS,
)
