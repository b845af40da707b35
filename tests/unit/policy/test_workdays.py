"""Swedish holidays, held against a library that knows all countries' and is too slow to be read in at each start."""

from __future__ import annotations

from datetime import date, timedelta

from holidays.constants import DE_FACTO, PUBLIC
from holidays.countries.sweden import Sweden

from hanvisa.policy.workdays import is_holiday, last_working_day, next_working_day

YEARS = range(2005, 2101)  # since the National Day is one; the library knows no later years


def test_the_holidays_of_a_hundred_years() -> None:
    days = (date(YEARS[0], 1, 1) + timedelta(days=number) for number in range(366 * len(YEARS)))
    ours = {day for day in days if day.year in YEARS and is_holiday(day)}
    assert ours == set(Sweden(years=YEARS, categories=(PUBLIC, DE_FACTO), expand=False))


def test_the_last_working_day_before_christmas_is_that_whose_next_one_comes_after() -> None:
    days = [
        date(2026, 12, 24) + timedelta(days=number) for number in range(5)
    ]  # a Thursday, the Monday after
    assert {last_working_day(day) for day in days} == {date(2026, 12, 23)}
    assert next_working_day(date(2026, 12, 23)) == days[-1]
