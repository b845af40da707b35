"""Carrying out a plan: many rows in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, insert, update

from hanvisa.directory.auditing import Actor, audit_entry, touch
from hanvisa.directory.imports.accounts import bring_accounts_back, end_accounts
from hanvisa.directory.imports.memberships import move_members
from hanvisa.directory.imports.training import list_new
from hanvisa.directory.tables import AuditRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.imports.planning import Plan, TablePlan
    from hanvisa.directory.imports.sheets import Listed

_AT_ONCE = 10_000  # ids in one statement, well under SQLite's limit


async def apply(session: AsyncSession, plan: Plan, now: datetime, by: Actor) -> None:
    """New rows first, in the order in which they may refer to each other, then what they refer to can change."""
    for one in plan.tables:
        await _create(session, one, now)
    for one in plan.tables:
        await _change(session, one)
        for listed in one.sheet.listed:
            if listed.column in one.columns:
                await _list(session, one, listed)
        if one.sheet.name == "persons":
            await move_members(session, one, plan.existing, now)
            list_new(session, one, plan.existing, now)
            await bring_accounts_back(session, one)
    for one in reversed(plan.tables):
        await _end(session, one, now)
        if one.sheet.name == "persons":
            await end_accounts(session, one, now)
    trail = [entry for one in plan.tables for entry in _trail(one, by, now)]
    if trail:
        await session.execute(insert(AuditRow), trail)
    touch(session, {entry["table_name"] for entry in trail})


async def _create(session: AsyncSession, plan: TablePlan, now: datetime) -> None:
    at_first = plan.sheet.at_first(now) if plan.sheet.at_first else {}
    rows = [{"id": entry.id, "external_id": entry.key, **entry.values, **at_first} for entry in plan.created]
    if rows:
        await session.execute(insert(plan.sheet.table), rows)


async def _change(session: AsyncSession, plan: TablePlan) -> None:
    """Rows in which the same columns differ go in one statement."""
    table = plan.sheet.table.__table__
    keys = [change.after["external_id"] for change in plan.changed if "external_id" in change.after]
    for first in range(0, len(keys), _AT_ONCE):  # one that has ended may have had it
        theirs = table.c.external_id.in_(keys[first : first + _AT_ONCE])
        await session.execute(update(table).where(theirs).values(external_id=None, **_next_version(table)))
    alike: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for change in plan.changed:
        alike[tuple(change.after)].append({"the_id": change.entry.id, **change.after})
    for columns, rows in alike.items():
        statement = update(table).where(table.c.id == bindparam("the_id"))
        values: dict[str, Any] = {name: bindparam(name) for name in columns}
        await _run(session, statement.values({**values, **_next_version(table)}), rows)


async def _list(session: AsyncSession, plan: TablePlan, listed: Listed) -> None:
    table = listed.table.__table__
    changed = [change.entry for change in plan.changed]
    await _delete(session, table, listed.parent, [entry.id for entry in changed])
    rows = [
        {
            listed.parent: entry.id,
            listed.field: value,
            **({listed.position: position} if listed.position else {}),
        }
        for entry in (*plan.created, *changed)
        for position, value in enumerate(entry.lists[listed.column])
    ]
    if rows:
        await session.execute(insert(table), rows)
        touch(session, [table.name])


async def _end(session: AsyncSession, plan: TablePlan, now: datetime) -> None:
    table = plan.sheet.table.__table__
    ids = [row["id"] for row in plan.ended]
    if plan.sheet.ended_by is None:
        await _delete(session, table, "id", ids)
    elif ids:
        statement = update(table).where(table.c.id == bindparam("the_id"))
        await _run(
            session,
            statement.values({plan.sheet.ended_by: now, **_next_version(table)}),
            [{"the_id": id_} for id_ in ids],
        )


async def _delete(session: AsyncSession, table: Table, column: str, ids: list[UUID]) -> None:
    for first in range(0, len(ids), _AT_ONCE):
        await session.execute(delete(table).where(table.c[column].in_(ids[first : first + _AT_ONCE])))
    if ids:
        touch(session, [table.name])


async def _run(session: AsyncSession, statement: Any, rows: list[dict[str, Any]]) -> None:
    connection = await session.connection()
    await connection.execute(statement, rows)


def _next_version(table: Table) -> dict[str, Any]:
    return {"version": table.c.version + 1} if "version" in table.c else {}


def _trail(plan: TablePlan, by: Actor, now: datetime) -> Iterable[dict[str, Any]]:
    name = plan.sheet.name

    def entry(
        action: str, id_: UUID, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        return audit_entry(by, action, name, str(id_), before=before, after=after)

    for created in plan.created:
        yield entry("created", created.id, None, {**created.values, **created.lists})
    for changed in plan.changed:
        before = {**changed.before, **changed.lists_before}
        yield entry("changed", changed.entry.id, before, {**changed.after, **changed.lists_after})
    for row in plan.ended:
        if plan.sheet.ended_by is None:
            yield entry("deleted", row["id"], row, None)
        else:
            ended_by = plan.sheet.ended_by
            yield entry("changed", row["id"], {ended_by: row[ended_by]}, {ended_by: now})
