"""The audit trail: rows that change write theirs (:mod:`hanvisa.directory.auditing`), the rest is written here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, func, insert, or_, select

from hanvisa.directory.auditing import audit_entry
from hanvisa.directory.engine import Database
from hanvisa.directory.tables import AuditRow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hanvisa.directory.auditing import Actor

CHANGED, REFUSED, REQUESTS = "changed", "refused", "requests"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """``before`` and ``after`` hold what changed, as JSON; ``action`` as :class:`AuditRow` has it."""

    id: UUID
    at: datetime
    by: str
    user_id: UUID | None
    action: str
    table: str
    row_id: str
    address: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """What somebody asked for, and what they were answered."""

    request: str
    answer: Mapping[str, Any]
    by: Actor


class Audit:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def refused(self, *refusals: Refusal) -> None:
        """Raises StorageError."""
        entries = [
            audit_entry(one.by, REFUSED, REQUESTS, one.request, before=None, after=one.answer)
            for one in refusals
        ]
        async with self._database.writing() as session:
            await session.execute(insert(AuditRow), entries)

    async def changed(
        self, table: str, row: UUID, before: Mapping[str, Any], after: Mapping[str, Any], by: Actor
    ) -> None:
        """Something that belongs to a row and lies elsewhere. Raises StorageError."""
        entry = audit_entry(by, CHANGED, table, str(row), before=before, after=after)
        async with self._database.writing() as session:
            await session.execute(insert(AuditRow), [entry])

    async def get(self, id_: UUID, *, without: Collection[str] = ()) -> AuditEntry | None:
        """None also where it tells of one of the ids ``without``."""
        query = _ENTRIES.where(AuditRow.id == id_, *(~tells_of(one) for one in without))
        async with self._database.reading() as session:
            found = (await session.execute(query)).one_or_none()
        return AuditEntry(*found) if found else None

    async def list(
        self,
        *,
        table: str | None = None,
        row_id: str | None = None,
        action: str | None = None,
        by: str | None = None,
        user_id: UUID | None = None,
        address: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        before: UUID | None = None,
        without: Collection[str] = (),
        limit: int = 100,
    ) -> list[AuditEntry]:
        """The newest first. ``before`` is the id of the last one that was seen; ``until`` is not included.

        None that tells of one of the ids ``without``.
        """
        query = _ENTRIES.where(*(~tells_of(one) for one in without)).order_by(AuditRow.id.desc()).limit(limit)
        for column, wanted in (
            (AuditRow.table_name, table),
            (AuditRow.row_id, row_id),
            (AuditRow.action, action),
            (AuditRow.by, by),
            (AuditRow.user_id, user_id),
            (AuditRow.address, address),
        ):
            if wanted is not None:
                query = query.where(column == wanted)
        if since is not None:
            query = query.where(AuditRow.at >= since)
        if until is not None:
            query = query.where(AuditRow.at < until)
        if before is not None:
            query = query.where(AuditRow.id < before)
        async with self._database.reading() as session:
            return [AuditEntry(*entry) for entry in await session.execute(query)]


def tells_of(id_: str) -> ColumnElement[bool]:
    """It is in what was changed, in the path of what was refused, or in what a row had before or after."""
    return or_(AuditRow.row_id.contains(id_), stands_in(id_))


def stands_in(text: str) -> ColumnElement[bool]:
    """In what a row had before or after."""
    had = (func.coalesce(cast(column, String), "") for column in (AuditRow.before, AuditRow.after))
    return or_(*(column.contains(text, autoescape=True) for column in had))


_ENTRIES = select(
    AuditRow.id,
    AuditRow.at,
    AuditRow.by,
    AuditRow.user_id,
    AuditRow.action,
    AuditRow.table_name,
    AuditRow.row_id,
    AuditRow.address,
    AuditRow.before,
    AuditRow.after,
)
