"""G3 where it is stored, on both databases: what the facts are, and that nobody slips in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from hanvisa.calendars.source import CalendarKind, Source
from hanvisa.directory.auditing import SYSTEM, Actor
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.repositories.absences import AbsenceFields, AbsenceRecord, Absences
from hanvisa.directory.repositories.calendars import Calendars
from hanvisa.directory.repositories.coverage import AlarmLetters, Coverage, CoverageAlarms
from hanvisa.directory.tables import (
    AbsenceReasonRow,
    CalendarRow,
    DepartmentRow,
    MembershipRow,
    OperationRow,
    OrganisationRow,
    PersonRow,
)
from hanvisa.errors import PolicyRefused
from hanvisa.policy.calendar_events import EventAbsence
from hanvisa.policy.facts import Window

NOW = datetime(2026, 8, 5, 8, tzinfo=UTC)  # a Wednesday
MONDAY = datetime(2026, 8, 9, 22, tzinfo=UTC)  # in Sweden
BY = Actor("anna")
DAY = timedelta(days=1)


@pytest.fixture
async def people(database: Database) -> dict[str, UUID]:
    """Of one department: Anna, and Bo, who works on Mondays and Tuesdays and has left on 1 September."""
    async with database.changing(SYSTEM) as session:
        organisation = OrganisationRow(name="Nora kommun")
        session.add(organisation)
        await session.flush()
        operation = OperationRow(name="Kultur", organisation_id=organisation.id)
        session.add(operation)
        await session.flush()
        department = DepartmentRow(name="Biblioteket", operation_id=operation.id)
        bo_works = (Window((1, 2), time(8), time(17)),)
        anna = PersonRow(given_name="Anna", family_name="Berg")
        bo = PersonRow(given_name="Bo", family_name="Ek", schedule=bo_works)
        session.add_all([department, anna, bo])
        await session.flush()
        for person, leaves in ((anna, None), (bo, date(2026, 9, 1))):
            session.add(
                MembershipRow(
                    person_id=person.id,
                    department_id=department.id,
                    starts_on=date(2020, 1, 1),
                    ends_on=leaves,
                )
            )
        for code, cannot_wait in (("6", False), ("9", True)):
            session.add(
                AbsenceReasonRow(
                    code=code,
                    name_sv="borta",
                    name_en="away",
                    spoken_sv="är borta",
                    spoken_en="is away",
                    time_kind="date",
                    cannot_wait=cannot_wait,
                )
            )
        return {"anna": anna.id, "bo": bo.id}


async def sets(
    database: Database, person: UUID, starts_at: datetime = MONDAY, *, reason: str = "6"
) -> AbsenceRecord:
    fields = AbsenceFields(person, reason, starts_at, starts_at + DAY)
    return await Absences(database).create(fields, BY, Coverage(NOW))


async def test_schedules_absences_and_who_has_left_are_known(
    database: Database, people: dict[str, UUID]
) -> None:
    await sets(database, people["anna"])  # Bo is there
    with pytest.raises(PolicyRefused, match=r"2026-08-12 \(G3\)\. Not at work then: Bo Ek"):
        await sets(database, people["anna"], MONDAY + 2 * DAY)
    with pytest.raises(PolicyRefused, match=r"2026-08-10 \(G3\)\. Away already: Anna Berg"):
        await sets(database, people["bo"])
    with pytest.raises(PolicyRefused, match=r"2026-09-07 \(G3\)\. It has nobody else"):
        await sets(database, people["anna"], MONDAY + 28 * DAY)
    assert len(await Absences(database).list()) == 1


async def test_what_cannot_wait_is_saved_with_an_alarm(database: Database, people: dict[str, UUID]) -> None:
    await sets(database, people["anna"])
    saved = await sets(database, people["bo"], reason="9")
    (alarm,) = await CoverageAlarms(database).list()
    assert (alarm.absence_id, alarm.person_id) == (saved.absence.id, people["bo"])
    assert (alarm.first_day, alarm.last_day, alarm.days) == (date(2026, 8, 10), date(2026, 8, 10), 1)
    seen = await CoverageAlarms(database).see(alarm.id, NOW, alarm.version, BY)
    assert (seen.seen_at, seen.seen_by) == (NOW, BY.name)
    assert await CoverageAlarms(database).list() == []
    assert await CoverageAlarms(database).list(seen=True) == [seen]
    assert await CoverageAlarms(database).list(seen=True, operations=[]) == []


async def says(database: Database, person: UUID, **events: tuple[datetime, timedelta]) -> None:
    """The person's calendar: each event by its key, with start and length."""
    async with database.changing(SYSTEM) as session:
        row = await session.scalar(select(CalendarRow).where(CalendarRow.person_id == person))
        if row is None:
            row = CalendarRow(person_id=person, url="https://kalender.example.org/", kind=CalendarKind.ICAL)
            session.add(row)
            await session.flush()
        source = Source(row.id, person, row.url, CalendarKind.ICAL)
    absences = {key: EventAbsence("6", start, start + length) for key, (start, length) in events.items()}
    await Calendars(database).keep(source, absences, NOW)


async def alarms(database: Database) -> list[tuple[UUID, date, date]]:
    return [(one.person_id, one.first_day, one.last_day) for one in await CoverageAlarms(database).list()]


