"""What the database has, for holding files against it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Table, select

from hanvisa.directory.imports.group_numbers import KnownNumbers, read_known_numbers
from hanvisa.directory.imports.sheets import SHEETS, Sheet
from hanvisa.directory.loading import belongs_now
from hanvisa.directory.tables import MembershipRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

DEPARTMENT = ("persons", "department")
"""Where a person's department stands in :attr:`Existing.lists`: as a list of one, or of none."""


@dataclass(frozen=True, slots=True)
class Existing:
    """``rows`` by table and key; ``lists`` by table and the file's column, then by the row's id."""

    now: datetime
    rows: dict[str, dict[str, Mapping[str, Any]]]
    lists: dict[tuple[str, str], dict[UUID, Any]]
    numbers: KnownNumbers

    def in_use(self, sheet: Sheet) -> dict[str, UUID]:
        """The ids of the rows that have not ended, by key."""
        rows = self.rows[sheet.name].items()
        return {key: row["id"] for key, row in rows if row.get("ended_at") is None}

    def imported(self, sheet: Sheet) -> dict[str, Mapping[str, Any]]:
        """The rows that an import made and that have not ended, by key."""
        return {
            key: row
            for key, row in self.rows[sheet.name].items()
            if row["external_id"] is not None and not self._has_ended(row, sheet)
        }

    def _has_ended(self, row: Mapping[str, Any], sheet: Sheet) -> bool:
        ended = row[sheet.ended_by] if sheet.ended_by else None
        return ended is not None and ended <= self.now


async def read_existing(session: AsyncSession, now: datetime) -> Existing:
    rows: dict[str, dict[str, Mapping[str, Any]]] = {}
    keys: dict[UUID, str] = {}
    for sheet in SHEETS:  # in the order in which their keys have those of others in them
        rows[sheet.name] = await _rows(session, sheet, keys)
        keys |= {row["id"]: key for key, row in rows[sheet.name].items()}
    lists = {
        (sheet.name, listed.column): await _lists(
            session, listed.table.__table__, listed.parent, listed.field, listed.position
        )
        for sheet in SHEETS
        for listed in sheet.listed
    }
    members = await session.execute(
        select(MembershipRow.person_id, MembershipRow.department_id).where(belongs_now(now))
    )
    lists[DEPARTMENT] = {row.person_id: row.department_id for row in members}
    return Existing(now, rows, lists, await read_known_numbers(session))


async def _rows(
    session: AsyncSession, sheet: Sheet, keys: Mapping[UUID, str]
) -> dict[str, Mapping[str, Any]]:
    """By external id; and what is in use and was made by other means, by the key that a file would have for it."""
    table = sheet.table.__table__
    query = select(table).where(table.c.external_id.is_not(None)) if sheet.key_is_an_id else select(table)
    found = [dict(row) for row in (await session.execute(query)).mappings()]
    if sheet.one_ever:
        return {_key_of(row, sheet, keys): row for row in found}
    rows: dict[str, Mapping[str, Any]] = {
        row["external_id"]: row for row in found if row["external_id"] is not None
    }
    for row in found:
        if row["external_id"] is None and row.get("ended_at") is None:
            known = rows.get(key := _key_of(row, sheet, keys))
            if known is None or known.get("ended_at") is not None:
                rows[key] = row
    return rows


def _key_of(row: Mapping[str, Any], sheet: Sheet, keys: Mapping[UUID, str]) -> str:
    """As a line would have it that says the same."""
    texts = {
        column.name: "" if row[column.field] is None else keys.get(row[column.field], str(row[column.field]))
        for column in sheet.columns
        if column.field is not None
    }
    return sheet.key(texts)


async def _lists(
    session: AsyncSession, table: Table, parent: str, field: str, position: str | None
) -> dict[UUID, tuple[Any, ...]]:
    order = table.c[position] if position is not None else table.c[field]
    lists: defaultdict[UUID, list[Any]] = defaultdict(list)
    for id_, value in await session.execute(select(table.c[parent], table.c[field]).order_by(order)):
        lists[id_].append(value)
    return {id_: tuple(values) for id_, values in lists.items()}
