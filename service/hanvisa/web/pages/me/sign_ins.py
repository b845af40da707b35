"""Where I am signed in, out of one or of everywhere at once, and my password."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import SIGN_IN, View
from hanvisa.web.passwords import SHORTEST
from hanvisa.web.routing import Anyone

_HERE = "/me/sign-ins"


async def show(page: Page) -> web.StreamResponse:
    return page.show(
        "me/sign_ins.html",
        **await _section(page),
        shortest=SHORTEST,
        changed="changed" in page.request.query,
    )


async def _section(page: Page) -> dict[str, Any]:
    return {"sessions": (await page.api.get("/sessions")).items}


async def end(page: Page) -> web.StreamResponse:
    """One of them; that of the page leads to the sign-in."""
    answer = await page.api.send("DELETE", f"/sessions/{page.request.match_info['id']}")
    if answer.cookie is not None:
        return _with_cookie(page.go(SIGN_IN), answer.cookie)
    return page.show(
        "me/sessions_changed.html", said=gettext("You are signed out there."), **await _section(page)
    )


async def sign_out(page: Page) -> web.StreamResponse:
    answer = await page.api.send("DELETE", "/sessions")
    return _with_cookie(page.go(SIGN_IN), answer.cookie)


async def change_password(page: Page) -> web.StreamResponse:
    """Every other session ends with the old one."""
    form = await page.form()
    given = {name: form.get(name, "") for name in ("old", "password")}
    answer = await page.api.send("POST", "/session/password", given)
    return _with_cookie(page.go(f"{_HERE}?changed=yes"), answer.cookie)


def _with_cookie(response: web.Response, cookie: str | None) -> web.Response:
    if cookie is not None:
        response.headers.add("Set-Cookie", cookie)
    return response


VIEWS = (
    View("GET", _HERE, Anyone.SIGNED_IN, show),
    View("DELETE", _HERE, Anyone.SIGNED_IN, sign_out),
    View("DELETE", f"{_HERE}/{{id}}", Anyone.SIGNED_IN, end),
    View("POST", "/me/password", Anyone.SIGNED_IN, change_password),
)
