"""The form by which an extract is asked for (F2): whose calls, of which days, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta

from aiohttp import web

from hanvisa.policy.model import Text
from hanvisa.policy.swedish_time import local_time
from hanvisa.web.pages.days import day_given
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import View
from hanvisa.web.problems import invalid
from hanvisa.web.roles import Action

_SHOWN = 8  # persons that a search finds


async def form(page: Page) -> web.StreamResponse:
    settings = page.api.services.settings
    return page.show(
        "follow_up/extract_form.html",
        longest=settings.extract_longest,
        person_is_told=settings.extract_tell > 0,
        persons=[],
        words="",
    )


async def persons(page: Page) -> web.StreamResponse:
    words = page.request.query.get("q", "").strip()
    found = (await page.api.get("/persons", q=words, limit=_SHOWN)).items if words else []
    return page.show("follow_up/persons_part.html", persons=found, words=words)


async def request(page: Page) -> web.StreamResponse:
    given = await page.form()
    first, last = _day(given, "first"), _day(given, "last")
    now, day_after = page.api.services.clock.now(), local_time(last + timedelta(days=1), time())
    body = {
        "person": given.get("person", ""),
        "starts_at": local_time(first, time()),
        "ends_at": now if last == page.today else day_after,
        "reason": given.get("reason", ""),
    }
    answer = await page.api.send("POST", "/extracts", body)
    return page.go(answer.location or "/extracts")


def _day(given: Mapping[str, str], name: str) -> date:
    try:
        return day_given(given.get(name))
    except ValueError:
        raise invalid(
            name, Text(sv="Ange den första och den sista dagen.", en="Give the first and the last day.")
        ) from None


VIEWS = (
    View("GET", "/extracts/new", Action.REQUEST_EXTRACTS, form),
    View("GET", "/extracts/persons", Action.REQUEST_EXTRACTS, persons),
    View("POST", "/extracts", Action.REQUEST_EXTRACTS, request),
)
