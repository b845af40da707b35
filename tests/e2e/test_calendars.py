"""Absence from calendars (G1): what stands in a person's calendar is what their callers hear."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from e2e.support.world import World
from hanvisa.calendars.source import CalendarKind
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import open_database
from hanvisa.directory.tables import CalendarRow
from hanvisa.lab.waiting import until
from integration.calendars.feed import running_feed

ELSA = "hallefors-205"
LENGTH = timedelta(hours=2)


async def test_a_meeting_in_the_calendar_is_heard_until_it_is_cancelled(world: World) -> None:
    """G1, from the calendar to the ear; and the phone rings again when the meeting is taken away."""
    async with running_feed() as feed:
        feed.text = calendar()
        await world.given_settings(calendar_every=0.3)
        async with has_calendar(world, ELSA, feed.url):
            elsa = await world.phone(ELSA)
            feed.text = calendar(meeting())
            await until(lambda: absences(world), what="an absence from the calendar")
            caller = await world.citizen("0980319245", dials=world.direct_number(ELSA))
            await world.hears(caller, "är på sammanträde", pieces=3)
            assert not elsa.has_rung
            feed.text = calendar()

            async def is_back() -> bool:
                return not await absences(world)

            await until(is_back, what="the end of the absence")
            caller = await world.citizen("0980319244", dials=world.direct_number(ELSA))
            line = await elsa.rings()
            await line.answer()
            await caller.talks_to(line)


def meeting() -> str:
    """As from now."""
    now = datetime.now(UTC)
    times = (f"{name}:{at:%Y%m%dT%H%M%SZ}" for name, at in (("DTSTART", now), ("DTEND", now + LENGTH)))
    return "\n".join(
        ("BEGIN:VEVENT", "UID:a", "DTSTAMP:20260101T000000Z", *times, "SUMMARY:Möte: budget", "END:VEVENT\n")
    )


def calendar(event: str = "") -> str:
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//\n{event}END:VCALENDAR\n"


async def absences(world: World) -> list[object]:
    """Those of the calendar that last now."""
    items = (await world.api.get(f"/absences?person={world.person(ELSA).id}"))["items"]
    return [item for item in items if item["source"] == "calendar"]


@asynccontextmanager
async def has_calendar(world: World, who: str, url: str) -> AsyncIterator[None]:
    """For a time; what came of it is taken back with it."""
    database = open_database(world.settings.database_url)
    try:
        async with database.changing(SYSTEM) as session:
            row = CalendarRow(person_id=world.person(who).id, url=url, kind=CalendarKind.ICAL, user="")
            session.add(row)
            await session.flush()
        yield
        async with database.changing(SYSTEM) as session:
            (await session.get_one(CalendarRow, row.id)).ended_at = datetime.now(UTC)
    finally:
        await database.close()
