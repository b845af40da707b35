"""A row in every table that holds something on people, each about Maja, with a mark in every text of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Integer,
    String,
    Table,
    Uuid,
    cast,
    insert,
    inspect,
    select,
)

from hanvisa.directory.auditing import Actor
from hanvisa.directory.personal.held import HELD
from hanvisa.directory.tables import Base
from hanvisa.directory.types import UtcDateTime, Windows
from hanvisa.ids import new_id
from hanvisa.policy.facts import Window
from hanvisa.policy.sign_in import account_key

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.engine import Database

MARK = "majas-"
USER, NUMBER, CALL = f"{MARK}user", "+46701740699", "hv-everything"
BY_SOMEBODY = Actor("nils")
_ROWS = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}
_NUMBERS = ("number", "caller", "called", "target")
_THEIR_NUMBERS = (
    "mobiles",
    "invoice_lines",
    "callbacks",
    "group_members",
    "calls",
    "forwardings",
    "messages",
)
_OF_THE_ORGANISATION = ("operations", "cost_centres", "notices", "setting_history")
_NOT_AUDITED = (
    "audit",
    "calls",
    "call_events",
    "decisions",
    "sign_in_tries",
)  # they are stored by statements
_SET = {
    ("users", "name"): USER,
    ("sign_in_tries", "name"): account_key(USER),
    ("exceptions", "scope"): "person",
    ("calls", "id"): CALL,
    ("messages", "state"): "handled",
    ("mobiles", "decided_at"): datetime(2020, 1, 1, tzinfo=UTC),  # whatever day it is: the trail has today's
    ("mobiles", "ended_at"): None,
    ("extracts", "state"): "approved",
    ("invoices", "month"): "2020-08",
    ("invoices", "file"): "augusti.csv",
}


@dataclass
class Everything:
    """``at`` is when all of it happened, and was over."""

    session: AsyncSession
    at: datetime
    maja: UUID = field(default_factory=new_id)
    made: dict[str, Any] = field(default_factory=dict)

    async def make(self) -> None:
        for table in Base.metadata.sorted_tables:
            if table.name in {held.table.__tablename__ for held in HELD}:
                await self._row(table)

    async def _row(self, table: Table) -> None:
        values = {column.name: await self._value(table, column) for column in table.columns}
        if table.name in _NOT_AUDITED:
            await self.session.execute(insert(_ROWS[table.name]).values(**values))
            return
        row = _ROWS[table.name](**values)
        self.session.add(row)
        await self.session.flush()
        self.made[table.name] = row

    async def _value(self, table: Table, column: Column[Any]) -> Any:
        if (table.name, column.name) in _SET:
            return _SET[table.name, column.name]
        if column.name == "id" and isinstance(column.type, Uuid):
            return self.maja if table.name == "persons" else new_id()
        for key in column.foreign_keys:
            return await self._key_of(key.column.table)
        if column.name in _NUMBERS and table.name in _THEIR_NUMBERS:
            return NUMBER
        return self._of_its_type(table, column)

    async def _key_of(self, table: Table) -> Any:
        if table.name not in self.made:
            there = await self.session.scalar(select(_ROWS[table.name]).limit(1))
            if there is None:
                await self._row(table)
            else:
                self.made[table.name] = there
        return self.made[table.name].id

    def _text(self, table: Table, column: Column[Any]) -> str:
        if column.name == "call_id":
            return CALL
        if column.name == "by" or column.name.endswith("_by"):
            return USER
        return f"{MARK}{table.name}.{column.name}"

    def _of_its_type(self, table: Table, column: Column[Any]) -> Any:
        text = self._text(table, column)
        for type_, value in (
            (Windows, (Window((1,), time(), time(23)),)),
            (UtcDateTime, self.at),
            (String, text),
            (JSON, [text]),
            (Boolean, False),
            (Date, self.at.date()),
            (Integer, 1),
            (Uuid, self.maja),
        ):
            if isinstance(column.type, type_):
                return value
        raise AssertionError(f"{table.name}.{column.name} is of a type that is not known here: {column.type}")


async def everything_of_maja(database: Database, at: datetime) -> UUID:
    """Who left when all of it was over. Each text was changed as well, so that the trail has it."""
    async with database.changing(BY_SOMEBODY) as session:
        everything = Everything(session, at)
        await everything.make()
    async with database.changing(BY_SOMEBODY) as session:
        for table, made in everything.made.items():
            if table in _OF_THE_ORGANISATION:
                continue
            row = await session.get_one(type(made), inspect(made).identity)
            for column in row.__table__.columns:
                value = getattr(row, column.name)
                if isinstance(value, str) and value.startswith(f"{MARK}{table}.") and not column.primary_key:
                    setattr(row, column.name, f"{value} again")
    return everything.maja


async def where_it_is_told(database: Database) -> set[str]:
    """The columns with anything in them that tells of Maja: a mark, her number, her user."""
    async with database.reading() as session:
        return {
            f"{table.name}.{column.name}"
            for table in Base.metadata.sorted_tables
            for column in table.columns
            for told in (MARK, NUMBER, account_key(USER))
            if await session.scalar(
                select(cast(column, String)).where(cast(column, String).contains(told)).limit(1)
            )
        }
