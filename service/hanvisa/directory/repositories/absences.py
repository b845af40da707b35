"""Absences. Whether one may be set (G1, G3) is the policy's matter."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import and_, or_, select

from hanvisa.directory.engine import Database
from hanvisa.directory.loading import reason_of
from hanvisa.directory.repositories.coverage import (
    COVERAGE,
    Coverage,
    alarm_of,
    coverage_facts,
    must_be_covered,
)
from hanvisa.directory.repositories.rows import found, must_be_in_order, must_exist, read_before
from hanvisa.directory.repositories.scoping import Within, page
from hanvisa.directory.repositories.teams import absences_of
from hanvisa.directory.repositories.turns import one_at_a_time
from hanvisa.directory.tables import AbsenceReasonRow, AbsenceRow, CoverageAlarmRow, MembershipRow, PersonRow
from hanvisa.errors import InvalidInput
from hanvisa.ids import new_id
from hanvisa.policy.facts import Absence, Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.auditing import Actor

MustAdd = Callable[[Collection[Absence]], None]
"""Given the person's absences that last then or later. Raises what there is to say where one adds nothing to them."""


@dataclass(frozen=True, slots=True)
class AbsenceFields:
    """What is set. ``reason`` is a reason's code; ``source`` is api, phone, import or calendar."""

    person_id: UUID
    reason: str
    starts_at: datetime
    ends_at: datetime | None = None
    best_reached: tuple[Window, ...] = ()
    note: str = ""
    substitute_id: UUID | None = None
    source: str = "api"
    forced_by: str | None = None
    force_reason: str | None = None


@dataclass(frozen=True, slots=True)
class AbsenceRecord:
    """An absence, and what is kept of it beside what callers hear."""

    absence: Absence
    note: str
    source: str
    forced_by: str | None
    force_reason: str | None
    version: int

    @property
    def fields(self) -> AbsenceFields:
        """As it was set: to be changed in part by `dataclasses.replace`."""
        one = self.absence
        return AbsenceFields(
            one.person_id,
            one.reason.code,
            one.starts_at,
            one.ends_at,
            one.best_reached,
            self.note,
            one.substitute_id,
            self.source,
            self.forced_by,
            self.force_reason,
        )


class Absences:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id_: UUID) -> AbsenceRecord:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return await _record(session, await found(session, AbsenceRow, id_, "absence"))

    async def list(
        self,
        *,
        within: Within | None = None,
        person_id: UUID | None = None,
        department_id: UUID | None = None,
        not_ended_at: datetime | None = None,
        begins_before: datetime | None = None,
        after: UUID | None = None,
        limit: int = 100,
    ) -> list[AbsenceRecord]:
        """In the order in which they were set. ``after`` is the id of the last one that was seen.

        What was taken back before it began is of the past: ``not_ended_at`` leaves it out.
        """
        query = select(AbsenceRow, AbsenceReasonRow).join(
            AbsenceReasonRow, AbsenceReasonRow.id == AbsenceRow.reason_id
        )
        if not_ended_at is not None:
            later = and_(AbsenceRow.ends_at > not_ended_at, AbsenceRow.ends_at > AbsenceRow.starts_at)
            query = query.where(or_(AbsenceRow.ends_at.is_(None), later))
        if begins_before is not None:
            query = query.where(AbsenceRow.starts_at < begins_before)
        if department_id is not None:
            members = select(MembershipRow.person_id).where(MembershipRow.department_id == department_id)
            query = query.where(AbsenceRow.person_id.in_(members))
        query = page(query, AbsenceRow, within=within, person_id=person_id, after=after, limit=limit)
        async with self._database.reading() as session:
            return [_record_of(row, reason) for row, reason in await session.execute(query)]

    async def create(
        self,
        fields: AbsenceFields,
        by: Actor,
        coverage: Coverage | None = None,
        *,
        must_add: MustAdd | None = None,
    ) -> AbsenceRecord:
        """With ``coverage`` G3 is kept. Nobody else decides it, or what it adds, between the question and the saving.

        Raises InvalidInput for an unknown person, substitute or reason, or an end that is not after the start, and
        PolicyRefused where it would leave a department empty.
        """
        async with self._database.changing(by) as session:
            return await _save(session, AbsenceRow(id=new_id()), fields, by, coverage, must_add=must_add)

    async def change(
        self,
        id_: UUID,
        fields: AbsenceFields,
        version: int | None,
        by: Actor,
        coverage: Coverage | None = None,
        *,
        must_add: MustAdd | None = None,
    ) -> AbsenceRecord:
        """Raises NotFound, Conflict, and what :meth:`create` raises."""
        async with self._database.changing(by) as session:
            row = await read_before(session, AbsenceRow, id_, version, "absence")
            return await _save(session, row, fields, by, coverage, must_add=must_add)

    async def end(self, id_: UUID, at: datetime, version: int | None, by: Actor) -> AbsenceRecord:
        """The person is back at ``at``; an absence that has not begun is taken back. Raises NotFound, Conflict."""
        async with self._database.changing(by) as session:
            row = await read_before(session, AbsenceRow, id_, version, "absence")
            if row.ends_at is None or row.ends_at > at:
                row.ends_at = max(row.starts_at, at)
            await session.flush()
            return await _record(session, row)

    async def end_current(self, person_id: UUID, at: datetime, by: Actor) -> None:
        """The person is back at ``at``: all that lasts then ends. What has not begun stays."""
        row = AbsenceRow
        lasts = and_(row.starts_at <= at, or_(row.ends_at.is_(None), row.ends_at > at))
        async with self._database.changing(by) as session:
            for absence in await session.scalars(select(row).where(row.person_id == person_id, lasts)):
                absence.ends_at = at


