"""Where persons have their calendars, as they set it themselves. What comes of it is in :mod:`.calendars`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.entries import must_be_in_use
from hanvisa.directory.repositories.refusals import NotPossible
from hanvisa.directory.repositories.rows import found, must_exist, read_before
from hanvisa.directory.repositories.scoping import Within, page
from hanvisa.directory.tables import CalendarRow, PersonRow
from hanvisa.ids import new_id
from hanvisa.policy.model import Text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor

Keep = Callable[[UUID], Awaitable[None]]
"""Keeps, elsewhere, what is secret of the calendar with that id: with the row, or not at all."""


@dataclass(frozen=True, slots=True)
class CalendarFields:
    """``password_set_at`` none: it has no password of its own."""

    person_id: UUID
    url: str
    kind: str
    user: str = ""
    password_set_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CalendarRecord:
    id: UUID
    fields: CalendarFields
    ended_at: datetime | None
    version: int


class CalendarAddresses:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id_: UUID) -> CalendarRecord:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return _record(await found(session, CalendarRow, id_, "calendar"))

    async def list(
        self,
        *,
        within: Within | None = None,
        person_id: UUID | None = None,
        ended: bool = False,
        after: UUID | None = None,
        limit: int = 100,
    ) -> list[CalendarRecord]:
        """In the order in which they were made. ``ended``: those as well that are no longer read."""
        query = select(CalendarRow)
        if not ended:
            query = query.where(CalendarRow.ended_at.is_(None))
        query = page(query, CalendarRow, within=within, person_id=person_id, after=after, limit=limit)
        async with self._database.reading() as session:
            return [_record(row) for row in await session.scalars(query)]

    async def create(self, fields: CalendarFields, by: Actor, keep: Keep) -> CalendarRecord:
        """One that was ended goes on, so that what the person changed of its absences stays theirs.

        Raises InvalidInput for an unknown person, NotPossible for one who has a calendar.
        """
        async with self._database.changing(by) as session:
            await must_exist(session, PersonRow, fields.person_id, "person", "person")
            row = await _row_of(session, fields.person_id)
            _set(row, fields)
            row.ended_at = None
            session.add(row)
            await session.flush()
            await keep(row.id)
            return _record(row)

    async def change(
        self, id_: UUID, fields: CalendarFields, version: int, by: Actor, keep: Keep
    ) -> CalendarRecord:
        """Raises NotFound, Conflict; NotPossible for one that has ended."""
        async with self._database.changing(by) as session:
            row = await read_before(session, CalendarRow, id_, version, "calendar")
            must_be_in_use(row)
            _set(row, fields)
            await session.flush()
            await keep(row.id)
            return _record(row)

    async def end(self, id_: UUID, at: datetime, version: int, by: Actor, keep: Keep) -> CalendarRecord:
        """It is read no more, and what was to come of it is taken back. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, CalendarRow, id_, version, "calendar")
            if row.ended_at is None:
                row.ended_at, row.password_set_at = at, None
            await session.flush()
            await keep(row.id)
            return _record(row)


async def _row_of(session: AsyncSession, person_id: UUID) -> CalendarRow:
    """The person's, or a new one, which an import knows by the person's key. Raises NotPossible for one in use."""
    table = CalendarRow
    rows = await session.scalars(select(table).where(table.person_id == person_id).order_by(table.id.desc()))
    row = next(iter(sorted(rows, key=lambda one: one.ended_at is not None)), None)
    if row is None:
        person = await session.get_one(PersonRow, person_id)
        return CalendarRow(id=new_id(), external_id=person.external_id)
    if row.ended_at is None:
        raise NotPossible(
            Text(
                sv="Personen har en kalender redan. Ändra den, eller avsluta den först.",
                en="The person has a calendar already. Change that one, or end it first.",
            )
        )
    return row


def _set(row: CalendarRow, fields: CalendarFields) -> None:
    for name, value in asdict(fields).items():
        setattr(row, name, value)


def _record(row: CalendarRow) -> CalendarRecord:
    fields = CalendarFields(row.person_id, row.url, row.kind, row.user, row.password_set_at)
    return CalendarRecord(row.id, fields, row.ended_at, row.version)
