"""The mails that are owed for messages: to persons with an address, until the message is handled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from hanvisa.calls.ports import Letter
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.rows import found
from hanvisa.directory.tables import MessageRow, PersonRow
from hanvisa.policy.facts import MessageState
from hanvisa.policy.messages import reminder_at


class Letters:
    """``reminder`` is after how many working days a message that is not handled is told again."""

    def __init__(self, database: Database, now: Callable[[], datetime], reminder: int = 1) -> None:
        self._database = database
        self._now = now
        self._reminder = reminder

    async def owed(self) -> list[Letter]:
        """The oldest message first. Raises StorageError."""
        message, person = MessageRow, PersonRow
        query = (
            select(message, person)
            .join(person, person.id == message.person_id)
            .where(
                message.state != MessageState.HANDLED,
                message.reminded_at.is_(None),
                person.email.is_not(None),
                person.email != "",
                person.ended_at.is_(None),
            )
            .order_by(message.created_at)
        )
        now = self._now()
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
        letters = [_letter(*row) for row in rows]
        return [one for one in letters if not one.reminder or reminder_at(one.left_at, self._reminder) <= now]

    async def sent(self, letter: Letter) -> None:
        """Raises NotFound, StorageError."""
        async with self._database.changing(SYSTEM) as session:
            row = await found(session, MessageRow, letter.id, "message")
            if letter.reminder:
                row.reminded_at = self._now()
            else:
                row.mailed_at = self._now()


def _letter(message: MessageRow, person: PersonRow) -> Letter:
    return Letter(
        id=message.id,
        address=person.email or "",
        name=person.given_name,
        caller=message.caller,
        recording=message.recording,
        left_at=message.created_at,
        due_at=message.due_at,
        confidential=message.confidential,
        reminder=message.mailed_at is not None,
    )
