"""Whose rows a list shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select

from hanvisa.directory.loading.common import member_on
from hanvisa.directory.tables import DepartmentRow, MembershipRow, OperationRow

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, slots=True)
class Within:
    """Those of any of these organisations, operations and cost centres, and these persons. Empty: nobody's.

    ``on`` is the day on which they belong there; None: they do, or have done.
    """

    organisations: Collection[UUID] = ()
    operations: Collection[UUID] = ()
    cost_centres: Collection[UUID] = ()
    persons: Collection[UUID] = ()
    on: date | None = None

    def holds(self, person: Any) -> ColumnElement[bool]:
        """The person of the column belongs to it."""
        members = (
            select(MembershipRow.person_id)
            .join(DepartmentRow, DepartmentRow.id == MembershipRow.department_id)
            .join(OperationRow, OperationRow.id == DepartmentRow.operation_id)
            .where(
                or_(
                    OperationRow.organisation_id.in_(self.organisations),
                    OperationRow.id.in_(self.operations),
                    DepartmentRow.cost_centre_id.in_(self.cost_centres),
                )
            )
        )
        if self.on is not None:
            members = members.where(member_on(self.on))
        return or_(person.in_(self.persons), person.in_(members))


def page(
    query: Query,
    table: Any,
    *,
    within: Within | None,
    person_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> Query:
    """Of the table's rows, which are about persons, the next ones after an id, in the order in which they were made."""
    if within is not None:
        query = query.where(within.holds(table.person_id))
    if person_id is not None:
        query = query.where(table.person_id == person_id)
    if after is not None:
        query = query.where(table.id > after)
    return query.order_by(table.id).limit(limit)
