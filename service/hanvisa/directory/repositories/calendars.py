"""Calendars, and the absences that were made from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from hanvisa.calendars.source import CalendarKind, Source
from hanvisa.directory.auditing import Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.loading import reason_of
from hanvisa.directory.repositories.coverage import CALENDAR, Coverage, alarm_of, coverage_facts
from hanvisa.directory.tables import AbsenceReasonRow, AbsenceRow, CalendarRow, CoverageAlarmRow, PersonRow
from hanvisa.errors import Conflict
from hanvisa.ids import new_id
from hanvisa.policy.calendar_events import EventAbsence, Kept, Steps, plan_steps
from hanvisa.policy.coverage import emptied_in_turn
from hanvisa.policy.facts import Absence

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

BY = Actor(CALENDAR)
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
                    version=row.version,
                )
                for row, email, is_ended in await session.execute(query)
            ]

    async def keep(self, source: Source, says: Mapping[str, EventAbsence], now: datetime) -> Steps:
        """Raises Conflict and StorageError."""
        async with self._database.reading() as session:
            steps, _ = await _plan(session, source, says, now)
        if not steps:
            return steps  # as nearly always: without taking turns to write
        async with self._database.changing(BY) as session:
            steps, rows = await _plan(session, source, says, now)
            for id_ in steps.end:
                rows[id_].ends_at = max(rows[id_].starts_at, now)
                _is_ours(rows[id_])
            for id_ in steps.leave:
                rows[id_].ends_at = min(rows[id_].ends_at or now, now)
                rows[id_].calendar_key = None
            await session.flush()  # G3 is decided without them, and their keys are free
            changed = {rows[id_]: absence for id_, absence in steps.change.items()}
            created = {_new_row(source, key): absence for key, absence in steps.create.items()}
            wanted = {**changed, **created}
            reasons = await _reasons(session, {absence.reason for absence in wanted.values()})
            alarms = await _alarms(session, wanted, reasons, now)
            for row, absence in wanted.items():
                row.reason_id = reasons[absence.reason].id
                row.starts_at, row.ends_at = absence.starts_at, absence.ends_at
            for row, absence in changed.items():
                _is_ours(row)
                await _take_back_left(session, source, absence, now)
            session.add_all(created)
            await session.flush()
            session.add_all(alarms)
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


async def _take_back_left(
    session: AsyncSession, source: Source, absence: EventAbsence, now: datetime
) -> None:
    """Of an event that was moved, and back into the past that it had left: nobody is away twice at a time."""
    left = await session.scalars(
        select(AbsenceRow).where(
            AbsenceRow.calendar_id == source.id,
            AbsenceRow.calendar_key.is_(None),
            AbsenceRow.ends_at > absence.starts_at,
            AbsenceRow.ends_at <= now,  # or somebody has set it anew
        )
    )
    for row in left:
        row.ends_at = max(row.starts_at, absence.starts_at)


def _new_row(source: Source, key: str) -> AbsenceRow:
    return AbsenceRow(
        id=new_id(),
        person_id=source.person_id,
        source=CALENDAR,
        calendar_id=source.id,
        calendar_key=key,
        calendar_version=1,
    )


async def _alarms(
    session: AsyncSession,
    wanted: Mapping[AbsenceRow, EventAbsence],
    reasons: Mapping[str, AbsenceReasonRow],
    now: datetime,
) -> list[CoverageAlarmRow]:
    """Of the departments that the absences will leave empty: a calendar can't be refused, so they are saved (G3)."""
    absences = [
        Absence(row.id, row.person_id, reason_of(reasons[one.reason]), one.starts_at, one.ends_at)
        for row, one in wanted.items()
    ]
    if not absences:
        return []
    facts = await coverage_facts(session, absences[0], Coverage(now), from_calendar=True)
    found = zip(wanted, emptied_in_turn(facts, absences), strict=True)
    return [alarm_of(row, one, now) for row, emptied in found for one in emptied]


def _is_ours(row: AbsenceRow) -> None:
    """The version that this change will have."""
    row.calendar_version = row.version + 1


async def _reasons(session: AsyncSession, codes: Collection[str]) -> dict[str, AbsenceReasonRow]:
    """Raises Conflict when one has ended since the calendar was read."""
    table = AbsenceReasonRow
    rows = await session.scalars(select(table).where(table.code.in_(codes), table.ended_at.is_(None)))
    found = {row.code: row for row in rows}
    if len(found) < len(codes):
        raise Conflict("A reason of absence has ended. The calendar is read again.")
    return found
