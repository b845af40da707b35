"""What people have recorded of themselves by phone: their name, and greetings for absences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.scoping import Within, page
from hanvisa.directory.tables import RecordingRow
from hanvisa.errors import Conflict, NotFound
from hanvisa.policy.facts import RecordingKind

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor


@dataclass(frozen=True, slots=True)
class RecordingRecord:
    """``sound`` names the file in recordings/own. It is never changed, only ended: that is its second version."""

    id: UUID
    person_id: UUID
    kind: RecordingKind
    absence_id: UUID | None
    sound: str
    recorded_at: datetime
    ended_at: datetime | None

    @property
    def version(self) -> int:
        return 1 if self.ended_at is None else 2


class Recordings:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id_: UUID) -> RecordingRecord:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return _record(await _found(session, id_))

    async def list(
        self,
        *,
        within: Within | None = None,
        person_id: UUID | None = None,
        ended: bool = False,
        after: UUID | None = None,
        limit: int = 100,
    ) -> Sequence[RecordingRecord]:
        """In the order in which they were recorded."""
        table = RecordingRow
        query = select(table)
        if not ended:
            query = query.where(table.ended_at.is_(None))
        query = page(query, table, within=within, person_id=person_id, after=after, limit=limit)
        async with self._database.reading() as session:
            return [_record(row) for row in await session.scalars(query)]

    async def set(
        self,
        person: UUID,
        kind: RecordingKind,
        sound: str,
        at: datetime,
        *,
        absence: UUID | None,
        by: Actor,
    ) -> RecordingRecord:
        """It takes the place of the one before of the kind, a greeting's of that absence."""
        table = RecordingRow
        async with self._database.changing(by) as session:
            of_the_kind = select(table).where(
                table.person_id == person,
                table.kind == kind,
                table.absence_id.is_(None) if absence is None else table.absence_id == absence,
                table.ended_at.is_(None),
            )
            for before in await session.scalars(of_the_kind):
                before.ended_at = at
            row = table(person_id=person, kind=kind, absence_id=absence, sound=sound, recorded_at=at)
            session.add(row)
            await session.flush()
            return _record(row)

    async def made_since(self, person: UUID, since: datetime) -> int:
        """How many, those that have ended too."""
        table = RecordingRow
        made = select(func.count()).where(table.person_id == person, table.recorded_at > since)
        async with self._database.reading() as session:
            return await session.scalar(made) or 0

    async def end(self, id_: UUID, at: datetime, version: int, by: Actor) -> RecordingRecord:
        """Callers hear the voice instead. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await _found(session, id_)
            if _record(row).version != version:
                raise Conflict(f"The recording {id_} has ended meanwhile. Read it again.")
            row.ended_at = row.ended_at or at
            await session.flush()
            return _record(row)


async def _found(session: AsyncSession, id_: UUID) -> RecordingRow:
    row = await session.get(RecordingRow, id_, with_for_update=True)
    if row is None:
        raise NotFound(f"There is no recording {id_}.")
    return row


def _record(row: RecordingRow) -> RecordingRecord:
    return RecordingRecord(
        row.id,
        row.person_id,
        RecordingKind(row.kind),
        row.absence_id,
        row.sound,
        row.recorded_at,
        row.ended_at,
    )
