"""Search as one types: who is there, absent or on the phone, and the ways to have them, at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web

from hanvisa.policy.model import AlternativeKind
from hanvisa.web.api.absences import AbsenceShown
from hanvisa.web.api.live import LiveCallShown
from hanvisa.web.api.persons import PersonShown
from hanvisa.web.api.presence import PresenceShown
from hanvisa.web.pages.asking import place
from hanvisa.web.pages.rendering import Page
from hanvisa.web.pages.switchboard.searches import SEARCHES, Search, window_of
from hanvisa.web.pages.writing import weekday

SHOWN = 8
_NUMBER = re.compile(r"[+*#]?[\d\s()*#-]{2,40}")


@dataclass(frozen=True, slots=True)
class MobileOffered:
    """``told``: the number may be told to the caller. ``allowed``: the caller may be put through, and why."""

    number: str
    told: bool
    allowed: bool
    because: Any


@dataclass(frozen=True, slots=True)
class Card:
    """``note`` is what the person has written for the operators of their absence now."""

    person: PersonShown
    presence: PresenceShown
    note: str
    mobiles: list[MobileOffered]


async def found(page: Page) -> web.StreamResponse:
    search, searches, window = (
        Search.asked_by(page.request.query),
        page.request.app[SEARCHES],
        window_of(page),
    )
    searches.note(window, search)
    html = await render(page, search)
    if searches.of(window) == search:  # what has been asked for meanwhile is what the window shows
        searches.note(window, search, html)
    return page.show("switchboard/search.html", html=html)


async def render(page: Page, search: Search) -> str:
    """What is found, as it is now. Raises Problem."""
    q, call = search.q, await current(page, search.call)
    if search.person:
        persons = [await page.api.get(f"/persons/{place(search.person)}")]
    else:
        persons = (await page.api.get("/persons", q=q, limit=SHOWN)).items if q else []
    return page.fill(
        "switchboard/found.html",
        search=search,
        number=q if not search.person and _NUMBER.fullmatch(q) else "",
        cards=[await _card(page, person, call) for person in persons],
        weekday=weekday,
    )


async def current(page: Page, call_id: str) -> LiveCallShown | None:
    """The caller at hand; None when there is none, or no more."""
    call: LiveCallShown | None = await page.api.find(f"/live/calls/{place(call_id)}") if call_id else None
    return call


async def presence_of(page: Page, person: str | UUID) -> PresenceShown:
    presence: PresenceShown = await page.api.get(f"/persons/{place(str(person))}/presence")
    return presence


async def _card(page: Page, person: PersonShown, call: LiveCallShown | None) -> Card:
    numbers = [mobile.number for mobile in person.mobiles if mobile.number]
    presence = await presence_of(page, person.id)
    return Card(
        person,
        presence,
        await _note(page, presence),
        [await _offered(page, number, call) for number in numbers],
    )


async def _note(page: Page, presence: PresenceShown) -> str:
    """None where the absence has been taken back since."""
    absence: AbsenceShown | None = None
    if presence.away:
        absence = await page.api.find(f"/absences/{presence.away.absence}")
    return absence.note if absence else ""


async def _offered(page: Page, number: str, call: LiveCallShown | None) -> MobileOffered:
    question = {
        "kind": "transfer",
        "target": number,
        "operator": page.api.who.person_id,
        "confidential": call.confidential if call else False,
    }
    decision: Any = (await page.api.send("POST", "/policy/decisions", question)).body
    told = any(one.kind is AlternativeKind.TELL_MOBILE_NUMBER for one in decision.alternatives)
    is_allowed = decision.effect == "allow"
    return MobileOffered(number, told or is_allowed, is_allowed, decision.because)
