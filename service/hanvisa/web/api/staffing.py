"""Who of the departments is there, day by day, and which days nobody would be (G3), before they come.

Whoever answers for a department also names the one that stands in for it (docs/adr/0101).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pydantic import Field

from hanvisa.directory.repositories.entries import Entries
from hanvisa.directory.repositories.plain import DEPARTMENTS
from hanvisa.directory.repositories.teams import Staffing, Teams
from hanvisa.policy.coverage import Member, Team, empty_days
from hanvisa.policy.facts import Absence, Department
from hanvisa.policy.model import Text
from hanvisa.policy.presence import Presence, presence
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.web.api.persons import Day
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Incoming, Named, Outgoing
from hanvisa.web.people import department_given, must_reach, named
from hanvisa.web.problems import CONFLICT, invalid, not_found
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route

_WEEK = 7
_AT_ONCE = 10  # departments that are read together: calls come in between


class StaffingQuery(Incoming):
    operation: UUID | None = None
    days: int = Field(default=28, ge=1, le=92, description="from today on")


class WeekQuery(Incoming):
    day: Day | None = Field(default=None, description="any of the week; none: today")


class EmptyDayShown(Outgoing):
    day: date
    stood_in: Named | None = Field(description="the department that stands in then, and is there")


class StaffingShown(Outgoing):
    department: Named
    operation: Named
    organisation: Named
    people: int = Field(description="who belong to it, or are to")
    stand_in: Named | None
    empty: list[EmptyDayShown] = Field(description="working days on which nobody of it can be reached")


class StaffingList(Outgoing):
    items: list[StaffingShown]


class DayShown(Outgoing):
    day: date
    working: bool = Field(description="a working day of the department")
    there: int = Field(description="who can be reached for some of it")
    people: int = Field(description="who work then")
    empty: bool = Field(description="nobody can be reached (G3)")
    stood_in: Named | None = Field(description="the department that stands in then, and is there")


class PersonWeek(Outgoing):
    person: Named
    days: list[Presence]


class WeekShown(Outgoing):
    department: Named
    operation: Named
    stand_in: Named | None
    days: list[DayShown] = Field(description="Monday to Sunday")
    people: list[PersonWeek]


class StandIn(Incoming):
    department: UUID | None = Field(description="null: nobody stands in, and the operators answer")


async def staffing(ask: Ask[None, StaffingQuery]) -> Answer:
    days = [_today(ask) + timedelta(days=number) for number in range(ask.query.days)]
    departments = {
        one.id: one
        for one in ask.register.departments.rows
        if ask.scope.covers_department(one) and ask.query.operation in (None, one.operation_id)
    }
    teams, ids = Teams(ask.services.database), list(departments)
    items: list[StaffingShown] = []
    for first in range(0, len(ids), _AT_ONCE):
        for one in await teams.staffing(ids[first : first + _AT_ONCE], days[0], days[-1]):
            items.append(_staffing(ask, departments[one.chain[0].id], one, days))
            await asyncio.sleep(0)  # calls come first
    return Answer(
        StaffingList(items=sorted(items, key=lambda one: (one.operation.name, one.department.name)))
    )


async def week(ask: Ask[None, WeekQuery]) -> Answer:
    department = _department(ask)
    day = ask.query.day or _today(ask)
    days = [day + timedelta(days=number - day.weekday()) for number in range(_WEEK)]
    found = await Teams(ask.services.database).staffing([department.id], days[0], days[-1])
    if not found:
        raise _gone()
    return Answer(_week(ask, department, found[0], days))


async def name_stand_in(ask: Ask[StandIn, None]) -> Answer:
    department = _department(ask)
    entries = Entries(ask.services.database, DEPARTMENTS)
    version = must_match(ask.if_match, (await entries.get(department.id)).version)
    chosen = ask.body.department
    if chosen is not None:
        _must_be_able_to(department, department_given(ask.register, chosen, "department"))
    with against_others():
        entry = await entries.change(department.id, {"stand_in_id": chosen}, version, ask.who.actor)
    return Answer(_stand_in(ask, chosen), etag=str(entry.version))


async def read_stand_in(ask: Ask[None, None]) -> Answer:
    entry = await Entries(ask.services.database, DEPARTMENTS).get(_department(ask).id)
    return Answer(_stand_in(ask, entry.values["stand_in_id"]), etag=str(entry.version))


class StandInShown(Outgoing):
    department: Named | None = Field(description="null: nobody stands in, and the operators answer")


def _must_be_able_to(department: Department, stand_in: Department) -> None:
    """Raises Problem (422) for a department that can't stand in for that one."""
    if stand_in.id == department.id:
        raise invalid(
            "department",
            Text(sv="En avdelning kan inte ersätta sig själv.", en="A department can't stand in for itself."),
        )
    if stand_in.organisation_id != department.organisation_id:
        raise invalid(
            "department",
            Text(
                sv="Den avdelningen hör till en annan organisation; det ordnar administratören.",
                en="That department is of another organisation; ask the administrator.",
            ),
        )