async def _save(
    session: AsyncSession,
    row: AbsenceRow,
    fields: AbsenceFields,
    by: Actor,
    coverage: Coverage | None,
    *,
    must_add: MustAdd | None,
) -> AbsenceRecord:
    reason = await _checked(session, fields)
    if must_add is not None:
        await one_at_a_time(session, COVERAGE)
        others = await absences_of(session, {fields.person_id}, fields.starts_at)
        must_add([_record_of(*other).absence for other in others])
    alarms: Sequence[CoverageAlarmRow] = ()
    if coverage is not None:
        wanted = Absence(row.id, fields.person_id, reason_of(reason), fields.starts_at, fields.ends_at)
        facts = await coverage_facts(session, wanted, coverage)
        emptied = must_be_covered(facts)
        alarms = [
            alarm_of(row, one, coverage.at)
            for one in emptied
            if facts.cannot_wait or not coverage.is_decided(one)
        ]
        if emptied and not facts.cannot_wait:
            fields = replace(fields, forced_by=by.name, force_reason=coverage.force_reason)
    _set(row, fields, reason)
    session.add(row)
    await session.flush()
    session.add_all(alarms)
    return _record_of(row, reason)


async def _checked(session: AsyncSession, fields: AbsenceFields) -> AbsenceReasonRow:
    """The reason. Raises InvalidInput."""
    must_be_in_order(fields.starts_at, fields.ends_at)
    await must_exist(session, PersonRow, fields.person_id, "person", "person")
    await must_exist(session, PersonRow, fields.substitute_id, "substitute", "person")
    reason = await session.scalar(
        select(AbsenceReasonRow).where(
            AbsenceReasonRow.code == fields.reason, AbsenceReasonRow.ended_at.is_(None)
        )
    )
    if reason is None:
        raise InvalidInput(f"reason: there is no reason of absence with the code {fields.reason!r}.")
    return reason


def _set(row: AbsenceRow, fields: AbsenceFields, reason: AbsenceReasonRow) -> None:
    row.reason_id = reason.id
    for name, value in asdict(fields).items():
        if name not in ("reason", "best_reached"):
            setattr(row, name, value)
    row.best_reached = fields.best_reached


async def _record(session: AsyncSession, row: AbsenceRow) -> AbsenceRecord:
    return _record_of(row, await session.get_one(AbsenceReasonRow, row.reason_id))


def _record_of(row: AbsenceRow, reason: AbsenceReasonRow) -> AbsenceRecord:
    absence = Absence(
        id=row.id,
        person_id=row.person_id,
        reason=reason_of(reason),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        best_reached=row.best_reached,
        substitute_id=row.substitute_id,
    )
    return AbsenceRecord(absence, row.note, row.source, row.forced_by, row.force_reason, row.version)
