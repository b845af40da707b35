"""Departments with their members and these people's absences, as G3 looks at them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Row, or_, select

from hanvisa.directory.engine import Database
from hanvisa.directory.loading import reason_of
from hanvisa.directory.loading.common import grouped
from hanvisa.directory.tables import AbsenceReasonRow, AbsenceRow, DepartmentRow, MembershipRow, PersonRow
from hanvisa.policy.coverage import Member, Team, chain_of
from hanvisa.policy.facts import Absence
from hanvisa.policy.swedish_time import local_time

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

Departments = Sequence[Row[Any, Any, Any, Any]]

_IN_USE = select(
    DepartmentRow.id, DepartmentRow.name, DepartmentRow.stand_in_id, DepartmentRow.working_hours
).where(DepartmentRow.ended_at.is_(None))


@dataclass(frozen=True, slots=True)
class Staffing:
    """A department and those that stand in for it, one for the other, and all their people's absences.

    Not those that were taken back before they began.
    """

    chain: tuple[Team, ...]
    absences: tuple[Absence, ...]


class Teams:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def staffing(self, ids: Collection[UUID], first: date, last: date) -> list[Staffing]:
        """Of these departments from the first day to the last, in the order of their names; none for an unknown one."""
        since, until = local_time(first, time()), local_time(last + timedelta(days=1), time())
        async with self._database.reading() as session:
            departments = await _departments_near(session, ids)
            stand_ins = stand_ins_of(departments)
            chains = {one.id: tuple(chain_of(one.id, stand_ins)) for one in departments if one.id in ids}
            near = {id_ for chain in chains.values() for id_ in chain}
            teams = {team.id: team for team in await teams_of(session, departments, near, first)}
            persons = {member.person_id for team in teams.values() for member in team.members}
            rows = await absences_of(session, persons, since)
        by_person = grouped(
            (row.person_id, Absence(row.id, row.person_id, reason_of(reason), row.starts_at, row.ends_at))
            for row, reason in rows
            if row.starts_at < until and (row.ends_at is None or row.ends_at > row.starts_at)
        )
        return [_staffing(tuple(teams[id_] for id_ in chain), by_person) for chain in chains.values()]


def _staffing(chain: tuple[Team, ...], by_person: Mapping[UUID, tuple[Absence, ...]]) -> Staffing:
    persons = dict.fromkeys(member.person_id for team in chain for member in team.members)
    return Staffing(chain, tuple(one for person in persons for one in by_person.get(person, ())))


async def _departments_near(session: AsyncSession, ids: Collection[UUID]) -> Departments:
    """These, those that stand in for them, those that stand in for those, and so on."""
    found: dict[UUID, Row[Any, Any, Any, Any]] = {}
    wanted = set(ids)
    while wanted:
        rows = (await session.execute(_IN_USE.where(DepartmentRow.id.in_(wanted)))).all()
        found |= {row.id: row for row in rows}
        wanted = {row.stand_in_id for row in rows if row.stand_in_id is not None} - found.keys()
    return sorted(found.values(), key=lambda row: row.name)


async def departments_in_use(session: AsyncSession) -> Departments:
    """Each with id, name, stand_in_id and working_hours, in the order of their names."""
    return (await session.execute(_IN_USE.order_by(DepartmentRow.name))).all()


def stand_ins_of(departments: Departments) -> Mapping[UUID, UUID | None]:
    return {row.id: row.stand_in_id for row in departments}


async def teams_of(
    session: AsyncSession, departments: Departments, near: Collection[UUID], first: date
) -> tuple[Team, ...]:
    """Those of the departments that are ``near``, with who belongs to them on that day or later."""
    table = MembershipRow
    rows = await session.execute(
        select(
            table.department_id,
            table.person_id,
            PersonRow.given_name,
            PersonRow.family_name,
            table.starts_on,
            table.ends_on,
            PersonRow.schedule,
        )
        .join(PersonRow, PersonRow.id == table.person_id)
        .where(
            table.department_id.in_(near),
            or_(table.ends_on.is_(None), table.ends_on > first),
            PersonRow.ended_at.is_(None),
        )
        .order_by(PersonRow.family_name, PersonRow.given_name, table.starts_on)
    )
    members = grouped(
        (department_id, Member(person, f"{given} {family}", starts_on, ends_on, schedule))
        for department_id, person, given, family, starts_on, ends_on, schedule in rows
    )
    return tuple(
        Team(row.id, row.name, members.get(row.id, ()), row.working_hours, row.stand_in_id)
        for row in departments
        if row.id in near
    )


async def absences_of(
    session: AsyncSession, persons: Collection[UUID], since: datetime
) -> Sequence[Row[AbsenceRow, AbsenceReasonRow]]:
    """Those of the persons that last longer than till then."""
    table = AbsenceRow
    query = (
        select(table, AbsenceReasonRow)
        .join(AbsenceReasonRow, AbsenceReasonRow.id == table.reason_id)
        .where(table.person_id.in_(persons), or_(table.ends_at.is_(None), table.ends_at > since))
    )
    return (await session.execute(query)).all()
