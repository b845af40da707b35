"""Who is ended by an import can't sign in any more, and who comes back has the account that ended with them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from hanvisa.directory.tables import UserRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.imports.planning import TablePlan


async def end_accounts(session: AsyncSession, persons: TablePlan, now: datetime) -> None:
    ended = {row["id"] for row in persons.ended}
    if ended:
        in_use = select(UserRow).where(UserRow.person_id.is_not(None), UserRow.ended_at.is_(None))
        for user in await session.scalars(in_use):
            if user.person_id in ended:
                user.ended_at = now


async def bring_accounts_back(session: AsyncSession, persons: TablePlan) -> None:
    left = {
        change.entry.id: change.before["ended_at"]
        for change in persons.changed
        if change.before.get("ended_at")
    }
    if left:
        ended = select(UserRow).where(UserRow.person_id.is_not(None), UserRow.ended_at.is_not(None))
        for user in await session.scalars(ended):
            if user.person_id in left and user.ended_at == left[user.person_id]:
                user.ended_at = None
        await session.flush()
