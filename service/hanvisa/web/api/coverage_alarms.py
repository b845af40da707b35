"""Alarms (G3): an absence that cannot wait leaves a department empty, and its telephone manager sees to it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from hanvisa.directory.repositories.coverage import CoverageAlarm, CoverageAlarms
from hanvisa.policy.model import Text
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import ListQuery, Moment, Named, Outgoing
from hanvisa.web.paging import cut, id_after
from hanvisa.web.people import named, named_person
from hanvisa.web.problems import FORBIDDEN, Problem
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route


class CoverageAlarmQuery(ListQuery):
    seen: bool = Field(default=False, description="show those as well that somebody has seen to")


class CoverageAlarmShown(Outgoing):
    id: UUID
    department: Named
    person: Named
    absence: UUID
    first_day: date
    last_day: date
    days: int = Field(description="how many working days, from the first to the last")
    raised_at: Moment
    seen_at: Moment | None
    seen_by: str | None


class CoverageAlarmList(Outgoing):
    items: list[CoverageAlarmShown]
    next: str | None


async def alarms(ask: Ask[None, CoverageAlarmQuery]) -> Answer:
    query = ask.query
    found = await CoverageAlarms(ask.services.database).list(
        operations=None if ask.scope.everything else ask.scope.operations,
        seen=query.seen,
        after=id_after(query.cursor),
        limit=query.limit + 1,
    )
    page = cut(tuple(found), lambda alarm: (str(alarm.id),), query.limit)
    return Answer(CoverageAlarmList(items=[_shown(ask, alarm) for alarm in page.items], next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, await _find(ask))


async def see(ask: Ask[None, None]) -> Answer:
    alarm = await _find(ask)
    version = must_match(ask.if_match, alarm.version)
    with against_others():
        alarm = await CoverageAlarms(ask.services.database).see(alarm.id, ask.now, version, ask.who.actor)
    return _answer(ask, alarm)


async def _find(ask: Ask[Any, Any]) -> CoverageAlarm:
    alarm = await CoverageAlarms(ask.services.database).get(ask.path["id"])
    department = ask.register.department(alarm.department_id)
    if not ask.scope.everything and (
        department is None or department.operation_id not in ask.scope.operations
    ):
        raise Problem(
            FORBIDDEN,
            Text(
                sv="Larmet gäller en annan verksamhet än din.",
                en="The alarm is of another operation than yours.",
            ),
        )
    return alarm


def _answer(ask: Ask[Any, Any], alarm: CoverageAlarm) -> Answer:
    return Answer(_shown(ask, alarm), etag=str(alarm.version))


def _shown(ask: Ask[Any, Any], alarm: CoverageAlarm) -> CoverageAlarmShown:
    return CoverageAlarmShown(
        id=alarm.id,
        department=named(ask.register.department(alarm.department_id), alarm.department_id),
        person=named_person(ask.register, alarm.person_id),
        absence=alarm.absence_id,
        first_day=alarm.first_day,
        last_day=alarm.last_day,
        days=alarm.days,
        raised_at=alarm.raised_at,
        seen_at=alarm.seen_at,
        seen_by=alarm.seen_by,
    )


ROUTES = (
    Route(
        "GET",
        "/coverage-alarms",
        Action.READ_COVERAGE_ALARMS,
        alarms,
        "Alarms of departments that are left empty, in the order in which they were raised",
        query=CoverageAlarmQuery,
        reply=CoverageAlarmList,
    ),
    Route(
        "GET",
        "/coverage-alarms/{id}",
        Action.READ_COVERAGE_ALARMS,
        read,
        "One alarm",
        reply=CoverageAlarmShown,
        etag=True,
    ),
    Route(
        "POST",
        "/coverage-alarms/{id}/seen",
        Action.READ_COVERAGE_ALARMS,
        see,
        "Say that one has seen to it",
        reply=CoverageAlarmShown,
        if_match=True,
        etag=True,
    ),
)
