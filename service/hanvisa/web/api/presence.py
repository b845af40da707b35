"""Where a person is now, for who puts callers through: there, absent or on the phone, and who is there instead.

What is absent, until when, and best reached is what callers hear (G1, G2). A private reason is shown to few.
"""

from __future__ import annotations

from itertools import islice
from typing import Any
from uuid import UUID

from pydantic import Field

from hanvisa.policy.absence import absence_at
from hanvisa.policy.facts import AbsenceReason, ForwardingKind, Person, TargetKind
from hanvisa.policy.forwarding import forwarding_at
from hanvisa.policy.model import Text
from hanvisa.web.fields import Moment, Named, Outgoing, Words
from hanvisa.web.masking import Mask
from hanvisa.web.people import must_cover, reaches
from hanvisa.web.problems import not_found
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route
from hanvisa.web.windows import WeeklyWindow, shown

NEUTRAL = Words(sv="Frånvarande", en="Absent")
COLLEAGUES = 50


class AwayShown(Outgoing):
    absence: UUID = Field(description="the one whose reason it is; its note for the operators is there")
    reason_name: Words
    until: Moment | None = Field(
        description="null: until cancelled; of absences that adjoin the last one's end"
    )
    until_is_date: bool = Field(description="the day alone is meant")
    reachable: bool = Field(description="their phone rings all the same")


class ComingShown(Outgoing):
    reason_name: Words
    starts_at: Moment
    ends_at: Moment | None


class ForwardedShown(Outgoing):
    target: str = Field(description="as it was set; stars for a protected number")
    kind: ForwardingKind
    ends_at: Moment


class Whereabouts(Outgoing):
    person: Named
    title: str
    extension: str | None
    away: AwayShown | None
    engaged: bool = Field(description="one of their phones is in a call or rings")


class PresenceShown(Whereabouts):
    best_reached: list[WeeklyWindow]
    coming: list[ComingShown] = Field(description="absences to come")
    forwardings: list[ForwardedShown]
    substitute: Whereabouts | None = Field(description="who stands in for them now")
    department_extension: str | None
    colleagues: list[Whereabouts] = Field(description=f"the department's others, at most {COLLEAGUES}")


async def presence(ask: Ask[None, None]) -> Answer:
    person = ask.register.person(ask.path["id"])
    if person is None:
        raise not_found(Text(sv="Den personen finns inte.", en="There is no such person."))
    must_cover(ask.scope, person)
    register = ask.register
    absences = register.absences_of(person.id)
    now = absence_at(absences, ask.now)
    substitute = register.person(now.absence.substitute_id) if now and now.absence.substitute_id else None
    department = register.extensions_of(TargetKind.DEPARTMENT, person.department_id)
    colleagues = (
        one for one in register.members(person.department_id) if one != person and ask.scope.covers(one)
    )
    return Answer(
        PresenceShown(
            **_whereabouts(ask, person),
            best_reached=shown((now.best_reached if now else ()) or person.best_reached),
            coming=[
                ComingShown(
                    reason_name=_reason(ask, person, one.reason),
                    starts_at=one.starts_at,
                    ends_at=one.ends_at,
                )
                for one in sorted(absences, key=lambda one: one.starts_at)
                if one.starts_at > ask.now
            ],
            forwardings=_forwardings(ask, person),
            substitute=Whereabouts(**_whereabouts(ask, substitute)) if substitute else None,
            department_extension=department[0].number if department else None,
            colleagues=[Whereabouts(**_whereabouts(ask, one)) for one in islice(colleagues, COLLEAGUES)],
        )
    )


def sees_reason(ask: Ask[Any, Any], person: Person | None, reason: AbsenceReason) -> bool:
    """Whether the asker may know that the person is away for this reason; None is one who has left."""
    return not reason.private or reaches(ask.scope_for(Action.READ_PRIVATE_REASONS), person)


def _whereabouts(ask: Ask[Any, Any], person: Person) -> dict[str, Any]:
    """Of one whose absences the asker may not read, no absence."""
    extensions = ask.register.extensions_of(TargetKind.PERSON, person.id)
    return {
        "person": Named(id=person.id, name=person.name),
        "title": person.title,
        "extension": extensions[0].number if extensions else None,
        "away": _away(ask, person) if ask.scope.covers(person) else None,
        "engaged": ask.services.live_calls.is_engaged(person.id),
    }


def _away(ask: Ask[Any, Any], person: Person) -> AwayShown | None:
    now = absence_at(ask.register.absences_of(person.id), ask.now)
    if now is None:
        return None
    return AwayShown(
        absence=now.absence.id,
        reason_name=_reason(ask, person, now.reason),
        until=now.until,
        until_is_date=now.until_is_date,
        reachable=now.reason.reachable,
    )


def _reason(ask: Ask[Any, Any], person: Person, reason: AbsenceReason) -> Words:
    return Words.of(reason.name) if sees_reason(ask, person, reason) else NEUTRAL


def _forwardings(ask: Ask[Any, Any], person: Person) -> list[ForwardedShown]:
    mask = Mask(ask.register, ask.services.plan, ask.scope_for(Action.SEE_PROTECTED))
    all_ = ask.register.forwardings_of(person.id)
    on = (forwarding_at(all_, ask.now, kind) for kind in ForwardingKind)
    return [
        ForwardedShown(target=mask.number(one.target), kind=one.kind, ends_at=one.ends_at)
        for one in on
        if one is not None
    ]


ROUTES = (
    Route(
        "GET",
        "/persons/{id}/presence",
        Action.READ_ABSENCES,
        presence,
        "Where a person is now, and who is there instead",
        reply=PresenceShown,
    ),
)
