"""Absence from calendars (G1): from a real CalDAV server and from files on the web, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest
import structlog
from sqlalchemy import select

from hanvisa.calendars.http import CalendarHttp
from hanvisa.calendars.keeper import CalendarKeeper, Times
from hanvisa.calendars.reach import open_session
from hanvisa.calendars.source import CalendarKind, Reading
from hanvisa.directory.auditing import SYSTEM, Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.phone_changes import ChangesByPhone
from hanvisa.directory.repositories.absences import AbsenceRecord, Absences
from hanvisa.directory.repositories.audit import Audit
from hanvisa.directory.repositories.calendars import Calendars
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.directory.tables import CalendarRow, PersonRow
from hanvisa.lab.waiting import until
from hanvisa.policy.calendar_events import EventRules
from hanvisa.policy.model import Text
from hanvisa.testing import FakeClock
from integration.calendars.feed import Feed, running_feed
from integration.calendars.radicale import PASSWORD, USER, Calendar, running_radicale

NOON = datetime(2026, 3, 4, 11, tzinfo=UTC)  # a Wednesday, twelve o'clock in Sweden
RULES = EventRules({"möte": "1"}, private="3")
LOOPBACK = (ip_network("127.0.0.1"),)
MEETING = ("DTSTART:20260304T120000Z", "DTEND:20260304T130000Z", "SUMMARY:Möte: budget")


@pytest.fixture
async def caldav(tmp_path: Path) -> AsyncIterator[Calendar]:
    async with running_radicale(tmp_path) as calendar:
        yield calendar


@pytest.fixture
async def feed() -> AsyncIterator[Feed]:
    async with running_feed() as feed:
        yield feed


@dataclass
class Desk:
    """The service's part that keeps the absences, and a person with a calendar."""

    database: Database
    directory: SnapshotDirectory
    keeper: CalendarKeeper
    session: aiohttp.ClientSession
    clock: FakeClock
    person: UUID
    passwords: dict[str, str]

    async def has_calendar(self, url: str, kind: CalendarKind, user: str = "") -> UUID:
        async with self.database.changing(SYSTEM) as session:
            row = CalendarRow(person_id=self.person, url=url, kind=kind, user=user)
            session.add(row)
            await session.flush()
            return row.id

    async def round(self) -> None:
        await self.keeper.round(self.session)

    async def absences(self) -> list[AbsenceRecord]:
        return [
            record
            for record in await Absences(self.database).list(person_id=self.person)
            if record.source == "calendar"
        ]

    async def told(self) -> list[tuple[str, datetime, datetime | None]]:
        """Reason, start and end of those that have a length."""
        return [
            (one.absence.reason.code, one.absence.starts_at, one.absence.ends_at)
            for one in await self.absences()
            if one.absence.ends_at != one.absence.starts_at
        ]


@pytest.fixture
async def desk(demo: Database) -> AsyncIterator[Desk]:
    clock = FakeClock(NOON)
    directory = SnapshotDirectory(demo, clock.now)
    await directory.refresh(("persons", "reasons", "codes"))
    async with demo.changing(SYSTEM) as session:
        person = (
            await session.scalars(select(PersonRow).where(PersonRow.external_id == "anna.sundqvist"))
        ).one()
    passwords = {f"{USER}@127.0.0.1": PASSWORD}
    keeper = CalendarKeeper(
        Calendars(demo),
        directory,
        http=CalendarHttp(lambda: passwords, within=5),
        rules=RULES,
        clock=clock,
        times=Times(every=0.05),
        own=LOOPBACK,
    )
    async with open_session(LOOPBACK) as session:
        yield Desk(demo, directory, keeper, session, clock, person.id, passwords)


