"""The clock on the wall in Sweden."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hanvisa.policy.facts import Window

LOCAL = ZoneInfo("Europe/Stockholm")
WORKDAY_STARTS = time(8)
WORKDAY_ENDS = time(17)


def local_time(day: date, clock: time) -> datetime:
    """That time of that day in Sweden, in UTC. In the hour that autumn has twice it is the first one."""
    return datetime.combine(day, clock, tzinfo=LOCAL).astimezone(UTC)


def span(window: Window, begins_on: date) -> tuple[datetime, datetime]:
    """From when to when, in UTC. A window whose end is not after its start lasts into the next day."""
    ends_on = begins_on if window.start < window.end else begins_on + timedelta(days=1)
    return local_time(begins_on, window.start), local_time(ends_on, window.end)
