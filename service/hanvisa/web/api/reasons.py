"""The reasons of absence, by the codes that are dialled."""

from __future__ import annotations

from pydantic import Field

from hanvisa.policy.facts import AbsenceReason, TimeKind
from hanvisa.policy.model import Text
from hanvisa.web.etags import etag_of
from hanvisa.web.fields import Outgoing, Words
from hanvisa.web.problems import not_found
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route


class ReasonShown(Outgoing):
    code: str
    name: Words
    spoken: Words = Field(description="follows the person's name")
    time_kind: TimeKind
    default_until: str = Field(
        description="how long where nobody says: minutes (30m), next_working_day, or empty: by time_kind"
    )
    private: bool = Field(description="spoken and shown neutrally")
    reachable: bool = Field(description="can be reached all the same: the phone rings")


class ReasonList(Outgoing):
    items: list[ReasonShown]


async def reasons(ask: Ask[None, None]) -> Answer:
    return Answer(ReasonList(items=[_shown(reason) for reason in ask.register.reasons.rows]))


async def read(ask: Ask[None, None]) -> Answer:
    reason = ask.register.reason(ask.path["code"])
    if reason is None:
        raise not_found(Text(sv="Den frånvaroorsaken finns inte.", en="There is no such reason of absence."))
    body = _shown(reason)
    return Answer(body, etag=etag_of(body))


def _shown(reason: AbsenceReason) -> ReasonShown:
    return ReasonShown(
        code=reason.code,
        name=Words.of(reason.name),
        spoken=Words.of(reason.spoken),
        time_kind=reason.time_kind,
        default_until=reason.default_until,
        private=reason.private,
        reachable=reason.reachable,
    )


ROUTES = (
    Route(
        "GET", "/absence-reasons", Action.READ_REASONS, reasons, "The reasons of absence", reply=ReasonList
    ),
    Route(
        "GET",
        "/absence-reasons/{code}",
        Action.READ_REASONS,
        read,
        "One reason of absence",
        reply=ReasonShown,
        etag=True,
    ),
)
