"""What the loaders share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_

from hanvisa.directory.tables import MembershipRow

if TYPE_CHECKING:
    from sqlalchemy import Executable
    from sqlalchemy.ext.asyncio import AsyncSession

Fact = TypeVar("Fact")
Member = TypeVar("Member", bound=Enum)

LOCAL = ZoneInfo("Europe/Stockholm")
AT_ONCE = 1000  # rows


async def read(session: AsyncSession, query: Executable, make: Callable[[Any], Fact]) -> list[Fact]:
    """A fact of each row. Rows are not in memory all at once, and others have their turn between them.

    Not as the session's objects, which cost several times as much.
    """
    connection = await session.connection()
    result = await connection.stream(query, execution_options={"yield_per": AT_ONCE})
    return [make(row) async for rows in result.partitions() for row in rows]


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
