"""The address without a page: everybody begins where they work."""

from __future__ import annotations

from aiohttp import web

from hanvisa.web.pages.menu import first
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import View
from hanvisa.web.routing import Anyone


async def home(page: Page) -> web.StreamResponse:
    return page.go(first(page.api.may))


VIEWS = (View("GET", "/", Anyone.SIGNED_IN, home),)
