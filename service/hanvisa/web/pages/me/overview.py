"""The page itself: its parts, one below the other."""

from __future__ import annotations

from aiohttp import web

from hanvisa.web.pages.me import absence, details, forwarding, messages, week
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import View
from hanvisa.web.roles import Action
from hanvisa.web.routing import Anyone


async def show(page: Page) -> web.StreamResponse:
    """Of an account that is nobody's there are its sign-ins only."""
    if page.api.who.person_id is None:
        return page.go("/me/sign-ins")
    return page.show(
        "me/page.html",
        **await absence.section(page),
        **await week.section(page, week.monday_asked(page)),
        **await messages.section(page),
        **await forwarding.section(page),
        **await details.section(page),
    )


VIEWS = (
    View("GET", "/me", Anyone.SIGNED_IN, show),
    View("GET", "/me/week", Action.SET_ABSENCES, week.show),
)
