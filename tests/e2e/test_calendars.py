"""Absence from calendars (G1): what stands in a person's calendar is what their callers hear."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from e2e.support.world import World
from hanvisa.lab.waiting import until
from integration.calendars.feed import running_feed

ELSA = "hallefors-205"
LENGTH = timedelta(hours=2)


async def test_a_meeting_in_the_calendar_is_heard_until_it_is_cancelled(world: World) -> None:
    """G1, from the calendar to the ear; and the phone rings again when the meeting is taken away."""

    async def is_back() -> bool:
        return not await world.is_referred(ELSA)

    await world.given_settings(calendar_every=1, calendar_networks="127.0.0.1")
    async with running_feed() as feed:
        feed.text = calendar(meeting())
        await world.given_calendar(ELSA, feed.url)
        elsa = await world.phone(ELSA)
        await until(lambda: world.is_referred(ELSA), what="an absence from the calendar")
        caller = await world.citizen("0980319245", dials=world.direct_number(ELSA))
        await world.hears(caller, "är på sammanträde", pieces=3)
        assert not elsa.has_rung
        feed.text = calendar()
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
