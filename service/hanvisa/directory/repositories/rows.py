"""Finding a row that is to be changed, and whether somebody is still in the register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select

from hanvisa.directory.tables import PersonRow
from hanvisa.directory.tables.base import Changeable
from hanvisa.errors import Conflict, InvalidInput, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

Row = TypeVar("Row", bound=Changeable)


async def found(session: AsyncSession, kind: type[Row], id_: UUID, what: str) -> Row:
    """The row. Raises NotFound when there is none."""
    row: Row | None = await session.get(kind, id_)
    if row is None:
        raise NotFound(f"There is no {what} {id_}.")
    return row


async def read_before(
    session: AsyncSession, kind: type[Row], id_: UUID, version: int | None, what: str
) -> Row:
    """The row, if ``version`` is its newest. Raises NotFound or Conflict."""
    row = await found(session, kind, id_, what)
    if version is not None and row.version != version:
        raise Conflict(
            f"The {what} {id_} was changed after it was read: its version is {row.version}, not {version}."
            " Read it again and repeat the change."
        )
    return row


async def must_exist(session: AsyncSession, kind: type[Any], id_: UUID | None, field: str, what: str) -> None:
    """Raises InvalidInput when the field names a row that is not there or has ended."""
    if id_ is None:
        return
    row = await session.get(kind, id_)
    if row is None or getattr(row, "ended_at", None) is not None:
        raise InvalidInput(f"{field}: there is no {what} {id_}.")


async def are_there(session: AsyncSession, *persons: UUID) -> bool:
    """None of these persons has left the register."""
    there = select(func.count()).where(PersonRow.id.in_(persons), PersonRow.ended_at.is_(None))
    return await session.scalar(there) == len(set(persons))


def must_be_in_order(starts_at: datetime, ends_at: datetime | None) -> None:
    """Raises InvalidInput when the end is not after the start."""
    if ends_at is not None and ends_at <= starts_at:
        raise InvalidInput(f"ends_at: {ends_at.isoformat()} is not after starts_at, {starts_at.isoformat()}.")
