"""Callers who have left a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hanvisa.directory.tables import CallbackRow
from hanvisa.policy.facts import Callback
from hanvisa.policy.model import Language

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


async def callbacks(session: AsyncSession, _: datetime) -> list[Callback]:
    rows = await session.scalars(select(CallbackRow).order_by(CallbackRow.since, CallbackRow.id))
    return [
        Callback(
            row.id,
            row.switchboard_id,
            row.number,
            row.since,
            row.due_at,
            Language(row.language),
            row.confidential,
            row.tries,
        )
        for row in rows
    ]
