"""Operators and their states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.rows import read_before
from hanvisa.directory.tables import OperatorRow, OperatorSwitchboardRow
from hanvisa.errors import NotFound
from hanvisa.policy.facts import Operator, OperatorState

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor


@dataclass(frozen=True, slots=True)
class OperatorRecord:
    operator: Operator
    version: int


class Operators:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, person_id: UUID) -> OperatorRecord:
        """Raises NotFound when the person is no operator."""
        async with self._database.reading() as session:
            return await _record(session, await _row_of(session, person_id))

    async def list(self) -> list[OperatorRecord]:
        """All, the longest in their state first."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(OperatorRow).where(OperatorRow.ended_at.is_(None)).order_by(OperatorRow.since)
            )
            return [await _record(session, row) for row in rows.all()]

    async def set_state(
        self, person_id: UUID, state: OperatorState, by: Actor, *, at: datetime, version: int | None = None
    ) -> OperatorRecord:
        """``since`` stays when the state is so already. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await _row_of(session, person_id)
            await read_before(session, OperatorRow, row.id, version, "operator")
            if row.state != state:
                row.state = state
                row.since = at
            await session.flush()
            return await _record(session, row)


async def _row_of(session: AsyncSession, person_id: UUID) -> OperatorRow:
    row = await session.scalar(
        select(OperatorRow).where(OperatorRow.person_id == person_id, OperatorRow.ended_at.is_(None))
    )
    if row is None:
        raise NotFound(f"The person {person_id} is no operator.")
    return row


async def _record(session: AsyncSession, row: OperatorRow) -> OperatorRecord:
    switchboards = await session.scalars(
        select(OperatorSwitchboardRow.switchboard_id)
        .where(OperatorSwitchboardRow.operator_id == row.id)
        .order_by(OperatorSwitchboardRow.switchboard_id)
    )
    operator = Operator(
        row.person_id, tuple(switchboards.all()), OperatorState(row.state), row.phone_id, row.since
    )
    return OperatorRecord(operator, row.version)
