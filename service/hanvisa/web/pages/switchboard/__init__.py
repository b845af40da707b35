"""The attendant console (`/switchboard`): the calls, the people, and what an operator does, from the keyboard alone."""

from __future__ import annotations

from secrets import token_urlsafe

from aiohttp import web

from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.switchboard import acting, messages
from hanvisa.web.pages.switchboard.finding import found
from hanvisa.web.pages.switchboard.keys import keys
from hanvisa.web.pages.switchboard.parts import PARTS
from hanvisa.web.pages.view import View
from hanvisa.web.roles import Action


async def console(page: Page) -> web.StreamResponse:
    parts = {name: await part.render(page) for name, part in PARTS.items()}
    return page.show("switchboard/page.html", parts=parts, keys=keys(), window=token_urlsafe(9))


VIEWS = (
    View("GET", "/switchboard", Action.READ_LIVE, console),
    View("GET", "/switchboard/found", Action.READ_LIVE, found),
    *acting.VIEWS,
    *messages.VIEWS,
)