def _stand_in(ask: Ask[Any, Any], id_: UUID | None) -> StandInShown:
    return StandInShown(department=_named_department(ask, id_))


def _staffing(
    ask: Ask[Any, Any], department: Department, found: Staffing, days: Sequence[date]
) -> StaffingShown:
    return StaffingShown(
        department=named(department, department.id),
        operation=_operation(ask, department),
        organisation=named(ask.register.organisation(department.organisation_id), department.organisation_id),
        people=len({member.person_id for member in found.chain[0].members}),
        stand_in=_named_department(ask, department.stand_in_id),
        empty=[
            EmptyDayShown(day=one.day, stood_in=_of(one.stood_in))
            for one in empty_days(found.chain, found.absences, days)
        ],
    )


def _week(ask: Ask[Any, Any], department: Department, found: Staffing, days: list[date]) -> WeekShown:
    team = found.chain[0]
    empty = {one.day: one for one in empty_days(found.chain, found.absences, days)}
    absences: defaultdict[UUID, list[Absence]] = defaultdict(list)
    for absence in found.absences:
        absences[absence.person_id].append(absence)
    people = [
        (member, [presence(member, team, day, absences[member.person_id]) for day in days])
        for member in team.members
        if any(map(member.belongs, days))
    ]
    return WeekShown(
        department=named(department, department.id),
        operation=_operation(ask, department),
        stand_in=_named_department(ask, department.stand_in_id),
        days=[
            DayShown(
                day=day,
                working=bool(team.working_time(day)),
                there=sum(one[number].can_be_reached for _, one in people),
                people=sum(one[number] is not Presence.OFF for _, one in people),
                empty=day in empty,
                stood_in=_of(empty[day].stood_in) if day in empty else None,
            )
            for number, day in enumerate(days)
        ],
        people=[_person(member, one) for member, one in people],
    )


def _person(member: Member, days: Iterable[Presence]) -> PersonWeek:
    return PersonWeek(person=Named(id=member.person_id, name=member.name), days=list(days))


def _department(ask: Ask[Any, Any]) -> Department:
    """Raises Problem: there is none (404), it is out of reach (403)."""
    department = ask.register.department(ask.path["id"])
    if department is None:
        raise _gone()
    must_reach(ask.scope, department)
    return department


def _gone() -> Exception:
    return not_found(Text(sv="Den avdelningen finns inte.", en="There is no such department."))


def _operation(ask: Ask[Any, Any], department: Department) -> Named:
    return named(ask.register.operation(department.operation_id), department.operation_id)


def _named_department(ask: Ask[Any, Any], id_: UUID | None) -> Named | None:
    return named(ask.register.department(id_), id_) if id_ is not None else None


def _of(team: Team | None) -> Named | None:
    return Named(id=team.id, name=team.name) if team is not None else None


def _today(ask: Ask[Any, Any]) -> date:
    return ask.now.astimezone(LOCAL).date()


ROUTES = (
    Route(
        "GET",
        "/staffing",
        Action.READ_COVERAGE_ALARMS,
        staffing,
        "The departments that one answers for, and the days to come on which they would be empty",
        query=StaffingQuery,
        reply=StaffingList,
    ),
    Route(
        "GET",
        "/departments/{id}/week",
        Action.READ_ABSENCES,
        week,
        "Who of a department is there in a week, day by day",
        query=WeekQuery,
        reply=WeekShown,
    ),
    Route(
        "GET",
        "/departments/{id}/stand-in",
        Action.READ_ORGANISATION,
        read_stand_in,
        "The department that answers when this one is empty",
        reply=StandInShown,
        etag=True,
    ),
    Route(
        "PUT",
        "/departments/{id}/stand-in",
        Action.NAME_STAND_INS,
        name_stand_in,
        "Name the department that answers when this one is empty, or none",
        body=StandIn,
        reply=StandInShown,
        if_match=True,
        etag=True,
        refusals=(CONFLICT,),
    ),
)
