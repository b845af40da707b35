"""How long what is known of people is kept: whole days by the clock in Sweden."""

from datetime import UTC, datetime, time

import pytest

from hanvisa.policy.retention import Retention, limits_at, next_purge


@pytest.mark.parametrize(
    ("now", "months", "limit"),
    [
        ("2026-08-05T01:15+00:00", 13, "2025-07-05T00:00+02:00"),
        ("2026-08-04T22:30+00:00", 13, "2025-07-05T00:00+02:00"),  # it is the fifth in Sweden
        ("2026-03-31T02:00+00:00", 13, "2025-02-28T00:00+01:00"),
        ("2028-03-31T02:00+00:00", 1, "2028-02-29T00:00+01:00"),
        ("2026-01-15T02:00+00:00", 13, "2024-12-15T00:00+01:00"),
        ("2026-01-15T02:00+00:00", 1, "2025-12-15T00:00+01:00"),
        ("2026-11-05T02:00+00:00", 1, "2026-10-05T00:00+02:00"),  # over the change of the clock
    ],
)
def test_months_are_kept_to_the_day(now: str, months: int, limit: str) -> None:
    limits = limits_at(Retention(calls=months), datetime.fromisoformat(now))
    assert limits.calls == datetime.fromisoformat(limit)


def test_each_kind_has_its_own_time() -> None:
    limits = limits_at(Retention(), datetime(2026, 8, 5, 1, 15, tzinfo=UTC))
    days = {name: f"{getattr(limits, name).astimezone():%Y}" for name in ("calls", "recordings", "audit")}
    assert days == {"calls": "2025", "recordings": "2026", "audit": "2021"}
    assert limits.recordings == datetime(2026, 7, 5, 22, tzinfo=UTC)
    assert limits.ended == datetime(2026, 8, 5, 1, 15, tzinfo=UTC)
    assert limits.audit == datetime(2021, 8, 4, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "next_"),
    [
        ("2026-08-05T00:00+02:00", "2026-08-05T03:15+02:00"),
        ("2026-08-05T03:15+02:00", "2026-08-06T03:15+02:00"),
        ("2026-03-28T12:00+01:00", "2026-03-29T03:15+02:00"),  # the night of 23 hours
        ("2026-10-24T12:00+02:00", "2026-10-25T03:15+01:00"),  # and that of 25
        ("2026-12-31T12:00+01:00", "2027-01-01T03:15+01:00"),
    ],
)
def test_it_is_done_at_the_same_time_every_night(now: str, next_: str) -> None:
    assert next_purge(datetime.fromisoformat(now), time(3, 15)) == datetime.fromisoformat(next_)
