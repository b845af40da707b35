"""The changes that an open page shows by itself, as server-sent events: each is a part's name and its HTML.

What is searched for in a console is a part of its own, "found": the page's address of the events says what that is.
``absences`` is an event without: a page that shows who is away asks for it anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, suppress
from functools import partial

from aiohttp import web

from hanvisa.changes import Topic
from hanvisa.web.event_stream import HEADERS, event, stream
from hanvisa.web.pages.live.consoles import Console, Consoles
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.switchboard.parts import PARTS
from hanvisa.web.pages.switchboard.searches import SEARCHES, Search, Searches, window_of
from hanvisa.web.pages.view import ASKED, View, page_for
from hanvisa.web.problems import FORBIDDEN, UNAUTHENTICATED, Problem
from hanvisa.web.roles import Action
from hanvisa.web.routing import Anyone
from hanvisa.web.services import SERVICES

PATH, ABSENCES = "/switchboard/events", "/departments/events"
BEAT = 15.0  # seconds: an event, by which the page knows that the connection lives, and what the time is here
AT_ONCE = 4  # of those who come back, whose sessions are looked up
OVER = event("over", "")  # who looks may no more: the page is to be opened anew, and asks to sign in

_TURNS: web.AppKey[asyncio.Semaphore] = web.AppKey("turns", asyncio.Semaphore)
_CONSOLES: web.AppKey[Consoles] = web.AppKey("consoles", Consoles)


def add_to(app: web.Application) -> None:
    app[_TURNS] = asyncio.Semaphore(AT_ONCE)
    app[SEARCHES] = Searches()
    app[_CONSOLES] = Consoles(PARTS.values(), app[SEARCHES], app[SERVICES].changes)
    app[ASKED] = app[_CONSOLES].asked_by
    app.cleanup_ctx.append(_follow)


async def _follow(app: web.Application) -> AsyncIterator[None]:
    following = asyncio.create_task(app[_CONSOLES].follow(), name="consoles")
    yield
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


async def events(page: Page) -> web.StreamResponse:
    """All parts as they are now, and then each that changes, until the session ends."""
    return await _stream(page.request, Action.READ_LIVE, _console)


async def absences(page: Page) -> web.StreamResponse:
    """That absences have changed, until the session ends."""
    watched = partial(page.request.app[_CONSOLES].watched, topic=Topic.ABSENCES)
    return await _stream(page.request, Action.READ_ABSENCES, watched)


def _console(page: Page) -> AbstractContextManager[Console]:
    if search := Search.asked_by(page.request.query):
        page.request.app[SEARCHES].note(window_of(page), search)
    return page.request.app[_CONSOLES].opened(page)


async def _stream(
    request: web.Request, action: Action, opened: Callable[[Page], AbstractContextManager[Console]]
) -> web.StreamResponse:
    async def asked() -> Page:
        async with request.app[_TURNS]:
            return await page_for(request, action)

    try:
        seen = await asked()
    except Problem as problem:
        if problem.kind not in (UNAUTHENTICATED, FORBIDDEN):
            raise
        return await _over(request)

    def beat() -> bytes:
        return event("beat", seen.api.services.clock.now().isoformat())

    with opened(seen) as console:

        async def may_still() -> None:
            console.page = await asked()

        return await stream(
            request,
            console.events(),
            may_still,
            first=beat(),
            beat=beat,
            every=BEAT,
            last=OVER,
        )


async def _over(request: web.Request) -> web.StreamResponse:
    """A browser reads no refusal of a stream: it is told within one."""
    response = web.StreamResponse(headers=HEADERS)
    await response.prepare(request)
    await response.write(OVER)
    return response


VIEWS = (
    View("GET", PATH, Anyone.AT_ALL, events),
    View("GET", ABSENCES, Anyone.AT_ALL, absences),
)
