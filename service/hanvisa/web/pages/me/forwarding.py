"""My phone forwarded, with what is left of the month's forwarding to mobiles (M3)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hanvisa.policy.swedish_time import WORKDAY_ENDS
from hanvisa.web.pages.me.asking import absences, change_now, forwarded, mine, moment_given
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.roles import Action


async def section(page: Page) -> dict[str, Any]:
    me = mine(page)
    return {
        "forwardings": (await page.api.get("/forwardings", person=me, limit=200)).items,
        "allowance": await page.api.get("/forwardings/allowance", person=me),
        "own_mobiles": [one.number for one in (await page.api.get("/mobiles", person=me)).items],
    }


async def create(page: Page) -> web.StreamResponse:
    form = await page.form()
    body = {
        "person": mine(page),
        "target": form.get("target", ""),
        "kind": form.get("kind", "always"),
        "ends_at": moment_given(
            page, "ends_at", form.get("until_day"), form.get("until_clock"), WORKDAY_ENDS
        ),
    }
    await page.api.send("POST", "/forwardings", {name: one for name, one in body.items() if one is not None})
    return await _changed(page, gettext("Your phone is forwarded."))


async def end(page: Page) -> web.StreamResponse:
    await change_now(page, "POST", f"/forwardings/{page.request.match_info['id']}", "/end")
    return await _changed(page, gettext("The forwarding has ended."))


async def _changed(page: Page, said: str) -> web.Response:
    """What is said of the phone above changes with it."""
    now = page.api.services.clock.now()
    return page.show(
        "me/forwarding_changed.html",
        said=said,
        is_there=all(one.starts_at > now for one in await absences(page)),
        forwarded=await forwarded(page),
        **await section(page),
    )


VIEWS = (
    View("POST", "/me/forwardings", Action.SET_FORWARDINGS, create),
    View("POST", "/me/forwardings/{id}/end", Action.SET_FORWARDINGS, end),
)
