"""The pages: what people see in a browser. They ask the API's own routes, so that nothing is decided twice."""

from __future__ import annotations

from aiohttp import web

from hanvisa.web.pages import admin, assets, home, rendering, signing_in
from hanvisa.web.pages.view import View

VIEWS: tuple[View, ...] = (*home.VIEWS, *signing_in.VIEWS, *admin.VIEWS)


def add_to(app: web.Application) -> None:
    rendering.prepare(app)
    assets.add_to(app.router)
    for view in VIEWS:
        view.add_to(app.router)
