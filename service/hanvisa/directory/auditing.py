"""Who changed what, from what to what: written by the session itself, in the same transaction as the change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import event, insert, inspect, select, text
from sqlalchemy.orm import Session

from hanvisa.directory.tables import AuditRow, ChangeCounterRow
from hanvisa.directory.types import windows_to_json
from hanvisa.ids import new_id
from hanvisa.policy.facts import Window

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import UOWTransaction

CHANNEL = "hanvisa_changes"  # PostgreSQL's NOTIFY; the payload is the tables' names with commas between

SECRET = frozenset({"hash", "password_hash", "traffic", "url"})
"""Columns that are never in the trail, which is kept for years. A calendar's url may hold a key to it."""

_COUNT = text(
    "INSERT INTO change_counters (table_name, counter) VALUES (:name, 1)"
    " ON CONFLICT (table_name) DO UPDATE SET counter = change_counters.counter + 1"
)


@dataclass(frozen=True, slots=True)
class Actor:
    """In whose name something is changed, and from which address.

    ``user_id`` None is the system itself or its administrator at the machine.
    """

    name: str
    user_id: UUID | None = None
    address: str | None = None


SYSTEM = Actor("hanvisa")


class AuditingSession(Session):
    """A session that audits what its objects change, in the name of ``info["actor"]``."""


def touch(session: AsyncSession, tables: Iterable[str]) -> None:
    """Say that statements (not objects) changed these tables."""
    session.info.setdefault("touched", set()).update(tables)


def touched_tables(session: Session) -> frozenset[str]:
    """The names of the tables that the session has changed."""
    return frozenset(session.info.get("touched", ()))


async def count_changes(session: AsyncSession, tables: Iterable[str]) -> None:
    """Raise the tables' counters, and tell other processes, when the transaction is committed."""
    names = sorted(tables)  # always in the same order, so that two transactions never wait for each other
    if not names:
        return
    await session.execute(_COUNT, [{"name": name} for name in names])
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(
            text("SELECT pg_notify(:channel, :names)"), {"channel": CHANNEL, "names": ",".join(names)}
        )


async def read_counters(session: AsyncSession) -> dict[str, int]:
    """By table: another number means that it has changed."""
    rows = await session.execute(select(ChangeCounterRow.table_name, ChangeCounterRow.counter))
    return {row.table_name: row.counter for row in rows}


def audit_entry(
    by: Actor,
    action: str,
    table: str,
    row_id: str,
    *,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """A row of the audit trail, for an insert of many."""
    return {
        "id": new_id(),
        "at": datetime.now(UTC),
        "by": by.name,
        "user_id": by.user_id,
        "action": action,
        "table_name": table,
        "row_id": row_id,
        "address": by.address,
        "before": as_json(before),
        "after": as_json(after),
    }


@event.listens_for(AuditingSession, "after_flush")
def _audit(session: Session, _: UOWTransaction) -> None:
    actor: Actor | None = session.info.get("actor")
    if actor is None:
        return
    entries = [entry for entry in (_entry_of(actor, row, session) for row in _changed(session)) if entry]
    if entries:
        session.info.setdefault("touched", set()).update(entry["table_name"] for entry in entries)
        session.connection().execute(insert(AuditRow), entries)


def _changed(session: Session) -> list[Any]:
    return [*session.new, *(row for row in session.dirty if session.is_modified(row)), *session.deleted]


def _entry_of(actor: Actor, row: Any, session: Session) -> dict[str, Any] | None:
    before, after = {}, {}
    for attribute in inspect(row).mapper.column_attrs:
        history = inspect(row).attrs[attribute.key].history
        now = getattr(row, attribute.key)
        after[attribute.key] = now
        before[attribute.key] = history.deleted[0] if history.deleted else now
    table = row.__tablename__
    row_id = ",".join(str(key) for key in inspect(row).mapper.primary_key_from_instance(row))
    if row in session.new:
        return audit_entry(actor, "created", table, row_id, before=None, after=after)
    if row in session.deleted:
        return audit_entry(actor, "deleted", table, row_id, before=before, after=None)
    changed = {key for key in after if before[key] != after[key]}
    if not changed:
        return None
    return audit_entry(
        actor,
        "changed",
        table,
        row_id,
        before={key: before[key] for key in changed},
        after={key: after[key] for key in changed},
    )


def as_json(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A row's columns as they are told of: without what is secret."""
    if values is None:
        return None
    return {key: _plain(value) for key, value in values.items() if key not in SECRET}


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case date():
            return value.isoformat()
        case Window():
            return windows_to_json([value])[0]
        case tuple():
            return [_plain(one) for one in value]
        case _:
            return value
