"""Which department a person belongs to, with the days on which that changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import and_, delete, insert, or_, update

from hanvisa.directory.auditing import touch
from hanvisa.directory.imports.existing import DEPARTMENT, Existing
from hanvisa.directory.loading import LOCAL
from hanvisa.directory.tables import MembershipRow
from hanvisa.ids import new_id

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.imports.planning import TablePlan


async def move_members(session: AsyncSession, persons: TablePlan, existing: Existing, now: datetime) -> None:
    """From today on every person belongs where the file says, and those who have ended nowhere."""
    today = now.astimezone(LOCAL).date()
    before = existing.lists[DEPARTMENT]
    wanted = {entry.id: entry.lists["department"] for entry in persons.entries}
    moved = {person: department for person, department in wanted.items() if before.get(person) != department}
    ended = [row["id"] for row in persons.ended]
    if not moved and not ended:
        return
    for person in (*(person for person in moved if person in before), *ended):
        await _leave(session, person, today)
    if moved:
        rows = [
            {
                "id": new_id(),
                "person_id": person,
                "department_id": department,
                "starts_on": today,
                "ends_on": None,
            }
            for person, department in moved.items()
        ]
        await session.execute(insert(MembershipRow), rows)
    touch(session, [MembershipRow.__tablename__])


async def _leave(session: AsyncSession, person: UUID, today: date) -> None:
    of_person = MembershipRow.person_id == person
    await session.execute(delete(MembershipRow).where(of_person, MembershipRow.starts_on >= today))
    lasting = or_(MembershipRow.ends_on.is_(None), MembershipRow.ends_on > today)
    await session.execute(
        update(MembershipRow)
        .where(and_(of_person, lasting))
        .values(ends_on=today)
        .execution_options(synchronize_session=False)
    )
