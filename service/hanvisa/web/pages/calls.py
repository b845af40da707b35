"""Why did they hear that? Calls, each told from its beginning to its end, and the rules that it went by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from hanvisa.policy.swedish_time import local_time
from hanvisa.web.middleware import TELLER, Teller
from hanvisa.web.pages.days import day_given
from hanvisa.web.pages.endings import endings
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.view import View
from hanvisa.web.problems import FORBIDDEN, Problem
from hanvisa.web.roles import Action
from hanvisa.web.routing import Anyone

_FILTERS = ("person", "operator", "since", "until")
_MEANT = 8  # persons of a name, to choose among


async def listing(page: Page) -> web.StreamResponse:
    """The filters are those of the address: days, and whoever was sought or attended. ``q`` is a name of the former."""
    given = {name: page.request.query[name] for name in (*_FILTERS, "q") if page.request.query.get(name)}
    meant: Sequence[Any] = ()
    if "q" in given:
        meant = (await page.api.get("/persons", q=given["q"], limit=_MEANT)).items
        if len(meant) == 1:
            given = {**given, "person": str(meant[0].id)}
            del given["q"]
    found = await page.api.get(
        "/calls",
        person=given.get("person"),
        operator=given.get("operator"),
        since=_midnight(given.get("since"), 0),
        until=_midnight(given.get("until"), 1),
        cursor=page.request.query.get("cursor"),
    )
    return page.show(
        "calls/list.html",
        calls=found.items,
        next=found.next,
        given=given,
        meant=meant if "q" in given else (),
        named=await _named(page, given),
        endings=endings(),
        address=partial(_address, given),
        may_request=page.api.may(Action.REQUEST_EXTRACTS),
    )


async def one(page: Page) -> web.StreamResponse:
    """F2: of a call that is not the asker's own the page says so, and how others' calls are asked for."""
    path = f"/calls/{page.request.match_info['call']}"
    page.request[TELLER] = Teller(partial(_tell, page))
    call = await page.api.get(path)
    story = await page.api.get(f"{path}/story", language=page.language)
    return page.show("calls/one.html", call=call, story=story, rules=await _rules(page))


def _tell(page: Page, problem: Problem) -> web.StreamResponse:
    if problem.kind is not FORBIDDEN:
        return page.tell(problem)
    return page.show(
        "calls/others.html",
        status=problem.kind.status,
        problem=problem,
        may_request=page.api.may(Action.REQUEST_EXTRACTS),
    )


async def rules(page: Page) -> web.StreamResponse:
    return page.show("calls/rules.html", rules=await _rules(page))


async def _rules(page: Page) -> Mapping[str, str]:
    """By their ids."""
    found = await page.api.get("/policy/rules")
    return {rule.id: rule.text for rule in found.items}


async def _named(page: Page, given: Mapping[str, str]) -> Mapping[str, str]:
    """Whom the filters name."""
    persons = {
        name: await page.api.get(f"/persons/{given[name]}")
        for name in ("person", "operator")
        if name in given
    }
    return {name: f"{one.given_name} {one.family_name}" for name, one in persons.items()}


def _address(given: Mapping[str, str], **other: Any) -> str:
    """The list with these filters instead; None takes one away."""
    filters = {name: value for name, value in {**given, **other}.items() if value is not None}
    return f"/calls?{urlencode(filters)}" if filters else "/calls"


def _midnight(day: str | None, later: int) -> datetime | None:
    """When the day begins in Sweden, so many days later; None for what is no day."""
    try:
        return local_time(day_given(day) + timedelta(days=later), time())
    except ValueError:
        return None


VIEWS = (
    View("GET", "/calls", Action.READ_CALLS, listing),
    View("GET", "/calls/{call}", Anyone.SIGNED_IN, one),
    View("GET", "/rules", Action.READ_RULES, rules),
)
