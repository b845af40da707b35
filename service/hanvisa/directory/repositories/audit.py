"""Reading the audit trail. It is written by the changes themselves (:mod:`hanvisa.directory.auditing`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from hanvisa.directory.engine import Database
from hanvisa.directory.tables import AuditRow


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """``action`` is created, changed or deleted; ``before`` and ``after`` hold the columns that changed, as JSON."""

    id: UUID
    at: datetime
    by: str
    user_id: UUID | None
    action: str
    table: str
    row_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Audit:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(
        self,
        *,
        table: str | None = None,
        row_id: str | None = None,
        before: UUID | None = None,
        limit: int = 100,
    ) -> list[AuditEntry]:
        """The newest first. ``before`` is the id of the last one that was seen."""
        row = AuditRow
        query = select(
            row.id, row.at, row.by, row.user_id, row.action, row.table_name, row.row_id, row.before, row.after
        ).order_by(row.id.desc())
        if table is not None:
            query = query.where(row.table_name == table)
        if row_id is not None:
            query = query.where(row.row_id == row_id)
        if before is not None:
            query = query.where(row.id < before)
        async with self._database.reading() as session:
            return [AuditEntry(*entry) for entry in await session.execute(query.limit(limit))]
