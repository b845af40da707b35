"""My details, to be confirmed and kept right (S2), and my mobiles' greetings (M2)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hanvisa.web.pages.me.asking import change_now, mine, seen
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.roles import Action

_MOST = 20  # functions


async def section(page: Page) -> dict[str, Any]:
    me = mine(page)
    person = await seen(page, f"/persons/{me}")
    return {
        "person": person.body,
        "person_version": person.if_match,
        "flags": (await page.api.get("/flags", person=me)).items,
        "mobiles": (await page.api.get("/mobiles", person=me)).items,
    }


async def confirm(page: Page) -> web.StreamResponse:
    """What was on the page is right, and nothing that has changed since."""
    form = await page.form()
    await page.api.send("POST", f"/persons/{mine(page)}/confirm", if_match=form.get("version", ""))
    return await _changed(page, gettext("Thank you, your details are confirmed."))


async def change(page: Page) -> web.StreamResponse:
    form = await page.form()
    functions = [line.strip() for line in form.get("functions", "").splitlines() if line.strip()]
    body = {
        "title": form.get("title", ""),
        "functions": functions[: _MOST + 1],
        "email": form.get("email"),
        "language": form.get("spoken", "sv"),
    }
    await page.api.send("PATCH", f"/persons/{mine(page)}", body, if_match=form.get("version", ""))
    return await _changed(page, gettext("Your details are changed."))


async def greeting(page: Page) -> web.StreamResponse:
    await change_now(page, "POST", f"/mobiles/{page.request.match_info['id']}", "/greeting")
    return await _changed(page, gettext("The greeting is confirmed."))


async def _changed(page: Page, said: str) -> web.Response:
    return page.show("me/details_changed.html", said=said, **await section(page))


VIEWS = (
    View("POST", "/me/details/confirm", Action.CHANGE_DETAILS, confirm),
    View("POST", "/me/details", Action.CHANGE_DETAILS, change),
    View("POST", "/me/mobiles/{id}/greeting", Action.CHANGE_DETAILS, greeting),
)
