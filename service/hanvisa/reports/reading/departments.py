"""The departments of the month: who belonged to them and was away, and who rang them (G3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select

from hanvisa.directory.loading import reason_of
from hanvisa.directory.loading.common import grouped
from hanvisa.directory.tables import AbsenceReasonRow, AbsenceRow, DepartmentRow, MembershipRow, PersonRow
from hanvisa.policy.coverage import Member, Team, chain_of
from hanvisa.policy.facts import Absence
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.reports.facts import DepartmentMonth
from hanvisa.reports.reading.calls import department_calls
from hanvisa.reports.reading.source import Source, place_of


async def months(source: Source) -> list[DepartmentMonth]:
    """Memberships and absences are those of each day; hours, schedules and who stands in are known as they are now."""
    ends, teams = await _teams(source)
    absences, calls = await _absences(source), await department_calls(source)
    places = await source.places(departments=teams)
    stand_ins = {id_: team.stand_in_id for id_, team in teams.items()}
    days = _days_over(source)
    found = []
    for id_ in teams:
        chain = tuple(teams[one] for one in chain_of(id_, stand_ins))
        persons = {member.person_id for team in chain for member in team.members}
        found.append(
            DepartmentMonth(
                chain,
                tuple(absence for person in persons for absence in absences.get(person, ())),
                tuple(day for day in days if day < ends.get(id_, date.max)),
                tuple(calls.get(id_, ())),
                place_of(places.of_department(id_)),
            )
        )
    return found


def _days_over(source: Source) -> list[date]:
    first = source.month.first
    return [first + timedelta(days=number) for number in range((_day(source.at) - first).days)]


async def _teams(source: Source) -> tuple[Mapping[UUID, date], Mapping[UUID, Team]]:
    """Those that there were in the month, by id: the day on which they ended, if they did, and who belonged to them."""
    row = DepartmentRow
    query = (
        select(row.id, row.name, row.working_hours, row.stand_in_id, row.ended_at)
        .where(or_(row.ended_at.is_(None), row.ended_at > source.month.starts_at))
        .order_by(row.name, row.id)
    )
    rows = (await source.session.execute(query)).all()
    members = await _members(source)
    teams = {
        one.id: Team(one.id, one.name, members.get(one.id, ()), one.working_hours, one.stand_in_id)
        for one in rows
    }
    return {one.id: _day(one.ended_at) for one in rows if one.ended_at}, teams


async def _members(source: Source) -> Mapping[UUID, tuple[Member, ...]]:
    row, person, month = MembershipRow, PersonRow, source.month
    query = (
        select(
            row.department_id,
            row.person_id,
            person.given_name,
            person.family_name,
            row.starts_on,
            row.ends_on,
            person.ended_at,
            person.schedule,
        )
        .join(person, person.id == row.person_id)
        .where(row.starts_on < month.after.first, or_(row.ends_on.is_(None), row.ends_on > month.first))
        .order_by(person.family_name, person.given_name, person.id)
    )
    found: Mapping[UUID, tuple[Member, ...]] = grouped(
        (
            one.department_id,
            Member(
                one.person_id,
                f"{one.given_name} {one.family_name}",
                one.starts_on,
                _first(one.ends_on, one.ended_at),
                one.schedule,
            ),
        )
        for one in await source.session.execute(query)
    )
    return found


def _first(ends_on: date | None, ended_at: datetime | None) -> date | None:
    return min((day for day in (ends_on, _day(ended_at) if ended_at else None) if day), default=None)


async def _absences(source: Source) -> Mapping[UUID, Sequence[Absence]]:
    """By person, those in which they could not be reached."""
    reasons = {
        one.id: reason_of(one)
        for one in await source.session.scalars(
            select(AbsenceReasonRow).where(AbsenceReasonRow.reachable.is_(False))
        )
    }
    row, month = AbsenceRow, source.month
    query = (
        select(row.id, row.person_id, row.reason_id, row.starts_at, row.ends_at)
        .where(row.starts_at < month.ends_at, or_(row.ends_at.is_(None), row.ends_at > month.starts_at))
        .order_by(row.starts_at, row.id)
    )
    found: Mapping[UUID, Sequence[Absence]] = grouped(
        (one.person_id, Absence(one.id, one.person_id, reasons[one.reason_id], one.starts_at, one.ends_at))
        for one in await source.session.execute(query)
        if one.reason_id in reasons
    )
    return found


def _day(moment: datetime) -> date:
    return moment.astimezone(LOCAL).date()
