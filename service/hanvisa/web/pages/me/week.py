"""My week: when I am there, and when I am away, or was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from aiohttp import web

from hanvisa.policy.swedish_time import local_time
from hanvisa.policy.workdays import is_holiday
from hanvisa.web.pages.days import day_given
from hanvisa.web.pages.me.asking import absences, mine
from hanvisa.web.pages.rendering import Page

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Away:
    """One absence as a day has it: ``since`` and ``until`` None where it began before, or lasts longer."""

    absence: Any
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Day:
    """``hours`` are those of the person's own schedule on the day."""

    day: date
    hours: tuple[str, ...]
    holiday: bool
    away: tuple[Away, ...]


async def section(page: Page, monday: date | None = None) -> dict[str, Any]:
    me = mine(page)
    monday = monday or page.today - _DAY * page.today.weekday()
    since, until = local_time(monday, time()), local_time(monday + 7 * _DAY, time())
    found = await absences(page, since, until)
    schedule = (await page.api.get(f"/persons/{me}")).schedule
    return {
        "week": [_day(monday + _DAY * number, schedule, found) for number in range(7)],
        "week_before": monday - 7 * _DAY,
        "week_after": monday + 7 * _DAY,
    }


async def show(page: Page) -> web.StreamResponse:
    return page.show("me/week.html", **await section(page, monday_asked(page)))


def monday_asked(page: Page) -> date | None:
    """The Monday of the week in the address."""
    try:
        asked = day_given(page.request.query.get("week"))
    except ValueError:
        return None
    return asked - _DAY * asked.weekday()


def _day(day: date, schedule: list[Any], found: list[Any]) -> Day:
    begins, ends = local_time(day, time()), local_time(day + _DAY, time())
    away = [one for one in found if one.starts_at < ends and (one.ends_at is None or one.ends_at > begins)]
    return Day(
        day,
        tuple(f"{one.start}–{one.end}" for one in schedule if day.isoweekday() in one.days),
        is_holiday(day),
        tuple(
            Away(
                one,
                one.starts_at if one.starts_at > begins else None,
                one.ends_at if one.ends_at is not None and one.ends_at < ends else None,
            )
            for one in away
        ),
    )
