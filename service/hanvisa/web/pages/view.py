"""A page's address, who may open it, and what happens around its handler."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from hanvisa.config import Settings
from hanvisa.policy.model import Language
from hanvisa.web.cookies import read_cookie, session_cookie
from hanvisa.web.middleware import TELLER, Teller
from hanvisa.web.origin import address_of
from hanvisa.web.pages import translating
from hanvisa.web.pages.asking import Api
from hanvisa.web.pages.rendering import Page
from hanvisa.web.principals import Principal, nobody
from hanvisa.web.problems import UNAUTHENTICATED, Problem
from hanvisa.web.roles import Action
from hanvisa.web.routing import WHO, Anyone, asked_by, who_asks
from hanvisa.web.services import SERVICES
from hanvisa.web.using import note_use

LANGUAGE_COOKIE = "hanvisa_language"
SIGN_IN = "/sign-in"

Handler = Callable[[Page], Awaitable[web.StreamResponse]]

ASKED: web.AppKey[Callable[[Principal], None]] = web.AppKey("asked")
"""Told who has asked for a change at a page, when it is done or refused, be it before its handler. Never waits."""

_STEP = re.compile(r"[^/\x00-\x1f\x7f]*")
"""What may stand in a place of an address: nothing that would lead to another route of the API, or end a header."""


@dataclass(frozen=True, slots=True)
class View:
    """One address of the pages. Who has not signed in is asked to, and then brought back to it."""

    method: str
    path: str
    action: Action | Anyone
    handler: Handler

    def add_to(self, router: web.UrlDispatcher) -> None:
        if self.method == "GET":
            router.add_get(self.path, self._serve)
        else:
            router.add_route(self.method, self.path, self._serve)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self._answer(request)
        finally:
            if self.method != "GET" and (who := request.get(WHO)):
                request.app[ASKED](who)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        services = request.app[SERVICES]
        language = _chosen(request, services.settings)
        translating.language.set(language)
        stranger = Page(
            request, Api(services, nobody(address_of(request, services.settings)), language, None)
        )
        request[TELLER] = Teller(stranger.tell)
        if not all(map(_STEP.fullmatch, request.match_info.values())):
            raise web.HTTPNotFound
        try:
            page = await page_for(request, self.action)
        except Problem as problem:
            if problem.kind is UNAUTHENTICATED:
                if session_cookie(request, services.settings) is None and _is_led_here(request):
                    return stranger.show("again.html")
                return stranger.go(f"{SIGN_IN}?to={quote(_wanted(request), safe='/')}")
            raise
        await note_use(request, page.api.who)
        return await self.handler(page)


async def page_for(request: web.Request, action: Action | Anyone) -> Page:
    """The request, of whoever asks. Raises Problem: nobody known (401), not meant or nothing reached (403)."""
    services = request.app[SERVICES]
    language, cookie = _chosen(request, services.settings), session_cookie(request, services.settings)
    who = await who_asks(request, cookie, action)
    page = Page(request, Api(services, who, language, cookie))
    request[TELLER] = Teller(page.tell)
    asked_by(services, who, action, language, cookie)
    return page


def told_in_words(request: web.Request) -> Teller:
    """How a problem is told to who looks with a browser at what no view serves."""
    services = request.app[SERVICES]
    language = _chosen(request, services.settings)
    translating.language.set(language)
    who = nobody(address_of(request, services.settings))
    return Teller(Page(request, Api(services, who, language, None)).tell)


def _is_led_here(request: web.Request) -> bool:
    """From a mail, or another site: the browser has kept back our cookie, which it has when we lead it here."""
    return (
        request.method == "GET"
        and request.headers.get("Sec-Fetch-Site") == "cross-site"
        and request.headers.get("Sec-Fetch-Mode") == "navigate"
    )


def _chosen(request: web.Request, settings: Settings) -> Language:
    """Swedish, unless somebody has chosen English."""
    chosen = read_cookie(request, LANGUAGE_COOKIE, settings)
    return Language.EN if chosen == Language.EN.value else Language.SV


def _wanted(request: web.Request) -> str:
    """The page on which somebody was who has to sign in, with its query: a part of one is no page."""
    if request.headers.get("HX-Request") == "true":
        current = request.headers.get("HX-Current-URL", "")
        _, _, after = current.partition(f"://{request.host}")
        return after if after.isascii() and after else "/"
    return str(request.rel_url) if request.method == "GET" else "/"
