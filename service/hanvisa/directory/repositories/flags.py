"""Flags on details that somebody has seen to be wrong (S2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select, update

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.rows import found, read_before
from hanvisa.directory.repositories.scoping import Within, page
from hanvisa.directory.tables import FlagRow, PersonRow

if TYPE_CHECKING:
    from hanvisa.directory.auditing import Actor


@dataclass(frozen=True, slots=True)
class FlagRecord:
    id: UUID
    person_id: UUID
    what: str
    note: str
    flagged_by: str
    flagged_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    version: int


class Flags:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id_: UUID) -> FlagRecord:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return _record(await found(session, FlagRow, id_, "flag"))

    async def list(
        self,
        *,
        within: Within | None = None,
        person_id: UUID | None = None,
        closed: bool = False,
        after: UUID | None = None,
        limit: int = 100,
    ) -> Sequence[FlagRecord]:
        """In the order in which they were set."""
        query = select(FlagRow)
        if not closed:
            query = query.where(FlagRow.closed_at.is_(None))
        query = page(query, FlagRow, within=within, person_id=person_id, after=after, limit=limit)
        async with self._database.reading() as session:
            return [_record(row) for row in await session.scalars(query)]

    async def flag(self, person_id: UUID, what: str, note: str, at: datetime, by: Actor) -> FlagRecord:
        """The person has a new version: who confirms what they read before has not seen the flag."""
        newer = update(PersonRow).where(PersonRow.id == person_id).values(version=PersonRow.version + 1)
        async with self._database.changing(by) as session:
            row = FlagRow(
                person_id=person_id,
                what=what,
                note=note,
                flagged_by=by.name,
                flagged_at=at,
                closed_at=None,
                closed_by=None,
            )
            session.add(row)
            await session.flush()
            await session.execute(newer)
            return _record(row)

    async def close(self, id_: UUID, at: datetime, version: int, by: Actor) -> FlagRecord:
        """Closed already, it stays so. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, FlagRow, id_, version, "flag")
            if row.closed_at is None:
                row.closed_at = at
                row.closed_by = by.name
            await session.flush()
            return _record(row)


def _record(row: FlagRow) -> FlagRecord:
    return FlagRecord(
        row.id,
        row.person_id,
        row.what,
        row.note,
        row.flagged_by,
        row.flagged_at,
        row.closed_at,
        row.closed_by,
        row.version,
    )
