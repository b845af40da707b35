"""Notices of changes (T2), and which operator has read which edition of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import and_, select

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.entries import must_be_in_use, must_be_there
from hanvisa.directory.repositories.rows import found, read_before
from hanvisa.directory.tables import NoticeAcknowledgementRow, NoticeRow, OperationRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    person_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """``operation_id`` none: it concerns all. ``acknowledged`` are those who have read the text as it is now."""

    id: UUID
    text: str
    operation_id: UUID | None
    written_by: str
    written_at: datetime
    ended_at: datetime | None
    acknowledged: tuple[Acknowledgement, ...]
    version: int


class Notices:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id_: UUID) -> NoticeRecord:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return await _record(session, await found(session, NoticeRow, id_, "notice"))

    async def list(
        self,
        *,
        operation_id: UUID | None = None,
        unread_by: UUID | None = None,
        ended: bool = False,
        after: UUID | None = None,
        limit: int = 100,
    ) -> Sequence[NoticeRecord]:
        """In the order in which they were written."""
        table, read = NoticeRow, NoticeAcknowledgementRow
        query = select(table).order_by(table.id).limit(limit)
        if operation_id is not None:
            query = query.where(table.operation_id == operation_id)
        if unread_by is not None:
            theirs = and_(
                read.notice_id == table.id, read.edition == table.edition, read.person_id == unread_by
            )
            query = query.where(~select(read.notice_id).where(theirs).exists())
        if not ended:
            query = query.where(table.ended_at.is_(None))
        if after is not None:
            query = query.where(table.id > after)
        async with self._database.reading() as session:
            return await _records(session, (await session.scalars(query)).all())

    async def write(self, text: str, operation_id: UUID | None, at: datetime, by: Actor) -> NoticeRecord:
        """Raises FieldRefused for an unknown operation."""
        async with self._database.changing(by) as session:
            if operation_id is not None:
                await must_be_there(session, OperationRow, operation_id, "operation")
            row = NoticeRow(
                text=text,
                operation_id=operation_id,
                written_by=by.name,
                written_at=at,
                edition=1,
                ended_at=None,
            )
            session.add(row)
            await session.flush()
            return await _record(session, row)

    async def change(self, id_: UUID, text: str, version: int, by: Actor) -> NoticeRecord:
        """Another text is to be read again by all. Raises NotFound, Conflict, NotPossible."""
        async with self._database.changing(by) as session:
            row = await read_before(session, NoticeRow, id_, version, "notice")
            must_be_in_use(row)
            if text != row.text:
                row.text = text
                row.edition += 1
            await session.flush()
            return await _record(session, row)

    async def end(self, id_: UUID, at: datetime, version: int, by: Actor) -> NoticeRecord:
        """Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, NoticeRow, id_, version, "notice")
            row.ended_at = row.ended_at or at
            await session.flush()
            return await _record(session, row)

    async def acknowledge(
        self, id_: UUID, person_id: UUID, at: datetime, version: int, by: Actor
    ) -> NoticeRecord:
        """The person has read this version. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, NoticeRow, id_, version, "notice")
            read = await session.get(NoticeAcknowledgementRow, (id_, person_id))
            if read is None:
                read = NoticeAcknowledgementRow(notice_id=id_, person_id=person_id, edition=0)
                session.add(read)
            if read.edition != row.edition:
                read.edition = row.edition
                read.at = at
            await session.flush()
            return await _record(session, row)


async def _record(session: AsyncSession, row: NoticeRow) -> NoticeRecord:
    (record,) = await _records(session, [row])
    return record


async def _records(session: AsyncSession, rows: Collection[NoticeRow]) -> Sequence[NoticeRecord]:
    read = NoticeAcknowledgementRow
    acknowledged: defaultdict[UUID, list[Acknowledgement]] = defaultdict(list)
    editions = {row.id: row.edition for row in rows}
    for one in await session.scalars(select(read).where(read.notice_id.in_(editions)).order_by(read.at)):
        if one.edition == editions[one.notice_id]:
            acknowledged[one.notice_id].append(Acknowledgement(one.person_id, one.at))
    return [
        NoticeRecord(
            row.id,
            row.text,
            row.operation_id,
            row.written_by,
            row.written_at,
            row.ended_at,
            tuple(acknowledged[row.id]),
            row.version,
        )
        for row in rows
    ]