def at(hour: int, minute: int = 0, day: int = 4) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def ics(*lines: str) -> str:
    event = "\n".join(("BEGIN:VEVENT", "UID:a", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//\n{event}\nEND:VCALENDAR\n"


async def test_an_event_comes_moves_and_goes_over_caldav(desk: Desk, caldav: Calendar) -> None:
    await desk.has_calendar(caldav.url, CalendarKind.CALDAV, USER)
    await caldav.put("budget", *MEETING)
    await desk.round()
    assert await desk.told() == [("1", at(12), at(13))]
    (entry,) = await Audit(desk.database).list(
        table="absences", row_id=str((await desk.absences())[0].absence.id)
    )
    assert (entry.by, entry.action) == ("calendar", "created")
    await caldav.put("budget", "DTSTART:20260304T140000Z", "DTEND:20260304T150000Z", "SUMMARY:Möte: budget")
    await desk.round()
    assert await desk.told() == [("1", at(14), at(15))]
    await caldav.delete("budget")
    await desk.round()
    assert await desk.told() == []
    await caldav.put("budget", *MEETING)
    await desk.round()
    assert await desk.told() == [("1", at(12), at(13))]


async def test_one_that_recurs_is_there_for_the_coming_weeks_and_one_day_is_moved(
    desk: Desk, caldav: Calendar
) -> None:
    await desk.has_calendar(caldav.url, CalendarKind.CALDAV, USER)
    weekly = (
        "DTSTART;TZID=Europe/Stockholm:20260305T090000",
        "DTEND;TZID=Europe/Stockholm:20260305T100000",
        "RRULE:FREQ=WEEKLY;COUNT=5",
        "SUMMARY:Möte",
    )
    await caldav.put("weekly", *weekly)
    await desk.round()
    before = await desk.told()
    # From the 29th of March nine o'clock is seven in UTC.
    assert [start for _, start, _ in before] == [
        at(8, day=5),
        at(8, day=12),
        at(8, day=19),
        at(8, day=26),
        datetime(2026, 4, 2, 7, tzinfo=UTC),
    ]
    await caldav.put(
        "weekly",
        *weekly,
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:weekly",
        "DTSTAMP:20260101T000000Z",
        "RECURRENCE-ID;TZID=Europe/Stockholm:20260312T090000",
        "DTSTART;TZID=Europe/Stockholm:20260313T130000",
        "DTEND;TZID=Europe/Stockholm:20260313T140000",
        "SUMMARY:Möte",
    )
    await desk.round()
    after = await desk.told()
    assert after[1] == ("1", at(12, day=13), at(13, day=13))
    assert [*after[:1], *after[2:]] == [*before[:1], *before[2:]]


async def test_nothing_is_read_while_the_calendar_says_that_nothing_has_changed(
    desk: Desk, feed: Feed
) -> None:
    await desk.has_calendar(feed.url, CalendarKind.ICAL)
    feed.text, feed.tag = ics(*MEETING), '"1"'
    for _ in range(3):
        await desk.round()
    assert feed.answers == [200, 304, 304]
    feed.text, feed.tag = ics(*MEETING, "CLASS:PRIVATE"), '"2"'
    await desk.round()
    assert await desk.told() == [("3", at(12), at(13))]
    feed.tag, feed.modified = "", "Wed, 04 Mar 2026 11:00:00 GMT"
    for _ in range(2):
        await desk.round()
    assert feed.answers[-2:] == [200, 304]
    feed.modified = ""
    for _ in range(2):
        await desk.round()
    assert feed.answers[-2:] == [200, 200]  # a server that tells nothing is read each time
    desk.clock.advance(timedelta(days=1))  # another day has come within reach
    feed.tag = '"2"'
    await desk.round()
    assert feed.answers[-1] == 200


async def test_nothing_is_asked_of_a_caldav_server_but_whether_something_changed(
    desk: Desk, caldav: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    request = aiohttp.ClientSession.request

    def counted(self: aiohttp.ClientSession, method: str, url: str, **more: object) -> object:
        asked.append(method)
        return request(self, method, url, **more)  # type: ignore[arg-type]  # whatever was given

    monkeypatch.setattr(aiohttp.ClientSession, "request", counted)
    await desk.has_calendar(caldav.url, CalendarKind.CALDAV, USER)
    for _ in range(3):
        await desk.round()
    assert asked == ["PROPFIND", "REPORT", "PROPFIND", "PROPFIND"]


async def test_what_a_person_has_changed_is_never_overwritten(desk: Desk, feed: Feed) -> None:
    await desk.has_calendar(feed.url, CalendarKind.ICAL)
    feed.text = ics("DTSTART:20260304T100000Z", "DTEND:20260304T130000Z", "SUMMARY:Möte")
    await desk.round()
    await ChangesByPhone(desk.database).end_absences(desk.person, NOON, by="hallefors-201")
    feed.text = ics("DTSTART:20260304T100000Z", "DTEND:20260304T150000Z", "SUMMARY:Möte")
    await desk.round()
    assert await desk.told() == [("1", at(10), NOON)]
    feed.text = ics("DTSTART:20260305T100000Z", "DTEND:20260305T150000Z", "SUMMARY:Semester")
    await desk.round()
    assert await desk.told() == [("1", at(10), NOON)]


async def test_after_the_calendars_own_change_it_is_still_the_calendars(desk: Desk, feed: Feed) -> None:
    await desk.has_calendar(feed.url, CalendarKind.ICAL)
    for hour in (12, 13, 14):
        feed.text = ics(f"DTSTART:20260304T{hour}0000Z", f"DTEND:20260304T{hour + 1}0000Z", "SUMMARY:Möte")
        await desk.round()
        assert await desk.told() == [("1", at(hour), at(hour + 1))]
    record = (await desk.absences())[0]
    changed = record.fields
    await Absences(desk.database).change(record.absence.id, changed, record.version, Actor("tora"))
    feed.text = ics(*MEETING)
    await desk.round()
    assert await desk.told() == [
        ("1", at(12), at(13))
    ]  # saved by a person as it was: nothing of theirs to keep


@pytest.mark.parametrize("broken", ["", "<html>Sign in</html>", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n"])
async def test_a_calendar_that_cannot_be_read_leaves_the_absences(
    desk: Desk, feed: Feed, broken: str
) -> None:
    await desk.has_calendar(feed.url, CalendarKind.ICAL)
    feed.text = ics(*MEETING)
    await desk.round()
    feed.text = broken
    with structlog.testing.capture_logs() as logs:
        await desk.round()
    assert await desk.told() == [("1", at(12), at(13))]
    assert [one["event"] for one in logs] == ["calendars.not_kept"]
    assert "secret-key" not in str(logs)
    feed.text, feed.status = ics(*MEETING), 500
    await asyncio.sleep(0)
    assert await desk.told() == [("1", at(12), at(13))]


async def test_who_is_away_until_the_weekend_is_away_until_the_next_working_day(
    desk: Desk, feed: Feed
) -> None:
    """Friday is the event's last day: on Saturday it is over, and nobody is back before Monday at eight."""
    await desk.has_calendar(feed.url, CalendarKind.ICAL)
    feed.text = ics("DTSTART;VALUE=DATE:20260303", "DTEND;VALUE=DATE:20260307", "SUMMARY:Semester")
    await desk.round()
    holiday = ("6", at(23, day=2), at(7, day=9))
    assert await desk.told() == [holiday]
    for now in (at(7, day=7), at(22, 30, day=8), at(6, 59, day=9), at(7, day=9)):
        desk.clock.at = now
        await desk.round()
        assert await desk.told() == [holiday]
    desk.clock.at = at(7, day=7)
    feed.text = ics("DTSTART;VALUE=DATE:20260303", "DTEND;VALUE=DATE:20260306", "SUMMARY:Semester")
    await desk.round()
    assert await desk.told() == [("6", at(23, day=2), at(7, day=7))], "it was a day shorter"


@pytest.mark.parametrize(
    ("now", "stays"),
    [(at(14), (at(10), at(12))), (at(11, 30), (at(10), at(11, 30)))],
    ids=["past", "going on"],
)
async def test_of_an_event_that_is_moved_what_is_past_stays(
    desk: Desk, feed: Feed, now: datetime, stays: tuple[datetime, datetime]
) -> None:
    await desk.has_calendar(feed.url, CalendarKind.ICAL)
    feed.text = ics("DTSTART:20260304T100000Z", "DTEND:20260304T120000Z", "SUMMARY:Möte")
    await desk.round()
    desk.clock.at = now
    for day in (11, 12):
        feed.text = ics(f"DTSTART:202603{day}T100000Z", f"DTEND:202603{day}T120000Z", "SUMMARY:Möte")
        await desk.round()
        assert await desk.told() == [("1", *stays), ("1", at(10, day=day), at(12, day=day))]


async def test_an_event_that_lasts_longer_is_the_same_absence(desk: Desk, feed: Feed) -> None:
    await desk.has_calendar(feed.url, CalendarKind.ICAL)
    feed.text = ics("DTSTART:20260304T100000Z", "DTEND:20260304T120000Z", "SUMMARY:Möte")
    await desk.round()
    desk.clock.at = at(14)
    feed.text = ics("DTSTART:20260304T100000Z", "DTEND:20260304T150000Z", "SUMMARY:Möte")
    await desk.round()
    assert await desk.told() == [("1", at(10), at(15))]


async def test_an_event_that_goes_on_and_has_its_start_put_right_is_the_same_absence(
    desk: Desk, feed: Feed
) -> None:
    """Callers still hear the greeting that was recorded for it."""
    await desk.has_calendar(feed.url, CalendarKind.ICAL)
    feed.text = ics("DTSTART:20260304T100000Z", "DTEND:20260304T140000Z", "SUMMARY:Möte")
    await desk.round()
    (before,) = await desk.absences()
    desk.clock.at = at(11, 30)
    feed.text = ics("DTSTART:20260304T103000Z", "DTEND:20260304T140000Z", "SUMMARY:Möte")
    await desk.round()
    (after,) = await desk.absences()
    assert after.absence.id == before.absence.id
    assert await desk.told() == [("1", at(10, 30), at(14))]


@pytest.mark.parametrize(
    ("back", "times"),
    [("1000", [(at(10), at(14))]), ("1045", [(at(10), at(10, 45)), (at(10, 45), at(14))])],
    ids=["as it was", "nearly"],
)
async def test_an_event_that_is_moved_and_moved_back_has_nobody_away_twice(
    desk: Desk, feed: Feed, back: str, times: list[tuple[datetime, datetime]]
) -> None:
    """Drawn by mistake in the calendar, and undone."""
    await desk.has_calendar(feed.url, CalendarKind.ICAL)
    desk.clock.at = at(11, 30)
    for start, end in (("1000", "1400"), ("1500", "1600"), (back, "1400")):
        feed.text = ics(f"DTSTART:20260304T{start}00Z", f"DTEND:20260304T{end}00Z", "SUMMARY:Möte")
        await desk.round()
    assert sorted(await desk.told()) == [("1", *each) for each in times]


async def test_a_calendar_that_failed_rests_for_a_while_and_is_read_again(desk: Desk, feed: Feed) -> None:
    await desk.has_calendar(feed.url, CalendarKind.ICAL)
    feed.status = 503
    await desk.round()
    await desk.round()
    assert feed.answers == [503]
    feed.status, feed.text = 200, ics(*MEETING)
    desk.clock.advance(timedelta(seconds=0.05))
    await desk.round()
    assert await desk.told() == [("1", at(12), at(13))]


@pytest.mark.parametrize(
    ("user", "why"),
    [("", "lets nobody in without a user"), ("bo", "bo@127.0.0.1 has no password: set it with the calendar")],
)
async def test_who_is_not_let_in_is_told(desk: Desk, caldav: Calendar, user: str, why: str) -> None:
    await desk.has_calendar(caldav.url, CalendarKind.CALDAV, user)
    with structlog.testing.capture_logs() as logs:
        await desk.round()
    assert why in logs[0]["why"]


async def test_an_address_without_a_calendar_is_told(desk: Desk, caldav: Calendar) -> None:
    await desk.has_calendar(f"{caldav.url}none/", CalendarKind.CALDAV, USER)
    with structlog.testing.capture_logs() as logs:
        await desk.round()
    assert "127.0.0.1 has no calendar there (status 404)" in logs[0]["why"]


async def test_how_it_went_is_told_and_one_that_is_mended_is_asked_at_once(desk: Desk, feed: Feed) -> None:
    calendar = await desk.has_calendar(feed.url.replace("tora", "nobody"), CalendarKind.ICAL)
    assert desk.keeper.reading(calendar) is None
    await desk.round()
    read = desk.keeper.reading(calendar)
    assert read is not None
    assert (read.asked_at, read.well_at, read.again_at) == (NOON, None, NOON + timedelta(seconds=0.05))
    assert str(read.problem) == str(
        Text(
            sv="127.0.0.1 har ingen kalender där (status 404)",
            en="127.0.0.1 has no calendar there (status 404)",
        )
    )
    feed.text = ics(*MEETING)
    async with desk.database.changing(SYSTEM) as session:
        (await session.get_one(CalendarRow, calendar)).url = feed.url
    await desk.round()
    assert len(await desk.told()) == 1
    assert desk.keeper.reading(calendar) == Reading(NOON, NOON)
    feed.status = 500
    desk.clock.advance(timedelta(minutes=1))
    await desk.round()
    again = desk.keeper.reading(calendar)
    assert again is not None
    assert (again.asked_at, again.well_at) == (NOON + timedelta(minutes=1), NOON)


async def test_a_password_of_its_own_comes_before_a_common_one(desk: Desk, caldav: Calendar) -> None:
    calendar = await desk.has_calendar(caldav.url, CalendarKind.CALDAV, USER)
    await caldav.put("budget", *MEETING)
    desk.passwords[f"{USER}@127.0.0.1"] = "another"
    await desk.round()
    read = desk.keeper.reading(calendar)
    assert read is not None
    assert read.problem is not None
    assert read.problem.en == f"127.0.0.1 does not let {USER} in"
    desk.passwords[f"{calendar} {USER}@127.0.0.1"] = PASSWORD
    desk.clock.advance(timedelta(seconds=0.05))
    await desk.round()
    assert len(await desk.told()) == 1


@pytest.mark.parametrize("whose", ["calendar", "person"])
async def test_a_calendar_that_is_ended_takes_back_what_came_of_it(
    desk: Desk, feed: Feed, whose: str
) -> None:
    calendar = await desk.has_calendar(feed.url, CalendarKind.ICAL)
    feed.text = ics(*MEETING)
    await desk.round()
    assert len(await desk.told()) == 1
    async with desk.database.changing(SYSTEM) as session:
        if whose == "calendar":
            (await session.get_one(CalendarRow, calendar)).ended_at = NOON
        else:
            (await session.get_one(PersonRow, desk.person)).ended_at = NOON
    await desk.round()
    assert await desk.told() == []
    asked = len(feed.answers)
    await desk.round()
    assert len(feed.answers) == asked
    assert await Calendars(desk.database).sources(desk.clock.now()) == []


async def test_two_services_that_read_the_same_calendar_set_one_absence(desk: Desk, feed: Feed) -> None:
    await desk.has_calendar(feed.url, CalendarKind.ICAL)
    feed.text = ics(*MEETING)
    other = CalendarKeeper(
        Calendars(desk.database),
        desk.directory,
        http=CalendarHttp(dict),
        rules=RULES,
        clock=desk.clock,
        times=Times(),
    )
    await asyncio.gather(desk.round(), other.round(desk.session))
    assert await desk.told() == [("1", at(12), at(13))]


async def test_callers_hear_of_it_within_the_time_that_is_set(desk: Desk, feed: Feed) -> None:
    await desk.has_calendar(feed.url, CalendarKind.ICAL)
    feed.text = ics("DTSTART:20260303T100000Z", "DTEND:20260303T110000Z", "SUMMARY:Möte")
    running = asyncio.create_task(desk.keeper.run())
    try:
        await until(lambda: feed.answers)
        feed.text = ics(*MEETING)

        async def known() -> bool:
            await desk.directory.refresh(("absences",))
            return bool(
                [one for one in desk.directory.register.absences_of(desk.person) if one.starts_at == at(12)]
            )

        await until(known)
    finally:
        running.cancel()
        await asyncio.wait({running})
