"""Whose rows a list shows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from hanvisa.directory.loading.common import member_on
from hanvisa.directory.tables import DepartmentRow, MembershipRow, OperationRow


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
