"""G3 before an absence is saved: the facts, read where nobody else can change them, and the alarms that come of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from hanvisa.calls.ports import AlarmLetter
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.loading import LOCAL, reason_of
from hanvisa.directory.repositories.rows import found, read_before
from hanvisa.directory.repositories.teams import absences_of, departments_in_use, stand_ins_of, teams_of
from hanvisa.directory.repositories.turns import one_at_a_time
from hanvisa.directory.tables import (
    AbsenceRow,
    CoverageAlarmRow,
    DepartmentRow,
    MembershipRow,
    OperationRow,
    PersonRow,
)
from hanvisa.errors import PolicyRefused
from hanvisa.policy.coverage import (
    CoverageFacts,
    Emptied,
    Team,
    concerned,
    decide_coverage,
    emptied_by,
)
from hanvisa.policy.facts import Absence

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor

CALENDAR = "calendar"  # an absence's source
_LATELY = timedelta(days=2)  # what is over may still be of today
COVERAGE = "coverage"  # the matter of which absences take turns


@dataclass(frozen=True, slots=True)
class Coverage:
    """G3 is to be kept as of ``at``. ``force_reason`` is why the department is left empty all the same, if it is.

    ``decided`` are the departments that whoever forces it decides on, None for all.
    """

    at: datetime
    force_reason: str | None = None
    decided: Collection[UUID] | None = None

    def is_decided(self, emptied: Emptied) -> bool:
        return self.decided is None or emptied.team.id in self.decided


async def coverage_facts(
    session: AsyncSession, wanted: Absence, coverage: Coverage, *, from_calendar: bool = False
) -> CoverageFacts:
    """Of the departments that the person's absence touches, before it is written. ``from_calendar``: by its reader.

    Of two at once each would see the other still there: they are asked for one after the other.
    """
    await one_at_a_time(session, COVERAGE)
    teams = await _teams(session, wanted.person_id, coverage.at)
    persons = {member.person_id for team in teams for member in team.members}
    rows = await absences_of(session, persons, coverage.at - _LATELY)
    return CoverageFacts(
        wanted=wanted,
        teams=teams,
        absences=tuple(
            Absence(row.id, row.person_id, reason_of(reason), row.starts_at, row.ends_at)
            for row, reason in rows
        ),
        at=coverage.at,
        calendars=frozenset(row.id for row, _ in rows if row.source == CALENDAR),
        from_calendar=from_calendar,
        forced=coverage.force_reason is not None,
    )


def must_be_covered(facts: CoverageFacts) -> tuple[Emptied, ...]:
    """The departments that the absence leaves empty, though it may be saved. Raises PolicyRefused."""
    emptied = emptied_by(facts)
    decision = decide_coverage(facts, emptied)
    if not decision.allowed:
        raise PolicyRefused(decision)
    return emptied


def alarm_of(absence: AbsenceRow, emptied: Emptied, at: datetime) -> CoverageAlarmRow:
    return CoverageAlarmRow(
        absence_id=absence.id,
        department_id=emptied.team.id,
        first_day=emptied.days[0],
        last_day=emptied.days[-1],
        days=len(emptied.days),
        raised_at=at,
    )


@dataclass(frozen=True, slots=True)
class CoverageAlarm:
    id: UUID
    absence_id: UUID
    person_id: UUID
    department_id: UUID
    first_day: date
    last_day: date
    days: int
    raised_at: datetime
    seen_at: datetime | None
    seen_by: str | None
    version: int


class CoverageAlarms:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id_: UUID) -> CoverageAlarm:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return await _record(session, await found(session, CoverageAlarmRow, id_, "alarm"))

    async def list(
        self,
        *,
        operations: Collection[UUID] | None = None,
        seen: bool = False,
        after: UUID | None = None,
        limit: int = 100,
    ) -> list[CoverageAlarm]:
        """In the order in which they were raised. ``seen``: those as well that somebody has seen to."""
        table = CoverageAlarmRow
        query = (
            select(table, AbsenceRow.person_id)
            .join(AbsenceRow, AbsenceRow.id == table.absence_id)
            .join(DepartmentRow, DepartmentRow.id == table.department_id)
            .order_by(table.id)
            .limit(limit)
        )
        if operations is not None:
            query = query.where(DepartmentRow.operation_id.in_(operations))
        if not seen:
            query = query.where(table.seen_at.is_(None))
        if after is not None:
            query = query.where(table.id > after)
        async with self._database.reading() as session:
            return [_alarm(row, person_id) for row, person_id in await session.execute(query)]

    async def see(self, id_: UUID, at: datetime, version: int | None, by: Actor) -> CoverageAlarm:
        """Somebody sees to it. Seen again it stays as it was. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, CoverageAlarmRow, id_, version, "alarm")
            if row.seen_at is None:
                row.seen_at, row.seen_by = at, by.name
            await session.flush()
            return await _record(session, row)


