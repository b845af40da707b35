"""Operators: where they sit, what they serve, and their states."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.entries import must_be_there
from hanvisa.directory.repositories.refusals import NotPossible
from hanvisa.directory.repositories.rows import read_before
from hanvisa.directory.repositories.turns import changing_register
from hanvisa.directory.tables import (
    OperatorRow,
    OperatorSwitchboardRow,
    PersonRow,
    PhoneRow,
    SwitchboardRow,
)
from hanvisa.errors import NotFound
from hanvisa.policy.facts import Operator, OperatorState
from hanvisa.policy.model import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor


@dataclass(frozen=True, slots=True)
class OperatorRecord:
    operator: Operator
    version: int


class Operators:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, person_id: UUID) -> OperatorRecord:
        """Raises NotFound when the person is no operator."""
        async with self._database.reading() as session:
            return await _record(session, await _row_of(session, person_id))

    async def list(self) -> list[OperatorRecord]:
        """All, the longest in their state first."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(OperatorRow).where(OperatorRow.ended_at.is_(None)).order_by(OperatorRow.since)
            )
            serving = await session.execute(
                select(OperatorSwitchboardRow.operator_id, OperatorSwitchboardRow.switchboard_id).order_by(
                    OperatorSwitchboardRow.switchboard_id
                )
            )
            served: defaultdict[UUID, list[UUID]] = defaultdict(list)
            for operator_id, switchboard_id in serving:
                served[operator_id].append(switchboard_id)
            return [_record_of(row, served[row.id]) for row in rows.all()]

    async def create(
        self, person_id: UUID, phone_id: UUID, switchboards: Collection[UUID], by: Actor, *, at: datetime
    ) -> OperatorRecord:
        """Closed at first. Who has been one before is one again. Raises FieldRefused; NotPossible: they are one."""
        async with changing_register(self._database, by) as session:
            await must_be_there(session, PersonRow, person_id, "person")
            row = await session.scalar(select(OperatorRow).where(OperatorRow.person_id == person_id))
            if row is not None and row.ended_at is None:
                raise NotPossible(
                    Text(
                        sv="Personen är redan telefonist. Ändra det i stället.",
                        en="The person is an operator already. Change that instead.",
                    )
                )
            row = row or OperatorRow(person_id=person_id)
            row.state, row.since, row.ended_at = OperatorState.CLOSED, at, None
            await _sits_at(session, row, phone_id)
            session.add(row)
            await session.flush()
            await _serves(session, row, switchboards)
            return await _record(session, row)

    async def change(
        self,
        person_id: UUID,
        phone_id: UUID | None,
        switchboards: Collection[UUID] | None,
        version: int,
        by: Actor,
    ) -> OperatorRecord:
        """None stays as it is. Raises NotFound, Conflict, FieldRefused."""
        async with changing_register(self._database, by) as session:
            row = await _row_of(session, person_id)
            await read_before(session, OperatorRow, row.id, version, "operator")
            if phone_id is not None:
                await _sits_at(session, row, phone_id)
            if switchboards is not None and await _serves(session, row, switchboards):
                flag_modified(row, "ended_at")  # so that it has a new version
            await session.flush()
            return await _record(session, row)

    async def end(self, person_id: UUID, version: int, by: Actor, *, at: datetime) -> OperatorRecord:
        """They are closed, and no operator any more. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await _row_of(session, person_id)
            await read_before(session, OperatorRow, row.id, version, "operator")
            if row.state != OperatorState.CLOSED:
                row.state, row.since = OperatorState.CLOSED, at
            row.ended_at = at
            await session.flush()
            return await _record(session, row)

    async def set_state(
        self, person_id: UUID, state: OperatorState, by: Actor, *, at: datetime, version: int | None = None
    ) -> OperatorRecord:
        """``since`` stays when the state is so already. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await _row_of(session, person_id)
            await read_before(session, OperatorRow, row.id, version, "operator")
            if row.state != state:
                row.state = state
                row.since = at
            await session.flush()
            return await _record(session, row)


async def _row_of(session: AsyncSession, person_id: UUID) -> OperatorRow:
    row = await session.scalar(
        select(OperatorRow).where(OperatorRow.person_id == person_id, OperatorRow.ended_at.is_(None))
    )
    if row is None:
        raise NotFound(f"The person {person_id} is no operator.")
    return row


async def _sits_at(session: AsyncSession, row: OperatorRow, phone_id: UUID) -> None:
    await must_be_there(session, PhoneRow, phone_id, "phone")
    row.phone_id = phone_id


async def _serves(session: AsyncSession, row: OperatorRow, switchboards: Collection[UUID]) -> bool:
    """True when they served others before."""
    table = OperatorSwitchboardRow
    before = {
        one.switchboard_id: one
        for one in await session.scalars(select(table).where(table.operator_id == row.id))
    }
    wanted = set(switchboards)
    for id_ in sorted(wanted - before.keys()):
        await must_be_there(session, SwitchboardRow, id_, "switchboards")
        session.add(table(operator_id=row.id, switchboard_id=id_))
    for gone in before.keys() - wanted:
        await session.delete(before[gone])
    await session.flush()
    return wanted != before.keys()


async def _record(session: AsyncSession, row: OperatorRow) -> OperatorRecord:
    switchboards = await session.scalars(
        select(OperatorSwitchboardRow.switchboard_id)
        .where(OperatorSwitchboardRow.operator_id == row.id)
        .order_by(OperatorSwitchboardRow.switchboard_id)
    )
    return _record_of(row, switchboards.all())


def _record_of(row: OperatorRow, switchboards: Iterable[UUID]) -> OperatorRecord:
    operator = Operator(row.person_id, tuple(switchboards), OperatorState(row.state), row.phone_id, row.since)
    return OperatorRecord(operator, row.version)
