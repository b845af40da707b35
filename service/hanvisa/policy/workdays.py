"""Working days in Sweden: Monday to Friday less public holidays and the full eves (docs/decisions.md, Absences)."""

from __future__ import annotations

import functools
from datetime import date, timedelta

FRIDAY, SATURDAY = 5, 6  # as ISO counts them


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


def last_working_day(before: date) -> date:
    """The last working day before this day."""
    day = before - timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


@functools.cache
def _holidays(year: int) -> frozenset[date]:
    """By the law on public holidays (SFS 1989:253), as it is since 2005. The three eves are none by it, but as free.

    Not from a library that knows all countries' holidays: reading that in took a start a tenth of a second.
    """
    easter, midsummer_eve = _easter(year), _first(FRIDAY, date(year, 6, 19))
    days = ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))
    return frozenset(
        (
            *(date(year, month, day) for month, day in days),
            *(easter + timedelta(days=days) for days in (-2, 0, 1, 39, 49)),  # Good Friday to Whit Sunday
            midsummer_eve,
            midsummer_eve + timedelta(days=1),
            _first(SATURDAY, date(year, 10, 31)),  # All Saints' Day
        )
    )


def _first(weekday: int, day: date) -> date:
    """The first such day of a week, from this day on."""
    return day + timedelta(days=(weekday - day.isoweekday()) % 7)


def _easter(year: int) -> date:
    """Easter Sunday, by the rule of Meeus, Jones and Butcher (Nature, 1876). Its names are theirs."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    l = (32 + 2 * e + 2 * i - h - k) % 7  # noqa: E741
    m = (a + 11 * h + 19 * l) // 433
    month = (h + l - 7 * m + 90) // 25
    return date(year, month, (h + l - 7 * m + 33 * month + 19) % 32)
