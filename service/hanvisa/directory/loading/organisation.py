"""Organisations, operations, departments and their persons."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from sys import intern
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import and_, select

from hanvisa.directory.loading.common import Columns, as_text, belongs_now, by_value, made, read
from hanvisa.directory.tables import (
    DepartmentRow,
    FunctionRow,
    MembershipRow,
    OperationRow,
    OrganisationRow,
    PersonRow,
    RoleAssignmentRow,
    UserRow,
)
from hanvisa.directory.types import as_id, windows_of_json
from hanvisa.policy.facts import (
    CallingClass,
    Department,
    NumberShown,
    Operation,
    Organisation,
    Person,
    Ringing,
    Superuser,
    Window,
)
from hanvisa.policy.model import Language

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


SUPERUSER = "superuser"  # the role
_LANGUAGES, _SHOWN = by_value(Language), by_value(NumberShown)
_CLASSES: dict[str | None, CallingClass | None] = {None: None} | by_value(CallingClass)


async def organisations(session: AsyncSession, _: datetime) -> list[Organisation]:
    table = OrganisationRow
    rows = await session.execute(
        select(table.id, table.name, table.prefix, table.area_code)
        .where(table.ended_at.is_(None))
        .order_by(table.name, table.id)
    )
    return [Organisation(*row) for row in rows]


async def operations(session: AsyncSession, _: datetime) -> list[Operation]:
    table = OperationRow
    rows = await session.execute(
        select(table.id, table.name, table.organisation_id, table.telephone_manager_id, table.head_id)
        .where(table.ended_at.is_(None))
        .order_by(table.name, table.id)
    )
    return [Operation(*row) for row in rows]


async def departments(session: AsyncSession, _: datetime) -> list[Department]:
    table = DepartmentRow
    rows = await session.execute(
        select(
            table.id,
            table.name,
            table.operation_id,
            OperationRow.organisation_id,
            table.confidential,
            table.stand_in_id,
            table.may_call,
            table.ringing,
            table.cost_centre_id,
        )
        .join(OperationRow, OperationRow.id == table.operation_id)
        .where(table.ended_at.is_(None))
        .order_by(table.name, table.id)
    )
    return [
        Department(
            id=row.id,
            name=row.name,
            operation_id=row.operation_id,
            organisation_id=row.organisation_id,
            confidential=row.confidential,
            stand_in_id=row.stand_in_id,
            ringing=Ringing(row.ringing),
            may_call=_CLASSES[row.may_call],
            cost_centre_id=row.cost_centre_id,
        )
        for row in rows
    ]


async def superusers(session: AsyncSession, _: datetime) -> list[Superuser]:
    rows = await session.scalars(
        select(UserRow.person_id)
        .join(RoleAssignmentRow, RoleAssignmentRow.user_id == UserRow.id)
        .where(
            RoleAssignmentRow.role == SUPERUSER, UserRow.ended_at.is_(None), UserRow.person_id.is_not(None)
        )
        .order_by(UserRow.name)
    )
    return [Superuser(person_id) for person_id in rows if person_id is not None]


async def persons(session: AsyncSession, at: datetime) -> Awaitable[list[Person]]:
    functions = await read(session, _FUNCTIONS)
    places = await _places(session)
    table = PersonRow
    query = (
        select(
            table.id,
            table.given_name,
            table.family_name,
            table.title,
            table.language,
            table.protected,
            table.confidential,
            as_text(table.best_reached),
            table.may_call,
            table.number_shown,
            MembershipRow.department_id,
        )
        .join(MembershipRow, and_(MembershipRow.person_id == table.id, belongs_now(at)))
        .where(table.ended_at.is_(None))
        .order_by(table.family_name, table.given_name, table.id)
    )

    return _made(await read(session, query), functions, places)


async def _made(
    persons: Columns, functions: Columns, places: Mapping[str, tuple[UUID, UUID, UUID]]
) -> list[Person]:
    """Their names are those of others too: one object each."""
    functions_of = await _functions(functions)
    columns = await persons.values()
    id_, given, family, title, language, protected, confidential, reached, may_call, shown, where = columns
    homes = [places[department] for department in where]
    return await made(
        Person,
        map(as_id, id_),
        map(intern, given),
        map(intern, family),
        *(map(itemgetter(which), homes) for which in range(3)),
        map(intern, title),
        map(functions_of.get, id_, repeat(())),
        map(_LANGUAGES.__getitem__, language),
        map(bool, protected),
        map(bool, confidential),
        map(_windows, reached),
        map(_CLASSES.__getitem__, may_call),
        map(_SHOWN.__getitem__, shown),
    )


_FUNCTIONS = select(FunctionRow.person_id, FunctionRow.name).order_by(
    FunctionRow.person_id, FunctionRow.position
)


async def _functions(columns: Columns) -> dict[str, tuple[str, ...]]:
    """By person, their id as text, in their order."""
    functions: dict[str, tuple[str, ...]] = {}
    for who, name in zip(*await columns.values(), strict=True):
        functions[who] = (*functions.get(who, ()), intern(name))
    return functions


async def _places(session: AsyncSession) -> dict[str, tuple[UUID, UUID, UUID]]:
    """By department, its id as text: the department, operation and organisation.

    One object each for all who are there.
    """
    rows = await session.execute(
        select(
            as_text(DepartmentRow.id),
            DepartmentRow.id,
            DepartmentRow.operation_id,
            OperationRow.organisation_id,
        ).join(OperationRow, OperationRow.id == DepartmentRow.operation_id)
    )
    return {text: (department, operation, organisation) for text, department, operation, organisation in rows}


@lru_cache
def _windows(stored: str) -> tuple[Window, ...]:
    """Most persons have the same: none."""
    return windows_of_json(from_json(stored))
