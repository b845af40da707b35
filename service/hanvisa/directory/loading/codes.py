"""Codes on the phone, what they mark, and what is recorded with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from hanvisa.directory.tables import AbsenceRow, CodeRow, ConfidentialMarkRow, RecordingRow
from hanvisa.policy.facts import Code, CodeAction, ConfidentialMark, Recording, RecordingKind

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


async def recordings(session: AsyncSession, at: datetime) -> list[Recording]:
    """Without the greetings for absences that are over."""
    table = RecordingRow
    rows = await session.execute(
        select(table.person_id, table.kind, table.sound, table.absence_id)
        .outerjoin(AbsenceRow, AbsenceRow.id == table.absence_id)
        .where(table.ended_at.is_(None), or_(AbsenceRow.ends_at.is_(None), AbsenceRow.ends_at > at))
        .order_by(table.recorded_at, table.id)
    )
    return [Recording(person, RecordingKind(kind), sound, absence) for person, kind, sound, absence in rows]
