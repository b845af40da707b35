"""Messages that are still to be handled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hanvisa.directory.tables import MessageRow
from hanvisa.policy.facts import Message, MessageState

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


async def messages(session: AsyncSession, _: datetime) -> list[Message]:
    table = MessageRow
    rows = await session.execute(
        select(
            table.id,
            table.person_id,
            table.caller,
            table.recording,
            table.state,
            table.created_at,
            table.due_at,
            table.confidential,
            table.department_id,
            table.call_id.is_(None),
        )
        .where(table.state != MessageState.HANDLED)
        .order_by(table.created_at, table.id)
    )
    return [
        Message(id_, person, caller, recording, MessageState(state), left_at, due_at, *more)
        for id_, person, caller, recording, state, left_at, due_at, *more in rows
    ]
