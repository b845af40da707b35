"""Codes on the phone, and what they mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hanvisa.directory.tables import CodeRow, ConfidentialMarkRow
from hanvisa.policy.facts import Code, CodeAction, ConfidentialMark

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


async def codes(session: AsyncSession, _: datetime) -> list[Code]:
    table = CodeRow
    rows = await session.execute(
        select(table.code, table.action).where(table.ended_at.is_(None)).order_by(table.code)
    )
    return [Code(code, CodeAction(action)) for code, action in rows]


async def marks(session: AsyncSession, _: datetime) -> list[ConfidentialMark]:
    accounts = await session.scalars(select(ConfidentialMarkRow.account))
    return [ConfidentialMark(account) for account in accounts]
