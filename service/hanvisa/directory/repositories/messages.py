"""Messages left for persons and departments (S1)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.rows import found, must_exist
from hanvisa.directory.tables import DepartmentRow, MessageRow, PersonRow
from hanvisa.policy.facts import MessageState

if TYPE_CHECKING:
    from hanvisa.calls.ports import NewMessage
    from hanvisa.directory.auditing import Actor


class Messages:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, message: NewMessage, recording: str | None, by: Actor) -> None:
        """``recording`` is its file in the state folder. One that is there already (by its id) stays as it is.

        Raises InvalidInput for an unknown person or department, StorageError.
        """
        async with self._database.changing(by) as session:
            if await session.get(MessageRow, message.id) is not None:
                return
            await must_exist(session, PersonRow, message.person_id, "person", "person")
            await must_exist(session, DepartmentRow, message.department_id, "department", "department")
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

    async def mark(self, id_: UUID, state: MessageState, at: datetime, by: Actor) -> None:
        """One that is handled stays so. Raises NotFound, Conflict, StorageError."""
        async with self._database.changing(by) as session:
            row = await found(session, MessageRow, id_, "message")
            if row.state == MessageState.HANDLED:
                return
            row.state = state
            if state is MessageState.HANDLED:
                row.handled_at = at
                row.handled_by = by.name
