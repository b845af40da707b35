"""Forwardings from a fixed phone (M3). Whether one may be set is the policy's matter, asked where it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.refusals import NotPossible
from hanvisa.directory.repositories.rows import found, must_be_in_order, must_exist, read_before
from hanvisa.directory.repositories.scoping import Within, page
from hanvisa.directory.tables import ForwardingRow, PersonRow
from hanvisa.errors import PolicyRefused
from hanvisa.ids import new_id
from hanvisa.policy.facts import Forwarding, ForwardingKind
from hanvisa.policy.forwarding import COUNTED, Judge, forwarding_at
from hanvisa.policy.model import Text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor


@dataclass(frozen=True, slots=True)
class ForwardingFields:
    """``target`` as it is dialled."""

    person_id: UUID
    target: str
    starts_at: datetime
    ends_at: datetime
    kind: ForwardingKind = ForwardingKind.ALWAYS


@dataclass(frozen=True, slots=True)
class ForwardingRecord:
    forwarding: Forwarding
    version: int

    @property
    def fields(self) -> ForwardingFields:
        one = self.forwarding
        return ForwardingFields(one.person_id, one.target, one.starts_at, one.ends_at, one.kind)


class Forwardings:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id_: UUID) -> ForwardingRecord:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return _record(await found(session, ForwardingRow, id_, "forwarding"))

    async def list(
        self,
        *,
        within: Within | None = None,
        person_id: UUID | None = None,
        not_ended_at: datetime | None = None,
        after: UUID | None = None,
        limit: int = 100,
    ) -> list[ForwardingRecord]:
        """In the order in which they were set. ``after`` is the id of the last one that was seen.

        What was taken back before it began is of the past: ``not_ended_at`` leaves it out.
        """
        query = select(ForwardingRow)
        if not_ended_at is not None:
            query = query.where(
                ForwardingRow.ends_at > not_ended_at, ForwardingRow.ends_at > ForwardingRow.starts_at
            )
        query = page(query, ForwardingRow, within=within, person_id=person_id, after=after, limit=limit)
        async with self._database.reading() as session:
            return [_record(row) for row in await session.scalars(query)]

    async def create(
        self, fields: ForwardingFields, by: Actor, judge: Judge | None = None
    ) -> ForwardingRecord:
        """With a ``judge`` M3 is kept: nobody else forwards the person's phone between the question and the saving.

        Raises InvalidInput for an unknown person or an end that is not after the start, PolicyRefused, and NotPossible
        where it is there already: who asks again has not heard the answer.
        """
        async with self._database.changing(by) as session:
            row = ForwardingRow(id=new_id())
            await _alone(session, fields.person_id)
            await _set(session, row, fields, judge)
            _must_be_new(fields, await _others(session, row.id, fields))  # its days count once, however often
            session.add(row)
            await session.flush()
            return _record(row)

    async def change(
        self,
        id_: UUID,
        fields: ForwardingFields,
        version: int | None,
        by: Actor,
        judge: Judge | None = None,
    ) -> ForwardingRecord:
        """Raises NotFound, Conflict, InvalidInput, PolicyRefused."""
        async with self._database.changing(by) as session:
            row = await read_before(session, ForwardingRow, id_, version, "forwarding")
            await _set(session, row, fields, judge)
            await session.flush()
            return _record(row)

    async def end(self, id_: UUID, at: datetime, version: int | None, by: Actor) -> ForwardingRecord:
        """It holds until ``at``; one that has not begun is taken back. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, ForwardingRow, id_, version, "forwarding")
            row.ends_at = min(row.ends_at, max(row.starts_at, at))
            await session.flush()
            return _record(row)

    async def replace(self, fields: ForwardingFields, by: Actor, judge: Judge | None = None) -> None:
        """Forward the person from now on; what holds now of the same kind ends. Raises InvalidInput, PolicyRefused."""
        async with self._database.changing(by) as session:
            await _alone(session, fields.person_id)
            await _end_current(session, fields.person_id, fields.kind, fields.starts_at)
            row = ForwardingRow(id=new_id())
            await _set(session, row, fields, judge)
            session.add(row)

    async def end_current(self, person_id: UUID, kind: ForwardingKind, at: datetime, by: Actor) -> None:
        """End what holds of the kind."""
        async with self._database.changing(by) as session:
            await _end_current(session, person_id, kind, at)


def _must_be_new(fields: ForwardingFields, others: tuple[Forwarding, ...]) -> None:
    """Beside what has begun since, one to the same target is set anew: calls follow what began last."""
    on = forwarding_at(others, fields.starts_at, fields.kind)
    if on is not None and on.target == fields.target and on.ends_at >= fields.ends_at:
        raise NotPossible(_THERE)


async def _end_current(session: AsyncSession, person_id: UUID, kind: ForwardingKind, at: datetime) -> None:
    rows = await session.scalars(
        select(ForwardingRow).where(
            ForwardingRow.person_id == person_id,
            ForwardingRow.kind == kind,
            ForwardingRow.starts_at <= at,
            ForwardingRow.ends_at > at,
        )
    )
    for row in rows:
        row.ends_at = at


async def _alone(session: AsyncSession, person_id: UUID) -> None:
    """Until the transaction ends nobody else forwards this person's phone. SQLite has one writer as it is."""
    await session.execute(
        select(PersonRow.id).where(PersonRow.id == person_id).with_for_update(key_share=True)
    )


async def _set(
    session: AsyncSession, row: ForwardingRow, fields: ForwardingFields, judge: Judge | None
) -> None:
    must_be_in_order(fields.starts_at, fields.ends_at)
    await must_exist(session, PersonRow, fields.person_id, "person", "person")
    if judge is not None:
        await _alone(session, fields.person_id)
        decision = judge(await _others(session, row.id, fields))
        if not decision.allowed:
            raise PolicyRefused(decision)
    row.person_id = fields.person_id
    row.target = fields.target
    row.starts_at = fields.starts_at
    row.ends_at = fields.ends_at
    row.kind = fields.kind


async def _others(session: AsyncSession, own: UUID, fields: ForwardingFields) -> tuple[Forwarding, ...]:
    """The person's, but for the one that is set, from as far back as they may count."""
    others = select(ForwardingRow).where(
        ForwardingRow.person_id == fields.person_id,
        ForwardingRow.id != own,
        ForwardingRow.ends_at > fields.starts_at - COUNTED,
    )
    return tuple(_record(row).forwarding for row in await session.scalars(others))


def _record(row: ForwardingRow) -> ForwardingRecord:
    kind = ForwardingKind(row.kind)
    forwarding = Forwarding(row.id, row.person_id, row.target, row.starts_at, row.ends_at, kind)
    return ForwardingRecord(forwarding, row.version)


_THERE = Text(
    sv="Samma vidarekoppling finns redan, minst lika länge. Avsluta den först om den ska sluta tidigare.",
    en="The same forwarding is there already, for as long at least. End it first if it is to end earlier.",
)
