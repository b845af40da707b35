"""The mails that are owed for messages: to a person, or to all of a department, until the message is handled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from hanvisa.calls.ports import Letter
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.loading.common import belongs_now, grouped
from hanvisa.directory.repositories.rows import found
from hanvisa.directory.tables import DepartmentRow, MembershipRow, MessageRow, PersonRow
from hanvisa.policy.facts import MessageState
from hanvisa.policy.messages import reminder_at

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


class Letters:
    """``reminder`` is after how many working days a message that is not handled is told again."""

    def __init__(self, database: Database, now: Callable[[], datetime], reminder: int = 1) -> None:
        self._database = database
        self._now = now
        self._reminder = reminder

    async def owed(self) -> list[Letter]:
        """The oldest message first. Raises StorageError."""
        now = self._now()
        async with self._database.reading() as session:
            rows = (await session.execute(_OWED)).all()
            colleagues = await _addresses(session, now) if any(department for *_, department in rows) else {}
        letters = [
            _letter(message, addresses=(person.email or "",), name=person.given_name)
            if person
            else _letter(message, addresses=colleagues.get(department.id, ()), name=department.name)
            for message, person, department in rows
        ]
        return [
            one
            for one in letters
            if one.addresses and (not one.reminder or reminder_at(one.left_at, self._reminder) <= now)
        ]

    async def sent(self, letter: Letter) -> None:
        """Raises NotFound, StorageError."""
        async with self._database.changing(SYSTEM) as session:
            row = await found(session, MessageRow, letter.id, "message")
            if letter.reminder:
                row.reminded_at = self._now()
            else:
                row.mailed_at = self._now()


async def _addresses(session: AsyncSession, at: datetime) -> dict[UUID, tuple[str, ...]]:
    """Those of each department's persons of today."""
    rows = await session.execute(
        select(MembershipRow.department_id, PersonRow.email)
        .join(PersonRow, PersonRow.id == MembershipRow.person_id)
        .where(belongs_now(at), _HAS_ADDRESS)
        .order_by(PersonRow.email)
    )
    return grouped(rows.all())


def _letter(message: MessageRow, *, addresses: tuple[str, ...], name: str) -> Letter:
    return Letter(
        id=message.id,
        addresses=addresses,
        name=name,
        caller=message.caller,
        recording=message.recording,
        left_at=message.created_at,
        due_at=message.due_at,
        confidential=message.confidential,
        reminder=message.mailed_at is not None,
        shared=message.department_id is not None,
        text=message.text,
        written=message.call_id is None,
    )


_HAS_ADDRESS = and_(PersonRow.email.is_not(None), PersonRow.email != "", PersonRow.ended_at.is_(None))
_OWED = (
    select(MessageRow, PersonRow, DepartmentRow)
    .outerjoin(PersonRow, and_(PersonRow.id == MessageRow.person_id, _HAS_ADDRESS))
    .outerjoin(DepartmentRow, DepartmentRow.id == MessageRow.department_id)
    .where(
        MessageRow.state != MessageState.HANDLED,
        MessageRow.reminded_at.is_(None),
        or_(PersonRow.id.is_not(None), DepartmentRow.id.is_not(None)),
    )
    .order_by(MessageRow.created_at)
)
