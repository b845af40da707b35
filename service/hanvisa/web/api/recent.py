"""What a citizen who is at the switchboard has rung about lately: so that they need not tell it again.

F2: of our own people's calls nothing is told here, nor of those that no operator had, nor of confidential ones.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.web.fields import Moment, Named, Outgoing
from hanvisa.web.people import named_person
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route

LATELY = timedelta(days=30)
MOST = 5
_LOOKED_AT = 50  # calls: of some nothing is told


class RecentShown(Outgoing):
    started_at: Moment
    person: Named | None = Field(description="who was sought")
    operator: Named
    outcome: str | None


class RecentList(Outgoing):
    items: list[RecentShown]


async def recent(ask: Ask[None, None]) -> Answer:
    call = ask.services.live_calls.call(ask.path["call"])
    if not call.caller.number or call.caller.person is not None:
        return Answer(RecentList(items=[]))
    found = await CallRecords(ask.services.database).list(
        caller=call.caller.number, since=ask.now - LATELY, limit=_LOOKED_AT
    )
    told = [
        RecentShown(
            started_at=one.started_at,
            person=named_person(ask.register, one.person_id) if one.person_id else None,
            operator=named_person(ask.register, one.operator_id),
            outcome=one.outcome,
        )
        for one in found
        if one.operator_id is not None and one.id != call.id and not one.confidential and not one.private
    ]
    return Answer(RecentList(items=told[:MOST]))


ROUTES = (
    Route(
        "GET",
        "/live/calls/{call}/recent",
        Action.READ_LIVE,
        recent,
        "The caller's calls to the operators in the last 30 days, the newest first",
        reply=RecentList,
    ),
)
