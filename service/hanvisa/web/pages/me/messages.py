"""What callers have left for me and for my department (S1): heard, read, handled."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hanvisa.policy.facts import MessageState
from hanvisa.web.pages.me.asking import change_now, mine
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.pages.writing import number
from hanvisa.web.roles import Action


async def section(page: Page) -> dict[str, Any]:
    """Those that are to be handled: mine, then my department's; of each the new ones first."""
    me = mine(page)
    department = (await page.api.get(f"/persons/{me}")).department.id
    found = [
        one
        for whose in ({"person": me}, {"department": department})
        for state in (MessageState.NEW, MessageState.READ)
        for one in (await page.api.get("/messages", state=state.value, limit=200, **whose)).items
    ]
    return {"messages": found, "new_messages": sum(one.state is MessageState.NEW for one in found)}


async def read(page: Page) -> web.StreamResponse:
    """A new one has been heard or looked at; one that is more than that stays as it is."""
    path = _path(page)
    if (await page.api.get(path)).state is MessageState.NEW:
        await change_now(page, "PATCH", path, body={"state": MessageState.READ.value})
    return page.show("me/message_read.html", id=page.request.match_info["id"])


async def handle(page: Page) -> web.StreamResponse:
    await change_now(page, "PATCH", _path(page), body={"state": MessageState.HANDLED.value})
    return await _changed(page, gettext("The message is handled."))


async def ring_back(page: Page) -> web.StreamResponse:
    """The phone rings, and the caller when it has been answered: whether that handles it, only I know."""
    await page.api.send("POST", f"{_path(page)}/ring-back")
    caller = number((await page.api.get(_path(page))).caller)
    return await _changed(
        page, gettext("Your phone rings: answer it, and %(caller)s is rung.") % {"caller": caller}
    )


def _path(page: Page) -> str:
    return f"/messages/{page.request.match_info['id']}"


async def _changed(page: Page, said: str) -> web.Response:
    return page.show("me/messages_changed.html", said=said, **await section(page))


VIEWS = (
    View("POST", "/me/messages/{id}/read", Action.HANDLE_MESSAGES, read),
    View("POST", "/me/messages/{id}/ring-back", Action.HANDLE_MESSAGES, ring_back),
    View("POST", "/me/messages/{id}/handled", Action.HANDLE_MESSAGES, handle),
)
