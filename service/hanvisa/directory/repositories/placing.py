"""Where persons and departments belong: looked up once for all that many entries name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from hanvisa.directory.loading import LOCAL
from hanvisa.directory.tables import DepartmentRow, MembershipRow, OperationRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

Place = Mapping[str, Any]
"""The columns of a call that say where it belongs: department, operation, organisation and cost centre."""


@dataclass(frozen=True, slots=True)
class _Membership:
    department_id: UUID
    starts_on: date
    ends_on: date | None

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True, slots=True)
class Places:
    """Made by :func:`look_up_places`. What is unknown has no place."""

    memberships: Mapping[UUID, Collection[_Membership]]
    departments: Mapping[UUID, Place]

    def of_person(self, person_id: UUID | None, at: datetime) -> Place | None:
        """The place of the person's department of that day (local time)."""
        if person_id is None:
            return None
        day = at.astimezone(LOCAL).date()
        for membership in self.memberships.get(person_id, ()):
            if membership.holds_on(day):
                return self.departments.get(membership.department_id)
        return None

    def of_department(self, department_id: UUID | None) -> Place | None:
        return None if department_id is None else self.departments.get(department_id)


async def look_up_places(connection: AsyncConnection, persons: set[UUID], departments: set[UUID]) -> Places:
    """The places of the departments, and of those that the persons belong to at whatever time."""
    memberships = await _memberships_of(connection, persons)
    theirs = {one.department_id for many in memberships.values() for one in many}
    return Places(memberships, await _places_of(connection, departments | theirs))


async def _memberships_of(
    connection: AsyncConnection, persons: set[UUID]
) -> Mapping[UUID, list[_Membership]]:
    found: defaultdict[UUID, list[_Membership]] = defaultdict(list)
    if persons:
        table = MembershipRow
        query = select(table.person_id, table.department_id, table.starts_on, table.ends_on)
        rows = await connection.execute(query.where(table.person_id.in_(persons)))
        for person_id, department_id, starts_on, ends_on in rows:
            found[person_id].append(_Membership(department_id, starts_on, ends_on))
    return dict(found)


async def _places_of(connection: AsyncConnection, departments: set[UUID]) -> Mapping[UUID, Place]:
    if not departments:
        return {}
    query = (
        select(
            DepartmentRow.id.label("department_id"),
            DepartmentRow.operation_id,
            OperationRow.organisation_id,
            DepartmentRow.cost_centre_id,
        )
        .join(OperationRow, OperationRow.id == DepartmentRow.operation_id)
        .where(DepartmentRow.id.in_(departments))
    )
    found = await connection.execute(query)
    return {row["department_id"]: dict(row) for row in found.mappings()}
