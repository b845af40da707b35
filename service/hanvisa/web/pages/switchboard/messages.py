"""A message that the operator writes: for who was found, with a caller on the line or without."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hanvisa.web.masking import HIDDEN
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.switchboard.acting import done
from hanvisa.web.pages.switchboard.finding import current
from hanvisa.web.pages.translating import gettext
from hanvisa.web.pages.view import View
from hanvisa.web.roles import Action


async def begin(page: Page) -> web.StreamResponse:
    """Of the caller at hand it knows whom to ring back, and whether it is confidential (M4)."""
    call = await current(page, page.request.query.get("call", ""))
    caller = call.caller.number if call else ""
    return page.show(
        "switchboard/message.html",
        person=await page.api.get(f"/persons/{page.request.match_info['id']}"),
        caller="" if caller == HIDDEN else caller,
        confidential=call is not None and call.confidential,
    )


async def send(page: Page) -> web.StreamResponse:
    form = await page.form()
    message = {
        "person": form.get("person"),
        "text": form.get("text", ""),
        "caller": form.get("caller"),
        "confidential": "confidential" in form,
    }
    sent: Any = (await page.api.send("POST", "/messages", message)).body
    said = gettext("The message to %(name)s is sent.") % {"name": sent.person.name}
    return await done(page, said)


VIEWS = (
    View("GET", "/switchboard/persons/{id:[0-9a-f-]{36}}/message", Action.WRITE_MESSAGES, begin),
    View("POST", "/switchboard/messages", Action.WRITE_MESSAGES, send),
)
