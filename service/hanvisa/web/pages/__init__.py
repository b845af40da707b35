"""The pages: what people see in a browser. They ask the API's own routes, so that nothing is decided twice."""

from __future__ import annotations

from aiohttp import web

from hanvisa.web.middleware import BROWSERS, Browsers
from hanvisa.web.pages import (
    admin,
    assets,
    calls,
    departments,
    follow_up,
    home,
    live,
    me,
    rendering,
    signing_in,
    switchboard,
)
from hanvisa.web.pages.view import View, told_in_words

VIEWS: tuple[View, ...] = (
    *home.VIEWS,
    *live.VIEWS,
    *signing_in.VIEWS,
    *switchboard.VIEWS,
    *me.VIEWS,
    *departments.VIEWS,
    *calls.VIEWS,
    *follow_up.VIEWS,
    *admin.VIEWS,
)


def add_to(app: web.Application) -> None:
    rendering.prepare(app)
    app[BROWSERS] = Browsers(told_in_words)
    live.add_to(app)


def add_addresses(router: web.UrlDispatcher) -> None:
    assets.add_to(router)
    for view in VIEWS:
        view.add_to(router)
