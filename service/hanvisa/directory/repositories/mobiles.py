"""Registered mobiles. Whether one may be registered (H1, B1, M1, P1) is the policy's matter."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.entries import must_be_in_use
from hanvisa.directory.repositories.rows import found, must_exist, read_before
from hanvisa.directory.repositories.scoping import Within, page
from hanvisa.directory.repositories.turns import changing_register
from hanvisa.directory.tables import MobileRow, PersonRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor


@dataclass(frozen=True, slots=True)
class MobileFields:
    """``number`` is E.164."""

    person_id: UUID
    number: str
    carrier: str
    grounds: str
    decided_by: str
    decided_at: datetime
    itemised_invoice: bool = False
    private_use: bool = False
    protected: bool = False


@dataclass(frozen=True, slots=True)
class MobileRecord:
    id: UUID
    fields: MobileFields
    greeting_checked_at: datetime | None
    ended_at: datetime | None
    version: int


class Mobiles:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id_: UUID) -> MobileRecord:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return _record(await found(session, MobileRow, id_, "mobile"))

    async def list(
        self,
        *,
        within: Within | None = None,
        person_id: UUID | None = None,
        ended: bool = False,
        after: UUID | None = None,
        limit: int = 100,
    ) -> list[MobileRecord]:
        """In the order in which they were registered. ``ended``: those as well that are no longer in use."""
        query = select(MobileRow)
        if not ended:
            query = query.where(MobileRow.ended_at.is_(None))
        query = page(query, MobileRow, within=within, person_id=person_id, after=after, limit=limit)
        async with self._database.reading() as session:
            return [_record(row) for row in await session.scalars(query)]

    async def create(self, fields: MobileFields, by: Actor) -> MobileRecord:
        """Raises InvalidInput for an unknown person, Conflict for a number that is in use."""
        async with changing_register(self._database, by) as session:
            row = MobileRow()
            await _set(session, row, fields)
            session.add(row)
            await session.flush()
            return _record(row)

    async def change(self, id_: UUID, fields: MobileFields, version: int | None, by: Actor) -> MobileRecord:
        """Another holder or number has another greeting. Raises NotFound, Conflict, and what :meth:`create` raises."""
        async with changing_register(self._database, by) as session:
            row = await read_before(session, MobileRow, id_, version, "mobile")
            if (row.person_id, row.number) != (fields.person_id, fields.number):
                row.greeting_checked_at = None
            await _set(session, row, fields)
            await session.flush()
            return _record(row)

    async def end(self, id_: UUID, at: datetime, version: int | None, by: Actor) -> MobileRecord:
        """It is used no more. Ended again it stays as it was. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, MobileRow, id_, version, "mobile")
            if row.ended_at is None:
                row.ended_at = at
            await session.flush()
            return _record(row)

    async def confirm_greeting(self, id_: UUID, at: datetime, version: int | None, by: Actor) -> MobileRecord:
        """Its voicemail greets personally (M2). Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, MobileRow, id_, version, "mobile")
            must_be_in_use(row)
            row.greeting_checked_at = at
            await session.flush()
            return _record(row)


async def _set(session: AsyncSession, row: MobileRow, fields: MobileFields) -> None:
    await must_exist(session, PersonRow, fields.person_id, "person", "person")
    for name, value in asdict(fields).items():
        setattr(row, name, value)


def _record(row: MobileRow) -> MobileRecord:
    fields = MobileFields(
        row.person_id,
        row.number,
        row.carrier,
        row.grounds,
        row.decided_by,
        row.decided_at,
        row.itemised_invoice,
        row.private_use,
        row.protected,
    )
    return MobileRecord(row.id, fields, row.greeting_checked_at, row.ended_at, row.version)
