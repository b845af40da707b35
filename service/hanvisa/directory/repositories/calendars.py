"""Calendars, and the absences that were made from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from hanvisa.calendars.source import CalendarKind, Source
from hanvisa.directory.auditing import Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.tables import AbsenceReasonRow, AbsenceRow, CalendarRow, PersonRow
from hanvisa.policy.calendar_events import EventAbsence, Kept, Steps, plan_steps

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

SOURCE = "calendar"
BY = Actor(SOURCE)
_NEVER = datetime.max.replace(tzinfo=UTC)  # until cancelled, as a person has said


class Calendars:
    """Implements :class:`hanvisa.calendars.source.Calendars`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sources(self, now: datetime) -> list[Source]:
        """A calendar ends with its person."""
        ended = or_(CalendarRow.ended_at.is_not(None), PersonRow.ended_at.is_not(None))
        left = select(AbsenceRow.id).where(
            AbsenceRow.calendar_id == CalendarRow.id,
            AbsenceRow.ends_at > now,
            AbsenceRow.ends_at > AbsenceRow.starts_at,
            AbsenceRow.calendar_version == AbsenceRow.version,
        )
        query = (
            select(CalendarRow, PersonRow.email, ended)
            .join(PersonRow, PersonRow.id == CalendarRow.person_id)
            .where(or_(~ended, left.exists()))
            .order_by(CalendarRow.id)
        )
        async with self._database.reading() as session:
            return [
                Source(
                    id=row.id,
                    person_id=row.person_id,
                    url=row.url,
                    kind=CalendarKind(row.kind),
                    user=row.user,
                    email=email or "",
                    ended=bool(is_ended),
                )
                for row, email, is_ended in await session.execute(query)
            ]

    async def keep(self, source: Source, wanted: Mapping[str, EventAbsence], now: datetime) -> Steps:
        """Raises Conflict and StorageError."""
        async with self._database.reading() as session:
            steps, _ = await _plan(session, source, wanted, now)
        if not steps:
            return steps  # as nearly always: without taking turns to write
        async with self._database.changing(BY) as session:
            steps, rows = await _plan(session, source, wanted, now)
            reasons = await _reason_ids(session)
            for key, absence in steps.create.items():
                row = AbsenceRow(
                    person_id=source.person_id,
                    source=SOURCE,
                    calendar_id=source.id,
                    calendar_key=key,
                    calendar_version=1,
                )
                _set(row, absence, reasons)
                session.add(row)
            for id_, absence in steps.change.items():
                _set(rows[id_], absence, reasons)
                _is_ours(rows[id_])
            for id_ in steps.end:
                rows[id_].ends_at = max(rows[id_].starts_at, now)
                _is_ours(rows[id_])
        return steps


async def _plan(
    session: AsyncSession, source: Source, wanted: Mapping[str, EventAbsence], now: datetime
) -> tuple[Steps, dict[UUID, AbsenceRow]]:
    query = (
        select(AbsenceRow, AbsenceReasonRow.code)
        .join(AbsenceReasonRow, AbsenceReasonRow.id == AbsenceRow.reason_id)
        .where(
            and_(
                AbsenceRow.calendar_id == source.id,
                or_(
                    AbsenceRow.ends_at.is_(None),
                    AbsenceRow.ends_at > now,
                    AbsenceRow.calendar_key.in_(wanted),
                ),
            )
        )
    )
    rows: dict[UUID, AbsenceRow] = {}
    kept = []
    for row, reason in await session.execute(query):
        rows[row.id] = row
        absence = EventAbsence(reason, row.starts_at, row.ends_at or _NEVER)
        kept.append(
            Kept(row.id, row.calendar_key or "", absence, changed=row.version != row.calendar_version)
        )
    return plan_steps(wanted, kept, now), rows


def _set(row: AbsenceRow, absence: EventAbsence, reasons: Mapping[str, UUID]) -> None:
    row.reason_id = reasons[absence.reason]
    row.starts_at, row.ends_at = absence.starts_at, absence.ends_at


def _is_ours(row: AbsenceRow) -> None:
    """The version that this change will have."""
    row.calendar_version = row.version + 1


async def _reason_ids(session: AsyncSession) -> dict[str, UUID]:
    rows = await session.execute(
        select(AbsenceReasonRow.code, AbsenceReasonRow.id).where(AbsenceReasonRow.ended_at.is_(None))
    )
    return {row.code: row.id for row in rows}
