"""The decisions of calls as they were kept, with their facts, in the order of their time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, tuple_

from hanvisa.directory.engine import Database
from hanvisa.directory.tables import DecisionRow

BATCH = 500


@dataclass(frozen=True, slots=True)
class KeptDecision:
    call_id: str
    seq: int
    at: datetime
    kind: str
    schema: int
    effect: str
    rules: tuple[str, ...]
    facts: dict[str, Any]


class Decisions:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, since: datetime, until: datetime) -> int:
        query = select(func.count()).select_from(DecisionRow).where(*_between(since, until))
        async with self._database.reading() as session:
            return await session.scalar(query) or 0

    async def between(self, since: datetime, until: datetime) -> AsyncIterator[KeptDecision]:
        """``until`` is not included. Read some hundreds at a time: no transaction is held meanwhile."""
        row = DecisionRow
        key = (row.at, row.call_id, row.seq)
        query = (
            select(
                row.call_id, row.seq, row.at, row.kind, row.schema_version, row.effect, row.rules, row.facts
            )
            .where(*_between(since, until))
            .order_by(*key)
            .limit(BATCH)
        )
        next_ = query
        while True:
            async with self._database.reading() as session:
                rows = (await session.execute(next_)).all()
            for call_id, seq, at, kind, schema, effect, rules, facts in rows:
                yield KeptDecision(call_id, seq, at, kind, schema, effect, tuple(rules), facts)
            if len(rows) < BATCH:
                return
            next_ = query.where(tuple_(*key) > (rows[-1].at, rows[-1].call_id, rows[-1].seq))


def _between(since: datetime, until: datetime) -> tuple[Any, ...]:
    return DecisionRow.at >= since, DecisionRow.at < until
