"""The checks of mobiles' greetings (M2): when each was last checked and rung, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.tables import GreetingCheckRow, MobileRow
from hanvisa.errors import NotFound
from hanvisa.policy.greetings import Came


@dataclass(frozen=True, slots=True)
class MobileChecked:
    """``number`` is E.164."""

    id: UUID
    person_id: UUID
    number: str
    checked_at: datetime | None
    rung_at: datetime | None


class Greetings:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def mobiles(self) -> list[MobileChecked]:
        """Every registered mobile, those that were checked longest ago first."""
        table, check = MobileRow, GreetingCheckRow
        last = select(check.mobile_id, func.max(check.rung_at).label("at")).group_by(check.mobile_id)
        rung = last.subquery()
        query = (
            select(table.id, table.person_id, table.number, table.greeting_checked_at, rung.c.at)
            .outerjoin(rung, rung.c.mobile_id == table.id)
            .where(table.ended_at.is_(None))
            .order_by(table.greeting_checked_at.is_not(None), table.greeting_checked_at, table.number)
        )
        async with self._database.reading() as session:
            return [MobileChecked(*row) for row in await session.execute(query)]

    async def begin(self, mobile: UUID, at: datetime) -> UUID:
        """It is being rung: written first, so that it is not rung twice a day whatever comes; the check's id."""
        async with self._database.changing(SYSTEM) as session:
            row = GreetingCheckRow(mobile_id=mobile, rung_at=at)
            session.add(row)
            await session.flush()
            return row.id

    async def end(self, check: UUID, came: Came, at: datetime, *, file: str | None, seconds: float) -> None:
        """Where a voicemail greeted, the mobile counts as checked. Raises NotFound."""
        async with self._database.changing(SYSTEM) as session:
            row = await session.get(GreetingCheckRow, check)
            if row is None:
                raise NotFound(f"There is no check {check}.")
            row.came, row.file, row.seconds = came, file, round(seconds)
            mobile = await session.get(MobileRow, row.mobile_id)
            if came is Came.VOICEMAIL and mobile is not None:
                mobile.greeting_checked_at = at
