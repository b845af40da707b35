"""Working days in Sweden: Monday to Friday less public holidays and the full eves (docs/decisions.md, Absences)."""

from __future__ import annotations

import functools
from datetime import date, timedelta

from holidays.constants import DE_FACTO, PUBLIC
from holidays.countries.sweden import Sweden


def is_working_day(day: date) -> bool:
    return day.isoweekday() <= 5 and not is_holiday(day)


def is_holiday(day: date) -> bool:
    """A public holiday or a full eve; a Sunday by itself is none."""
    return day in _holidays(day.year)


def next_working_day(after: date) -> date:
    """The first working day after this day."""
    day = after + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


@functools.cache
def _holidays(year: int) -> Sweden:
    # The eves of Midsummer, Christmas and New Year are no public holidays by law: the de facto category has them.
    return Sweden(years=year, categories=(PUBLIC, DE_FACTO), expand=False)
