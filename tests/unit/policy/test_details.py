"""S2: when details are to be confirmed again, by the calendar in Sweden."""

from datetime import date, datetime
from uuid import UUID

import pytest

from hanvisa.policy.details import DetailsLetter, is_stale, stale_before

CASES = [
    ("2026-08-03T23:59:00+02:00", "2026-08-05T00:00:00+02:00", 2, True),
    ("2026-08-04T00:00:00+02:00", "2026-08-05T23:59:00+02:00", 2, False),
    # over the clock changes: a day is a day, of 23 or 25 hours
    ("2026-03-28T23:30:00+01:00", "2026-03-30T00:00:00+02:00", 2, True),
    ("2026-03-29T00:30:00+01:00", "2026-03-30T23:59:00+02:00", 2, False),
    ("2026-10-24T23:30:00+02:00", "2026-10-26T00:00:00+01:00", 2, True),
    ("2026-10-25T00:30:00+02:00", "2026-10-26T23:59:00+01:00", 2, False),
    # over the year's end
    ("2026-12-31T23:59:00+01:00", "2027-01-01T00:00:00+01:00", 1, True),
    ("2026-07-05T12:00:00+02:00", "2026-12-31T23:59:00+01:00", 180, False),
    ("2026-07-05T12:00:00+02:00", "2027-01-01T00:00:00+01:00", 180, True),
]


@pytest.mark.parametrize(("confirmed", "now", "days", "stale"), CASES)
def test_details_are_stale_when_the_days_have_passed(
    confirmed: str, now: str, days: int, stale: bool
) -> None:
    before = stale_before(datetime.fromisoformat(now), days)
    assert is_stale(datetime.fromisoformat(confirmed), before) == stale


def test_what_nobody_has_confirmed_is_stale() -> None:
    assert is_stale(None, stale_before(datetime.fromisoformat("2026-08-05T10:00:00+02:00"), 180))


@pytest.mark.parametrize("ends_at", ["2026-09-04T03:15:00+02:00", "2026-09-03T22:00:00+00:00"])
def test_the_last_day_of_a_link_is_one_on_all_of_which_it_holds(ends_at: str) -> None:
    letter = DetailsLetter(
        UUID(int=1), "anna@kommunen.test", "Anna", "token", datetime.fromisoformat(ends_at)
    )
    assert letter.last_day == date(2026, 9, 3)