class AlarmLetters:
    """The alarms that nobody has been told of by mail, nor seen: to the telephone manager, else to the head."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def owed(self) -> list[AlarmLetter]:
        """The oldest first. Raises StorageError."""
        async with self._database.reading() as session:
            rows = (await session.execute(_OWED)).all()
        return [
            AlarmLetter(
                id=alarm.id,
                address=told.email or "",
                name=told.given_name,
                department=department,
                person=f"{absent.given_name} {absent.family_name}",
                first_day=alarm.first_day,
                last_day=alarm.last_day,
                days=alarm.days,
            )
            for alarm, department, absent, manager, head in rows
            if (told := manager or head)
        ]

    async def sent(self, letter: AlarmLetter) -> None:
        """Raises NotFound, StorageError."""
        async with self._database.changing(SYSTEM) as session:
            row = await found(session, CoverageAlarmRow, letter.id, "alarm")
            row.mailed_at = self._now()


async def _record(session: AsyncSession, row: CoverageAlarmRow) -> CoverageAlarm:
    absence = await session.get_one(AbsenceRow, row.absence_id)
    return _alarm(row, absence.person_id)


def _alarm(row: CoverageAlarmRow, person_id: UUID) -> CoverageAlarm:
    return CoverageAlarm(
        row.id,
        row.absence_id,
        person_id,
        row.department_id,
        row.first_day,
        row.last_day,
        row.days,
        row.raised_at,
        row.seen_at,
        row.seen_by,
        row.version,
    )


def _has_address(person: Any) -> ColumnElement[bool]:
    return and_(person.email.is_not(None), person.email != "", person.ended_at.is_(None))


async def _teams(session: AsyncSession, person_id: UUID, at: datetime) -> tuple[Team, ...]:
    departments = await departments_in_use(session)
    table, today = MembershipRow, at.astimezone(LOCAL).date()
    not_left = or_(table.ends_on.is_(None), table.ends_on > today)
    homes = await session.scalars(select(table.department_id).where(table.person_id == person_id, not_left))
    near = concerned(stand_ins_of(departments), homes.all())
    return await teams_of(session, departments, near, today)


_MANAGER, _HEAD = aliased(PersonRow), aliased(PersonRow)
_OWED = (
    select(CoverageAlarmRow, DepartmentRow.name, PersonRow, _MANAGER, _HEAD)
    .join(AbsenceRow, AbsenceRow.id == CoverageAlarmRow.absence_id)
    .join(PersonRow, PersonRow.id == AbsenceRow.person_id)
    .join(DepartmentRow, DepartmentRow.id == CoverageAlarmRow.department_id)
    .join(OperationRow, OperationRow.id == DepartmentRow.operation_id)
    .outerjoin(_MANAGER, and_(_MANAGER.id == OperationRow.telephone_manager_id, _has_address(_MANAGER)))
    .outerjoin(_HEAD, and_(_HEAD.id == OperationRow.head_id, _has_address(_HEAD)))
    .where(CoverageAlarmRow.mailed_at.is_(None), CoverageAlarmRow.seen_at.is_(None))
    .order_by(CoverageAlarmRow.id)
)
