"""Reasons of absence."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from hanvisa.directory.engine import Database
from hanvisa.directory.loading import reason_of
from hanvisa.directory.tables import AbsenceReasonRow
from hanvisa.errors import NotFound
from hanvisa.policy.facts import AbsenceReason


@dataclass(frozen=True, slots=True)
class ReasonRecord:
    """``default_until``: how long an absence lasts that names no end: "30m", "next_working_day", None (no end).

    ``cannot_wait``: saved whatever G3 says, and alarms (sickness, care of a child).
    """

    reason: AbsenceReason
    default_until: str | None
    cannot_wait: bool
    version: int


class Reasons:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self) -> list[ReasonRecord]:
        """In the order of their codes."""
        query = (
            select(AbsenceReasonRow)
            .where(AbsenceReasonRow.ended_at.is_(None))
            .order_by(AbsenceReasonRow.code)
        )
        async with self._database.reading() as session:
            return [_record(row) for row in await session.scalars(query)]

    async def get(self, code: str) -> ReasonRecord:
        """Raises NotFound."""
        query = select(AbsenceReasonRow).where(
            AbsenceReasonRow.code == code, AbsenceReasonRow.ended_at.is_(None)
        )
        async with self._database.reading() as session:
            row = await session.scalar(query)
        if row is None:
            raise NotFound(f"There is no reason of absence with the code {code!r}.")
        return _record(row)


def _record(row: AbsenceReasonRow) -> ReasonRecord:
    return ReasonRecord(reason_of(row), row.default_until, row.cannot_wait, row.version)
