"""Callers who have left a number: kept, taken for one try each, which may be given back, and let go.

No audit trail: they are nobody of ours.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CursorResult, delete, insert, select, update

from hanvisa.directory.auditing import SYSTEM, touch
from hanvisa.directory.tables import CallbackRow
from hanvisa.errors import Conflict

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Executable
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.engine import Database
    from hanvisa.policy.facts import Callback


class KeptCallbacks:
    """Implements :class:`hanvisa.calls.ports.Callbacks`. Each raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, callback: Callback) -> None:
        of_the_same = select(CallbackRow.id).where(
            CallbackRow.switchboard_id == callback.switchboard_id, CallbackRow.number == callback.number
        )
        async with self._database.changing(SYSTEM) as session:
            kept = await session.scalar(of_the_same)
            if kept is None:
                await _execute(session, insert(CallbackRow).values(**asdict(callback)))
            elif callback.confidential:
                await _execute(session, _marking(kept))

    async def take(self, id_: UUID, tries: int, again_at: datetime) -> None:
        """Raises Conflict when somebody else has taken it."""
        taking = (
            update(CallbackRow)
            .where(CallbackRow.id == id_, CallbackRow.tries == tries)
            .values(tries=tries + 1, due_at=again_at)
        )
        async with self._database.changing(SYSTEM) as session:
            if await _execute(session, taking) != 1:
                raise Conflict(f"The callback {id_} is taken already.")

    async def give_back(self, id_: UUID, tries: int) -> None:
        giving_back = (
            update(CallbackRow)
            .where(CallbackRow.id == id_, CallbackRow.tries == tries + 1)
            .values(tries=tries)
        )
        async with self._database.changing(SYSTEM) as session:
            await _execute(session, giving_back)

    async def mark_confidential(self, id_: UUID) -> None:
        async with self._database.changing(SYSTEM) as session:
            await _execute(session, _marking(id_))

    async def let_go(self, id_: UUID) -> None:
        async with self._database.changing(SYSTEM) as session:
            await _execute(session, delete(CallbackRow).where(CallbackRow.id == id_))


def _marking(id_: UUID) -> Executable:
    return update(CallbackRow).where(CallbackRow.id == id_).values(confidential=True)


async def _execute(session: AsyncSession, statement: Executable) -> int:
    """How many rows the statement changed."""
    touch(session, [CallbackRow.__tablename__])
    result = await session.execute(statement)
    assert isinstance(result, CursorResult)  # noqa: S101 - of a statement that changes
    return result.rowcount
