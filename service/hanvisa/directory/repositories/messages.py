"""Messages left for persons and departments (S1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import or_, select

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.rows import found, must_exist, read_before
from hanvisa.directory.repositories.scoping import Within
from hanvisa.directory.tables import DepartmentRow, MessageRow, OperationRow, PersonRow
from hanvisa.ids import new_id
from hanvisa.policy.facts import Message, MessageState

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.calls.ports import NewMessage
    from hanvisa.directory.auditing import Actor


@dataclass(frozen=True, slots=True)
class Written:
    """A message in writing, for a person or a department. ``caller`` as `number_written` gives it, "" withheld."""

    person_id: UUID | None
    department_id: UUID | None
    caller: str
    text: str
    confidential: bool
    due_at: datetime


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """``message.recording`` is a file in the state folder."""

    message: Message
    text: str
    call_id: str | None
    handled_at: datetime | None
    handled_by: str | None
    version: int


class Messages:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id_: UUID) -> MessageRecord:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return _record(await found(session, MessageRow, id_, "message"))

    async def list(
        self,
        *,
        within: Within | None = None,
        departments: frozenset[UUID] = frozenset(),
        person_id: UUID | None = None,
        department_id: UUID | None = None,
        state: MessageState | None = None,
        overdue_at: datetime | None = None,
        after: UUID | None = None,
        limit: int = 100,
    ) -> list[MessageRecord]:
        """In the order in which they were left. Those of ``departments`` are shown beside those ``within``."""
        table = MessageRow
        query = select(table).order_by(table.id).limit(limit)
        if within is not None:
            query = query.where(or_(within.holds(table.person_id), _of_departments(within, departments)))
        if person_id is not None:
            query = query.where(table.person_id == person_id)
        if department_id is not None:
            query = query.where(table.department_id == department_id)
        if state is not None:
            query = query.where(table.state == state)
        if overdue_at is not None:
            query = query.where(table.state != MessageState.HANDLED, table.due_at < overdue_at)
        if after is not None:
            query = query.where(table.id > after)
        async with self._database.reading() as session:
            return [_record(row) for row in await session.scalars(query)]

    async def create(self, message: NewMessage, recording: str | None, by: Actor) -> None:
        """``recording`` is its file in the state folder. One that is there already (by its id) stays as it is.

        Raises InvalidInput for an unknown person or department, StorageError.
        """
        async with self._database.changing(by) as session:
            if await session.get(MessageRow, message.id) is not None:
                return
            await _must_have_recipient(session, message.person_id, message.department_id)
            session.add(
                MessageRow(
                    id=message.id,
                    person_id=message.person_id,
                    department_id=message.department_id,
                    call_id=message.call_id,
                    caller=message.caller,
                    recording=recording,
                    confidential=message.confidential,
                    created_at=message.left_at,
                    due_at=message.due_at,
                )
            )

    async def write(self, message: Written, at: datetime, by: Actor) -> MessageRecord:
        """Raises InvalidInput for an unknown person or department, StorageError."""
        async with self._database.changing(by) as session:
            await _must_have_recipient(session, message.person_id, message.department_id)
            row = MessageRow(
                id=new_id(),
                person_id=message.person_id,
                department_id=message.department_id,
                caller=message.caller,
                text=message.text,
                state=MessageState.NEW,
                confidential=message.confidential,
                created_at=at,
                due_at=message.due_at,
            )
            session.add(row)
            await session.flush()
            return _record(row)

    async def mark(
        self, id_: UUID, state: MessageState, at: datetime, by: Actor, version: int | None = None
    ) -> MessageRecord:
        """One that is handled stays so. Raises NotFound, Conflict, StorageError."""
        async with self._database.changing(by) as session:
            row = await read_before(session, MessageRow, id_, version, "message")
            if row.state != MessageState.HANDLED:
                row.state = state
                if state is MessageState.HANDLED:
                    row.handled_at = at
                    row.handled_by = by.name
            await session.flush()
            return _record(row)


async def _must_have_recipient(
    session: AsyncSession, person_id: UUID | None, department_id: UUID | None
) -> None:
    await must_exist(session, PersonRow, person_id, "person", "person")
    await must_exist(session, DepartmentRow, department_id, "department", "department")


def _of_departments(within: Within, departments: frozenset[UUID]) -> ColumnElement[bool]:
    inside = (
        select(DepartmentRow.id)
        .join(OperationRow, OperationRow.id == DepartmentRow.operation_id)
        .where(
            or_(
                OperationRow.organisation_id.in_(within.organisations),
                OperationRow.id.in_(within.operations),
                DepartmentRow.cost_centre_id.in_(within.cost_centres),
            )
        )
    )
    return or_(MessageRow.department_id.in_(departments), MessageRow.department_id.in_(inside))


def _record(row: MessageRow) -> MessageRecord:
    message = Message(
        row.id,
        row.person_id,
        row.caller,
        row.recording,
        MessageState(row.state),
        row.created_at,
        row.due_at,
        row.confidential,
        row.department_id,
    )
    return MessageRecord(message, row.text, row.call_id, row.handled_at, row.handled_by, row.version)
