"""How long what is known of people is kept, kind by kind (docs/personal-data.md)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from hanvisa.policy.facts import aware
from hanvisa.policy.swedish_time import LOCAL, local_time


@dataclass(frozen=True, slots=True)
class Retention:
    """Settings: ``recordings`` in days, ``audit`` in years, the others in months."""

    calls: int = 13
    recordings: int = 30
    greetings: int = 13
    absences: int = 13
    left: int = 13
    audit: int = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """What was over before these moments is not kept. ``recordings``: handled, or replaced, before then.

    ``ended`` is now: what has an end of its own is kept until then.
    """

    calls: datetime
    recordings: datetime
    greetings: datetime
    absences: datetime
    left: datetime
    audit: datetime
    ended: datetime


def limits_at(retention: Retention, now: datetime) -> Limits:
    """Whole days, by the clock in Sweden: a purge takes the same whenever in the night it is run."""
    return Limits(
        calls=_months_before(now, retention.calls),
        recordings=_days_before(now, retention.recordings),
        greetings=_months_before(now, retention.greetings),
        absences=_months_before(now, retention.absences),
        left=_months_before(now, retention.left),
        audit=_months_before(now, 12 * retention.audit),
        ended=aware(now),
    )


def next_purge(now: datetime, at: time) -> datetime:
    """The next time of the night, after now."""
    day = aware(now).astimezone(LOCAL).date()
    tonight = local_time(day, at)
    return tonight if tonight > now else local_time(day + timedelta(days=1), at)


def _days_before(now: datetime, days: int) -> datetime:
    day = aware(now).astimezone(LOCAL).date()
    return local_time(day - timedelta(days=days), time())


def _months_before(now: datetime, months: int) -> datetime:
    """The same day so many months ago; the last of that month where it has no such day."""
    day = aware(now).astimezone(LOCAL).date()
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    return local_time(day.replace(year=year, month=month + 1, day=min(day.day, last)), time())
