"""From a call's entries to the call's row: who, whom, where in the organisation, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.loading import belongs_now
from hanvisa.directory.tables import CallRow, DepartmentRow, MembershipRow, OperationRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


async def fold_into_calls(session: AsyncSession, entries: Sequence[CallEntry]) -> None:
    """Bring the rows of the entries' calls up to date, making those that are missing."""
    known = await session.scalars(select(CallRow).where(CallRow.id.in_({entry.call_id for entry in entries})))
    rows = {row.id: row for row in known}
    for entry in entries:
        row = rows.get(entry.call_id)
        if row is None:
            row = rows[entry.call_id] = CallRow(id=entry.call_id, started_at=entry.at)
            session.add(row)
        await _fold(session, row, entry)


async def _fold(session: AsyncSession, row: CallRow, entry: CallEntry) -> None:
    data = entry.data
    match entry.kind:
        case "opened":
            row.started_at = entry.at
            row.side = _text(data, "side")
            row.caller = _text(data, "caller")
            row.called = _text(data, "called")
            row.organisation_id = _id(data, "organisation")
            row.caller_person_id = _id(data, "caller_person")
            await _place_person(session, row, row.caller_person_id, entry.at)
        case "outcome":
            row.outcome = _text(data, "outcome")
            row.operator_id = _id(data, "operator") or row.operator_id
            row.person_id = _id(data, "person") or row.person_id
            row.unreferred = row.unreferred or bool(data.get("unreferred"))
            await _place_person(session, row, _id(data, "person"), entry.at)
            await _place_department(session, row, _id(data, "department"))
        case "closed":
            row.ended_at = entry.at
    row.confidential = bool(row.confidential or data.get("confidential"))
    row.private = bool(row.private or data.get("private"))


async def _place_person(session: AsyncSession, row: CallRow, person_id: UUID | None, at: datetime) -> None:
    if person_id is None:
        return
    await _place_department(
        session,
        row,
        await session.scalar(
            select(MembershipRow.department_id).where(MembershipRow.person_id == person_id, belongs_now(at))
        ),
    )


async def _place_department(session: AsyncSession, row: CallRow, department_id: UUID | None) -> None:
    if department_id is None:
        return
    places = await session.execute(
        select(DepartmentRow.operation_id, OperationRow.organisation_id, DepartmentRow.cost_centre_id)
        .join(OperationRow, OperationRow.id == DepartmentRow.operation_id)
        .where(DepartmentRow.id == department_id)
    )
    for operation_id, organisation_id, cost_centre_id in places:
        row.department_id = department_id
        row.operation_id = operation_id
        row.organisation_id = organisation_id
        row.cost_centre_id = cost_centre_id


def _text(data: dict[str, Any], field: str) -> str:
    return str(data.get(field) or "")


def _id(data: dict[str, Any], field: str) -> UUID | None:
    """None as well for what is no id: a story with a slip in it is kept all the same."""
    try:
        return UUID(str(data.get(field) or ""))
    except ValueError:
        return None
