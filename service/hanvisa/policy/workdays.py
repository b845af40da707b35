"""Working days in Sweden: Monday to Friday less public holidays and the full eves (decisions.md, Absences)."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
from holidays.constants import DE_FACTO, PUBLIC

LOCAL = ZoneInfo("Europe/Stockholm")
WORKDAY_STARTS = time(8)
WORKDAY_ENDS = time(17)


def is_working_day(day: date) -> bool:
    # The eves of Midsummer, Christmas and New Year are no public holidays by law: the de facto category has them.
    return day.isoweekday() <= 5 and day not in _holidays(day.year)


def next_working_day(after: date) -> date:
    """The first working day after this day."""
    day = after + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def local_time(day: date, clock: time) -> datetime:
    """That time of that day in Sweden, in UTC. In the hour that autumn has twice it is the first one."""
    return datetime.combine(day, clock, tzinfo=LOCAL).astimezone(UTC)


@functools.cache
def _holidays(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("SE", years=year, categories=(PUBLIC, DE_FACTO), expand=False)
