"""Persons: made, moved between departments, changed, confirmed (S2) and ended with what is theirs alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm.attributes import flag_modified

from hanvisa.directory import tables
from hanvisa.directory.engine import Database
from hanvisa.directory.loading import LOCAL
from hanvisa.directory.repositories.entries import Entries, must_be_in_use, must_be_there
from hanvisa.directory.repositories.kinds import Kind
from hanvisa.directory.repositories.plain import leave
from hanvisa.directory.repositories.refusals import NotPossible
from hanvisa.directory.repositories.rows import found, read_before
from hanvisa.directory.repositories.turns import changing_register
from hanvisa.directory.tables import (
    DepartmentRow,
    FlagRow,
    FunctionRow,
    MembershipRow,
    OperationRow,
    PersonRow,
    TrainingRow,
)
from hanvisa.errors import NotFound
from hanvisa.policy.facts import CallingClass, NumberShown, Person, Window
from hanvisa.policy.model import Language, Text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor


async def _leave_everything(session: AsyncSession, id_: UUID, at: datetime) -> None:
    for table, column in _THEIRS:
        of_them = [getattr(table, column) == id_, table.ended_at.is_(None)]
        if column == "target_id":
            of_them.append(table.kind == "person")
        for row in await session.scalars(select(table).where(*of_them)):
            row.ended_at = at
            if table is tables.CalendarRow:
                row.password_set_at = None
    await leave(session, id_, at)


_THEIRS: tuple[tuple[Any, str], ...] = (
    (tables.ExtensionRow, "target_id"),
    (tables.NumberRow, "target_id"),
    (tables.PhoneRow, "owner_id"),
    (tables.MobileRow, "person_id"),
    (tables.OperatorRow, "person_id"),
    (tables.UserRow, "person_id"),
    (tables.CalendarRow, "person_id"),
)
"""What ends with a person. That they head something, or answer for it, keeps them from being ended."""
_KIND = Kind(PersonRow, (), ending=_leave_everything)


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """``schedule`` is when the person works; empty: the usual hours."""

    id: UUID
    external_id: str | None
    email: str | None
    schedule: tuple[Window, ...]
    details_confirmed_at: datetime | None
    ended_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """``person`` belongs where they do today, else where they will, or did last."""

    person: Person
    details: PersonDetails


class Persons:
    """As they are at the moment ``at``, which is that of changes too."""

    def __init__(self, database: Database, at: datetime) -> None:
        self._database = database
        self._at = at

    async def get(self, id_: UUID) -> PersonRecord:
        """Also one who has left, or has not begun. Raises NotFound."""
        async with self._database.reading() as session:
            return await self._record(session, await found(session, PersonRow, id_, "person"))

    async def details(self, ids: Collection[UUID]) -> dict[UUID, PersonDetails]:
        """Of those of the persons who are there."""
        rows = await self._database.rows(_DETAILS_OF, {"ids": tuple(ids)})
        return {row[0]: PersonDetails(*row) for row in rows}

    async def stale(self, before: datetime) -> set[UUID]:
        """Those whose details nobody has confirmed since, or ever."""
        confirmed = PersonRow.details_confirmed_at
        query = select(PersonRow.id).where(
            PersonRow.ended_at.is_(None), or_(confirmed.is_(None), confirmed < before)
        )
        async with self._database.reading() as session:
            return set(await session.scalars(query))

    async def create(
        self, values: Mapping[str, Any], functions: Collection[str], starts_on: date, by: Actor
    ) -> PersonRecord:
        """``values`` by column, and the department's id. The person stands on the training list (T1).

        Raises FieldRefused, NotPossible.
        """
        async with changing_register(self._database, by) as session:
            row = PersonRow()
            await _set(session, row, values)
            session.add(row)
            await session.flush()
            await _move(session, row.id, values["department"], starts_on)
            _list_functions(session, row.id, functions)
            session.add(TrainingRow(person_id=row.id, listed_at=self._at, done_at=None, done_by=None))
            await session.flush()
            return await self._record(session, row)

    async def change(
        self,
        id_: UUID,
        values: Mapping[str, Any],
        functions: Collection[str] | None,
        starts_on: date,
        *,
        version: int,
        by: Actor,
    ) -> PersonRecord:
        """A department in ``values`` is that from the day ``starts_on``. Raises NotFound, FieldRefused, Conflict."""
        async with changing_register(self._database, by) as session:
            row = await read_before(session, PersonRow, id_, version, "person")
            must_be_in_use(row)
            await _set(session, row, values)
            moved = "department" in values and await _move(session, id_, values["department"], starts_on)
            if functions is not None and tuple(functions) != await _functions(session, id_):
                for one in await session.scalars(select(FunctionRow).where(FunctionRow.person_id == id_)):
                    await session.delete(one)
                await session.flush()
                _list_functions(session, id_, functions)
                moved = True
            if moved:
                flag_modified(row, "ended_at")  # so that the person has a new version
            await session.flush()
            return await self._record(session, row)

    async def end(self, id_: UUID, version: int, by: Actor) -> PersonRecord:
        """With their numbers, phones, mobiles, and what they may here. Raises NotFound, Conflict, NotPossible."""
        await Entries(self._database, _KIND).end(id_, self._at, version, by)
        return await self.get(id_)

    async def confirm(self, id_: UUID, version: int | None, by: Actor) -> PersonRecord:
        """The details are right; what was flagged is put right too. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await confirm_details(session, id_, version, self._at, by)
            await session.flush()
            return await self._record(session, row)

    async def _record(self, session: AsyncSession, row: PersonRow) -> PersonRecord:
        memberships = (
            await session.execute(
                select(MembershipRow, DepartmentRow.operation_id, OperationRow.organisation_id)
                .join(DepartmentRow, DepartmentRow.id == MembershipRow.department_id)
                .join(OperationRow, OperationRow.id == DepartmentRow.operation_id)
                .where(MembershipRow.person_id == row.id)
                .order_by(MembershipRow.starts_on)
            )
        ).all()
        if not memberships:
            raise NotFound(f"The person {row.id} belongs nowhere.")
        today = self._at.astimezone(LOCAL).date()
        current = [one for one in memberships if one[0].starts_on <= today]
        membership, operation, organisation = current[-1] if current else memberships[0]
        person = Person(
            id=row.id,
            given_name=row.given_name,
            family_name=row.family_name,
            department_id=membership.department_id,
            operation_id=operation,
            organisation_id=organisation,
            title=row.title,
            functions=await _functions(session, row.id),
            language=Language(row.language),
            protected=row.protected,
            confidential=row.confidential,
            best_reached=row.best_reached,
            may_call=CallingClass(row.may_call) if row.may_call else None,
            number_shown=NumberShown(row.number_shown),
        )
        return PersonRecord(person, _details(row))


