"""The training list (T1): new employees, until they are ticked off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.entries import must_be_there
from hanvisa.directory.repositories.refusals import NotPossible
from hanvisa.directory.repositories.rows import found, read_before
from hanvisa.directory.repositories.scoping import Within, page
from hanvisa.directory.tables import PersonRow, TrainingRow
from hanvisa.policy.model import Text

if TYPE_CHECKING:
    from hanvisa.directory.auditing import Actor


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    id: UUID
    person_id: UUID
    listed_at: datetime
    note: str
    done_at: datetime | None
    done_by: str | None
    version: int


class Trainings:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id_: UUID) -> TrainingRecord:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return _record(await found(session, TrainingRow, id_, "training"))

    async def list(
        self,
        *,
        within: Within | None = None,
        person_id: UUID | None = None,
        done: bool | None = None,
        after: UUID | None = None,
        limit: int = 100,
    ) -> Sequence[TrainingRecord]:
        """In the order in which they were listed; of persons who have not left."""
        table = TrainingRow
        query = (
            select(table).join(PersonRow, PersonRow.id == table.person_id).where(PersonRow.ended_at.is_(None))
        )
        if done is not None:
            query = query.where(table.done_at.is_not(None) if done else table.done_at.is_(None))
        query = page(query, table, within=within, person_id=person_id, after=after, limit=limit)
        async with self._database.reading() as session:
            return [_record(row) for row in await session.scalars(query)]

    async def add(self, person_id: UUID, note: str, at: datetime, by: Actor) -> TrainingRecord:
        """Raises FieldRefused for an unknown person, NotPossible for one who stands on the list."""
        async with self._database.changing(by) as session:
            await must_be_there(session, PersonRow, person_id, "person")
            query = select(TrainingRow.id).where(
                TrainingRow.person_id == person_id, TrainingRow.done_at.is_(None)
            )
            if await session.scalar(query) is not None:
                raise NotPossible(_LISTED)
            row = TrainingRow(person_id=person_id, listed_at=at, note=note, done_at=None, done_by=None)
            session.add(row)
            await session.flush()
            return _record(row)

    async def tick_off(self, id_: UUID, at: datetime, version: int, by: Actor) -> TrainingRecord:
        """Ticked off already, it stays so. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, TrainingRow, id_, version, "training")
            if row.done_at is None:
                row.done_at = at
                row.done_by = by.name
            await session.flush()
            return _record(row)


def _record(row: TrainingRow) -> TrainingRecord:
    return TrainingRecord(
        row.id, row.person_id, row.listed_at, row.note, row.done_at, row.done_by, row.version
    )


_LISTED = Text(sv="Personen står redan på listan.", en="The person stands on the list already.")
