"""Whom repeated unreferred absences are put to by mail (G1): the person, then their operation's telephone manager."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.loading.common import belongs_now
from hanvisa.directory.repositories.referrals import referrals_between
from hanvisa.directory.repositories.rows import are_there
from hanvisa.directory.tables import (
    DepartmentRow,
    MembershipRow,
    OperationRow,
    PersonRow,
    UnreferredMailRow,
)
from hanvisa.policy.model import Language
from hanvisa.policy.unreferred import (
    Told,
    UnreferredFacts,
    UnreferredLetter,
    UnreferredLimits,
    counted_since,
    to_be_told,
)

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncSession


class UnreferredLetters:
    """``limits`` are asked each time: they are settings that change while the service runs."""

    def __init__(
        self, database: Database, now: Callable[[], datetime], limits: Callable[[], UnreferredLimits]
    ) -> None:
        self._database = database
        self._now = now
        self._limits = limits

    async def owed(self) -> list[UnreferredLetter]:
        """To who have an address, and were not told of calls of these days yet. Raises StorageError."""
        now, limits = self._now(), self._limits()
        since = counted_since(now, limits.working_days)
        async with self._database.reading() as session:
            calls = await _calls(session, since, now)
            rows = (await session.execute(_whose(now))).all() if calls else []
            told = {row.person_id: row for row in await session.scalars(select(UnreferredMailRow))}
        return [
            UnreferredLetter(
                person.id,
                whom,
                reader.id,
                reader.email,
                reader.given_name,
                Language(reader.language),
                f"{person.given_name} {person.family_name}",
                calls[person.id],
                since,
            )
            for person, manager in rows
            for whom in to_be_told(
                UnreferredFacts(calls[person.id], since, _told(told.get(person.id)), limits)
            )
            if (reader := person if whom is Told.PERSON else manager) is not None and reader.email
        ]

    async def are_there(self, letter: UnreferredLetter) -> bool:
        """Neither the person nor the reader has left since. Raises StorageError."""
        async with self._database.reading() as session:
            return await are_there(session, letter.person_id, letter.reader_id)

    async def sent(self, letter: UnreferredLetter) -> None:
        """A server has taken the mail: they are told no more of these days. Nothing is kept of who has left meanwhile.

        Raises StorageError.
        """
        async with self._database.changing(SYSTEM) as session:
            if not await are_there(session, letter.person_id):
                return
            row = await session.get(UnreferredMailRow, letter.person_id)
            if row is None:
                row = UnreferredMailRow(person_id=letter.person_id)
                session.add(row)
            if letter.told is Told.PERSON:
                row.person_told_at = self._now()
            else:
                row.manager_told_at = self._now()


async def _calls(session: AsyncSession, since: datetime, now: datetime) -> Counter[UUID]:
    return Counter(
        one.person_id
        for one in await referrals_between(session, since, now)
        if one.unreferred and one.person_id is not None
    )


def _whose(now: datetime) -> Select[PersonRow, PersonRow]:
    """The persons of today, each with the telephone manager of their operation; None where there is no other one."""
    manager = aliased(PersonRow)
    return (
        select(PersonRow, manager)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .join(DepartmentRow, DepartmentRow.id == MembershipRow.department_id)
        .join(OperationRow, OperationRow.id == DepartmentRow.operation_id)
        .outerjoin(
            manager,
            and_(
                manager.id == OperationRow.telephone_manager_id,
                manager.id != PersonRow.id,
                manager.ended_at.is_(None),
            ),
        )
        .where(belongs_now(now), PersonRow.ended_at.is_(None))
        .order_by(PersonRow.id)
    )


def _told(row: UnreferredMailRow | None) -> dict[Told, datetime]:
    at = {Told.PERSON: row.person_told_at, Told.MANAGER: row.manager_told_at} if row is not None else {}
    return {whom: moment for whom, moment in at.items() if moment is not None}
