"""What the loaders share."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic_core import from_json
from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select

from hanvisa.directory.tables import MembershipRow

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncSession

Fact = TypeVar("Fact")
Member = TypeVar("Member", bound=Enum)

LOCAL = ZoneInfo("Europe/Stockholm")
AT_ONCE = 1000  # rows


async def read(session: AsyncSession, query: Select[*tuple[Any, ...]]) -> Columns:
    """What the query finds, column by column.

    The database writes each as one text: for rows SQLite's thread would have to take Python's lock once each, and so it
    works on another core, while this one makes facts of what was read before.
    """
    connection = await session.connection()
    rows = query.subquery()
    array = func.json_group_array if connection.dialect.name == "sqlite" else func.json_agg
    columns = [as_text(array(column)) for column in rows.c]
    return Columns((await connection.execute(select(*columns).select_from(rows))).one())


class Columns:
    """Each as JSON, which has ids as texts (:data:`as_id`), and SQLite's booleans as numbers."""

    def __init__(self, texts: Iterable[str | None]) -> None:
        self._texts = texts

    async def values(self) -> list[list[Any]]:
        """Of each column; others have their turn in between."""
        values: list[list[Any]] = []
        for text in self._texts:
            values.append(from_json(text or "[]"))
            await asyncio.sleep(0)
        return values


async def made(kind: Callable[..., Fact], *columns: Iterable[Any]) -> list[Fact]:
    """A fact of each row; others have their turn in between."""
    facts: list[Fact] = []
    each = map(kind, *columns)
    while some := list(islice(each, AT_ONCE)):
        facts += some
        await asyncio.sleep(0)
    return facts


def as_text(column: Any) -> Any:
    """What is only looked up, or read later: an id is slower to hash, and JSON is the same for most rows."""
    return cast(column, String)


def by_value(kind: type[Member]) -> dict[str, Member]:
    """An enumeration's members as they are stored. Quicker than its call, which is made for each row."""
    return {member.value: member for member in kind}


def belongs_now(at: datetime) -> ColumnElement[bool]:
    """The membership is that of the day (local time)."""
    return member_on(at.astimezone(LOCAL).date())


def member_on(day: date) -> ColumnElement[bool]:
    return and_(
        MembershipRow.starts_on <= day, or_(MembershipRow.ends_on.is_(None), MembershipRow.ends_on > day)
    )


def grouped(pairs: Iterable[Any]) -> dict[Any, tuple[Any, ...]]:
    values: defaultdict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        values[key].append(value)
    return {key: tuple(many) for key, many in values.items()}
