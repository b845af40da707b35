"""Calls and what happened in them: written by the call log, entry by entry."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, insert, or_, select, tuple_

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.folding import fold_into_calls
from hanvisa.directory.tables import CallEventRow, CallRow, DecisionRow
from hanvisa.errors import Conflict, NotFound, StorageError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class CallRecord:
    """``person_id`` is who was sought. Organisation, operation, department and cost centre are as they were then."""

    id: str
    started_at: datetime
    ended_at: datetime | None
    side: str
    caller: str
    called: str
    caller_person_id: UUID | None
    person_id: UUID | None
    operator_id: UUID | None
    organisation_id: UUID | None
    operation_id: UUID | None
    department_id: UUID | None
    cost_centre_id: UUID | None
    outcome: str | None
    unreferred: bool
    confidential: bool
    threat: bool
    private: bool


class CallRecords:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, entries: Sequence[CallEntry]) -> None:
        """Keep the entries, all or none. One that is kept already (``call_id``, ``seq``) is passed over.

        Raises StorageError when the database does not answer.
        """
        if not entries:
            return
        try:
            async with self._database.writing() as session:
                connection = await session.connection()
                new = await _keep_new(connection, entries)
                await _keep_decisions(connection, new)
                await fold_into_calls(connection, new)
        except Conflict as error:
            # Another process wrote of the same call in the same moment: offered again, the entries go in.
            raise StorageError(f"The call log was written by two at once: {error}") from error

    async def get(self, call_id: str) -> CallRecord:
        """Raises NotFound."""
        async with self._database.reading() as session:
            row = await session.get(CallRow, call_id)
        if row is None:
            raise NotFound(f"There is no call {call_id}.")
        return _record(row)

    async def entries(self, call_id: str) -> list[CallEntry]:
        """The call's story, in order; empty for an unknown call."""
        event = CallEventRow
        query = (
            select(event.call_id, event.seq, event.at, event.kind, event.data)
            .where(event.call_id == call_id)
            .order_by(event.seq)
        )
        async with self._database.reading() as session:
            return [CallEntry(*row) for row in await session.execute(query)]

    async def list(
        self,
        *,
        taking_part: Collection[UUID] | None = None,
        person_id: UUID | None = None,
        operator_id: UUID | None = None,
        caller: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after: tuple[datetime, str] | None = None,
        limit: int = 100,
    ) -> list[CallRecord]:
        """The newest first. ``taking_part``: any of these called, was sought, or was the operator.

        ``after`` is the start and id of the last one that was seen. ``until`` is not included.
        """
        query = select(CallRow).order_by(CallRow.started_at.desc(), CallRow.id.desc()).limit(limit)
        if taking_part is not None:
            query = query.where(_with_any_of(taking_part))
        if person_id is not None:
            query = query.where(CallRow.person_id == person_id)
        if operator_id is not None:
            query = query.where(CallRow.operator_id == operator_id)
        if caller is not None:
            query = query.where(CallRow.caller == caller)
        if since is not None:
            query = query.where(CallRow.started_at >= since)
        if until is not None:
            query = query.where(CallRow.started_at < until)
        if after is not None:
            query = query.where(tuple_(CallRow.started_at, CallRow.id) < after)
        async with self._database.reading() as session:
            return [_record(row) for row in await session.scalars(query)]


def _with_any_of(persons: Collection[UUID]) -> ColumnElement[bool]:
    return or_(
        CallRow.person_id.in_(persons),
        CallRow.caller_person_id.in_(persons),
        CallRow.operator_id.in_(persons),
    )


async def _keep_new(connection: AsyncConnection, entries: Sequence[CallEntry]) -> list[CallEntry]:
    """Store the entries, and give back those that were not there."""
    event = CallEventRow
    calls = {entry.call_id for entry in entries}
    kept = await connection.execute(
        select(event.call_id, event.seq).where(
            event.call_id.in_(calls),
            event.seq.between(min(entry.seq for entry in entries), max(entry.seq for entry in entries)),
        )
    )
    known = {(call_id, seq) for call_id, seq in kept}
    new = {(entry.call_id, entry.seq): entry for entry in entries if (entry.call_id, entry.seq) not in known}
    if new:
        await connection.execute(insert(event), [_event(entry) for entry in new.values()])
    return sorted(new.values(), key=lambda entry: entry.seq)


async def _keep_decisions(connection: AsyncConnection, entries: Sequence[CallEntry]) -> None:
    decisions = [_decision(entry) for entry in entries if entry.kind == "decision"]
    if decisions:
        await connection.execute(insert(DecisionRow), decisions)


def _event(entry: CallEntry) -> dict[str, Any]:
    return {
        "call_id": entry.call_id,
        "seq": entry.seq,
        "at": entry.at,
        "kind": entry.kind,
        "data": entry.data,
    }


def _decision(entry: CallEntry) -> dict[str, Any]:
    data = entry.data
    return {
        "call_id": entry.call_id,
        "seq": entry.seq,
        "at": entry.at,
        "kind": str(data.get("decision", "")),
        "schema_version": int(data.get("schema", 1)),
        "effect": str(data.get("effect", "")),
        "rules": list(data.get("rules", ())),
        "facts": data.get("facts", {}),
    }


def _record(row: CallRow) -> CallRecord:
    return CallRecord(**{name: getattr(row, name) for name in CallRecord.__slots__})