async def confirm_details(
    session: AsyncSession, id_: UUID, version: int | None, at: datetime, by: Actor
) -> PersonRow:
    """They are right; what was flagged is put right too. Raises NotFound, Conflict, NotPossible."""
    row = await read_before(session, PersonRow, id_, version, "person")
    must_be_in_use(row)
    row.details_confirmed_at = at
    flagged = select(FlagRow).where(FlagRow.person_id == id_, FlagRow.closed_at.is_(None))
    for flag in await session.scalars(flagged):
        flag.closed_at = at
        flag.closed_by = by.name
    return row


async def _set(session: AsyncSession, row: PersonRow, values: Mapping[str, Any]) -> None:
    external_id = values.get("external_id")
    if external_id is not None and external_id != row.external_id:
        other = await session.scalar(select(PersonRow.id).where(PersonRow.external_id == external_id))
        if other is not None:
            raise NotPossible(
                Text(
                    sv=f"Det finns redan en person med external_id {external_id}.",
                    en=f"There is a person with the external_id {external_id} already.",
                )
            )
    for name, value in values.items():
        if name != "department":
            setattr(row, name, value)


async def _move(session: AsyncSession, person: UUID, department: UUID, starts_on: date) -> bool:
    """From that day on the person belongs there. False when they do already, and nothing else was to come."""
    await must_be_there(session, DepartmentRow, department, "department")
    table = MembershipRow
    rows = (await session.scalars(select(table).where(table.person_id == person))).all()
    lasting = [row for row in rows if row.ends_on is None or row.ends_on > max(starts_on, row.starts_on)]
    if [row.department_id for row in lasting] == [department] and lasting[0].starts_on <= starts_on:
        return False
    for row in lasting:
        if row.starts_on >= starts_on:
            await session.delete(row)
        else:
            row.ends_on = starts_on
    session.add(table(person_id=person, department_id=department, starts_on=starts_on, ends_on=None))
    return True


def _list_functions(session: AsyncSession, person: UUID, functions: Collection[str]) -> None:
    session.add_all(
        FunctionRow(person_id=person, position=position, name=name) for position, name in enumerate(functions)
    )


async def _functions(session: AsyncSession, person: UUID) -> tuple[str, ...]:
    names = select(FunctionRow.name).where(FunctionRow.person_id == person).order_by(FunctionRow.position)
    return tuple((await session.scalars(names)).all())


_DETAILS = [getattr(PersonRow, field.name) for field in fields(PersonDetails)]
_DETAILS_OF = select(*_DETAILS).where(PersonRow.id.in_(bindparam("ids", expanding=True)))


def _details(row: PersonRow) -> PersonDetails:
    return PersonDetails(*(getattr(row, column.key) for column in _DETAILS))