async def test_what_stands_in_a_calendar_is_saved_with_an_alarm(
    database: Database, people: dict[str, UUID]
) -> None:
    """G1 before G3, once for each day that is empty."""
    monday, tuesday = date(2026, 8, 10), date(2026, 8, 11)
    await sets(database, people["anna"])
    await says(database, people["bo"], a=(MONDAY, DAY))
    bo = people["bo"]
    assert await alarms(database) == [(bo, monday, monday)]
    (_, saved) = await Absences(database).list()
    assert (saved.source, saved.absence.starts_at, saved.forced_by) == ("calendar", MONDAY, None)
    await says(database, bo, a=(MONDAY, DAY + timedelta(hours=1)))
    assert await alarms(database) == [(bo, monday, monday)]
    await sets(database, people["anna"], MONDAY + 7 * DAY)
    await says(database, bo, a=(MONDAY + 7 * DAY, DAY))
    assert await alarms(database) == [(bo, monday, monday), (bo, monday + 7 * DAY, monday + 7 * DAY)]
    await says(database, bo, a=(MONDAY + DAY, DAY))
    assert tuesday not in [first for _, first, _ in await alarms(database)]


async def test_a_person_makes_no_more_of_what_stands_in_a_calendar(
    database: Database, people: dict[str, UUID]
) -> None:
    for day in (MONDAY, MONDAY + DAY):
        await sets(database, people["anna"], day)
    await says(database, people["bo"], a=(MONDAY, DAY))
    (saved,) = await Absences(database).list(person_id=people["bo"])

    async def changes(**fields: Any) -> AbsenceRecord:
        changed = replace(saved.fields, **fields)
        return await Absences(database).change(saved.absence.id, changed, None, BY, Coverage(NOW))

    with pytest.raises(PolicyRefused, match=r"reached: 2026-08-11 \(G3\)"):
        await changes(ends_at=MONDAY + 2 * DAY)
    with pytest.raises(PolicyRefused, match=r"reached: 2026-08-10 \(G3\)"):
        await sets(database, people["bo"])
    assert (await changes(note="åter på tisdag")).note == "åter på tisdag"


async def test_events_of_one_reading_that_empty_a_day_together_alarm_once(
    database: Database, people: dict[str, UUID]
) -> None:
    half = timedelta(hours=12)
    await sets(database, people["anna"])
    await says(database, people["bo"], a=(MONDAY, half), b=(MONDAY + half, half))
    (alarm,) = await CoverageAlarms(database).list()
    assert (await Absences(database).get(alarm.absence_id)).absence.starts_at == MONDAY + half


async def test_a_calendar_and_a_person_at_the_same_moment_do_not_empty_it_unseen(
    database: Database, people: dict[str, UUID]
) -> None:
    """The person's absence is refused, or the calendar's alarms."""
    other = open_database(database.url.render_as_string(hide_password=False))
    try:
        for week in range(3):
            monday = MONDAY + 7 * week * DAY
            came, _ = await asyncio.gather(
                sets(database, people["anna"], monday),
                says(other, people["bo"], a=(monday, DAY)),
                return_exceptions=True,
            )
            refused = isinstance(came, PolicyRefused)
            raised = [first for _, first, _ in await alarms(database) if first > monday.date()]
            assert refused != bool(raised), came
    finally:
        await other.close()


async def test_two_at_the_same_moment_do_not_both_empty_it(
    database: Database, people: dict[str, UUID]
) -> None:
    """Each from a process of its own, again and again, on Mondays that have both."""
    other = open_database(database.url.render_as_string(hide_password=False))
    try:
        for week in range(3):
            monday = MONDAY + 7 * week * DAY
            came = await asyncio.gather(
                sets(database, people["anna"], monday),
                sets(other, people["bo"], monday),
                return_exceptions=True,
            )
            kinds = sorted(type(one).__name__ for one in came)
            assert kinds == ["AbsenceRecord", "PolicyRefused"], came
    finally:
        await other.close()


async def test_the_telephone_manager_is_told_by_mail_once_and_else_the_head(
    database: Database, people: dict[str, UUID]
) -> None:
    letters = AlarmLetters(database, lambda: NOW)
    await sets(database, people["anna"])
    await sets(database, people["bo"], reason="9")
    assert await letters.owed() == []  # there is nobody to tell
    async with database.changing(SYSTEM) as session:
        head = PersonRow(given_name="Hedvig", family_name="Lund", email="hedvig@example.org")
        manager = PersonRow(given_name="Maja", family_name="Ros", email="maja@example.org")
        session.add_all([head, manager])
        await session.flush()
        (operation,) = await session.scalars(select(OperationRow))
        operation.head_id = head.id
    (letter,) = await letters.owed()
    assert (letter.address, letter.name) == ("hedvig@example.org", "Hedvig")
    async with database.changing(SYSTEM) as session:
        (await session.get_one(OperationRow, operation.id)).telephone_manager_id = manager.id
    (letter,) = await letters.owed()
    assert (letter.address, letter.department, letter.person) == ("maja@example.org", "Biblioteket", "Bo Ek")
    await letters.sent(letter)
    assert await letters.owed() == []


async def test_nobody_is_told_of_an_alarm_that_was_seen(database: Database, people: dict[str, UUID]) -> None:
    async with database.changing(SYSTEM) as session:
        (operation,) = await session.scalars(select(OperationRow))
        anna = await session.get_one(PersonRow, people["anna"])
        anna.email = "anna@example.org"
        operation.telephone_manager_id = anna.id
    await sets(database, people["anna"])
    await sets(database, people["bo"], reason="9")
    (alarm,) = await CoverageAlarms(database).list()
    assert len(await AlarmLetters(database, lambda: NOW).owed()) == 1
    await CoverageAlarms(database).see(alarm.id, NOW, None, BY)
    assert await AlarmLetters(database, lambda: NOW).owed() == []
