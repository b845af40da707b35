"""What the loaders share."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, and_, cast, or_

from hanvisa.directory.tables import MembershipRow

if TYPE_CHECKING:
    from sqlalchemy import Executable
    from sqlalchemy.ext.asyncio import AsyncSession

Fact = TypeVar("Fact")
Member = TypeVar("Member", bound=Enum)

LOCAL = ZoneInfo("Europe/Stockholm")
AT_ONCE = 1000  # rows


async def read(session: AsyncSession, query: Executable, make: Callable[[Any], Fact]) -> list[Fact]:
    """A fact of each row; others have their turn in between.

    Not as the session's objects, which cost several times as much, nor streamed, which costs SQLite a change of
    threads for every few rows.
    """
    connection = await session.connection()
    facts: list[Fact] = []
    for rows in (await connection.execute(query)).partitions(AT_ONCE):
        facts += map(make, rows)
        await asyncio.sleep(0)
    return facts


def as_text(column: Any) -> Any:
    """What most rows share, or is only looked up: an id is slower to hash, and JSON would be read for each row."""
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
