"""The clock on the wall in Sweden."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/Stockholm")
WORKDAY_STARTS = time(8)
WORKDAY_ENDS = time(17)


def local_time(day: date, clock: time) -> datetime:
    """That time of that day in Sweden, in UTC. In the hour that autumn has twice it is the first one."""
    return datetime.combine(day, clock, tzinfo=LOCAL).astimezone(UTC)
