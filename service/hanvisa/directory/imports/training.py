"""Who comes with an import into a register that had people already is new, and stands on the training list (T1)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from hanvisa.directory.tables import TrainingRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.imports.existing import Existing
    from hanvisa.directory.imports.planning import TablePlan


def list_new(session: AsyncSession, persons: TablePlan, existing: Existing, now: datetime) -> None:
    if existing.rows[persons.sheet.name]:
        session.add_all(
            TrainingRow(person_id=entry.id, listed_at=now, done_at=None, done_by=None)
            for entry in persons.created
        )
