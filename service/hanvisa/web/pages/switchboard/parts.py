"""What the console is made of: each part is an element of the page, and is made anew when one of its topics changes.

The topics: "calls", "operators", "presence" (absences, forwardings, exceptions, persons, who is on the phone) and
"notices". Every part stands in the page as ``<section id="part-NAME" sse-swap="NAME">``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from hanvisa.web.api.live import LiveCallShown
from hanvisa.web.api.operators import OperatorShown, StateShown
from hanvisa.web.api.recent import RecentShown
from hanvisa.web.pages.rendering import Page
from hanvisa.web.roles import Action

WAITING = ("AtSwitchboard", "BackToOperator", "LeavingNumber", "Unattended")
"""The stages in which a caller waits for an operator."""

CALLERS = "mine"
"""The part that says who one's callers are, and which of them the keys are for."""


@dataclass(frozen=True, slots=True)
class Part:
    """``render`` gives the HTML within the part's element, in the name of whoever looks at the page.

    Whose values for the template are the same share what is made (`pages.live.sharing`): it is given what differs and
    not who looks.
    """

    name: str
    render: Callable[[Page], Awaitable[str]]
    topics: frozenset[str]


async def _waiting(page: Page) -> str:
    """Who rings at one's own phone comes first, then who has waited longest."""
    me = page.api.who.person_id
    waiting = [call for call in await _calls(page) if call.stage in WAITING]
    waiting.sort(key=lambda call: (not _rings(call, me), call.since))
    here = frozenset(call.id for call in waiting if _rings(call, me))
    return page.fill("switchboard/waiting.html", calls=waiting, here=here)


async def _mine(page: Page) -> str:
    me = page.api.who.person_id
    mine = [call for call in await _calls(page) if me is not None and is_with(call, me)]
    mine.sort(key=lambda call: (call.held, call.since))
    current, consultation = current_of(mine, me)
    colleagues = await _colleagues(page) if current else []
    on_mobile = [call for call in await _calls(page) if call not in mine and _is_on_mobile(call, me)]
    return page.fill(
        "switchboard/mine.html",
        calls=mine,
        dialled=frozenset(call.id for call in mine if call.caller.person and call.caller.person.id == me),
        on_mobile=on_mobile,
        current=current,
        consultation=consultation,
        colleagues=colleagues,
        recent=await _recent(page, current) if current else [],
    )


async def _parked(page: Page) -> str:
    parked = [call for call in await _calls(page) if call.parked_for or call.stage == "CampingOn"]
    parked.sort(key=lambda call: call.since)
    me = page.api.who.person_id
    mine = frozenset(call.id for call in parked if call.operator and call.operator.id == me)
    colleagues = await _colleagues(page) if mine else []
    return page.fill("switchboard/parked.html", calls=parked, mine=mine, colleagues=colleagues)


async def _me(page: Page) -> str:
    return page.fill("switchboard/me.html", operator=await operator(page))


async def _notices(page: Page) -> str:
    me = page.api.who.person_id
    is_reader = me is not None and page.api.may(Action.ACKNOWLEDGE_NOTICES)
    notices = (await page.api.get("/notices", limit=200)).items if is_reader else []
    unread = [one for one in notices if all(reader.person.id != me for reader in one.acknowledged)]
    return page.fill("switchboard/notices.html", notices=unread)


def is_with(call: LiveCallShown, person: UUID) -> bool:
    """Whether the person talks in the call, or has the caller on hold."""
    parties = (call.caller.person, call.other.person if call.other else None)
    is_held_by = call.stage == "OnHold" and call.operator is not None and call.operator.id == person
    return is_held_by or any(one is not None and one.id == person for one in parties)


def current_of(
    mine: Iterable[LiveCallShown], me: UUID | None
) -> tuple[LiveCallShown | None, LiveCallShown | None]:
    """The caller who is to be put through, and one's own call to somebody whom they may be joined to."""
    rang = [call for call in mine if call.caller.person is None or call.caller.person.id != me]
    dialled = [call for call in mine if call not in rang]
    return next(iter(rang), None), next((call for call in dialled if call.other), None)


async def operator(page: Page) -> OperatorShown | None:
    """Whoever looks, as an operator; None who is none."""
    me = page.api.who.person_id
    return next((one for one in await _operators(page) if one.person.id == me), None)


async def _operators(page: Page) -> list[OperatorShown]:
    return list((await page.api.get("/operators", limit=200)).items)


async def _calls(page: Page) -> list[LiveCallShown]:
    return list((await page.api.get("/live/calls")).items)


async def _colleagues(page: Page) -> list[OperatorShown]:
    """The operators to whom a caller could be handed over now."""
    return [
        one
        for one in await _operators(page)
        if one.state in (StateShown.OPEN, StateShown.WRAPPING_UP)
        and not one.engaged
        and one.person.id != page.api.who.person_id
    ]


async def _recent(page: Page, call: LiveCallShown) -> list[RecentShown]:
    recent = await page.api.find(f"/live/calls/{call.id}/recent")
    return list(recent.items) if recent else []  # it has ended in this moment


def _is_on_mobile(call: LiveCallShown, person: UUID | None) -> bool:
    """Whether the person has put it through to a mobile: what they may do with it is mark it, and take it back (M4)."""
    is_theirs = call.operator is not None and call.operator.id == person
    return is_theirs and call.on_mobile and call.other is not None


def _rings(call: LiveCallShown, person: UUID | None) -> bool:
    return any(one.id == person for one in call.rings)


PARTS: Mapping[str, Part] = {
    part.name: part
    for part in (
        Part("notices", _notices, frozenset({"notices"})),
        Part("me", _me, frozenset({"operators"})),
        Part("waiting", _waiting, frozenset({"calls"})),
        Part(CALLERS, _mine, frozenset({"calls", "operators"})),
        Part("parked", _parked, frozenset({"calls", "operators"})),
    )
}
