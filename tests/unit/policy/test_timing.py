from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hanvisa.policy.facts import TimeKind
from hanvisa.policy.timing import TimeRefused, default_until, until_date, until_keyed, until_time
from hanvisa.policy.workdays import is_working_day, next_working_day
from unit.policy.made_up import MEETING, NOW

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2026-03-04", True),
        ("2026-03-07", False),  # Saturday
        ("2026-03-08", False),
        ("2026-04-02", True),  # Maundy Thursday
        ("2026-04-03", False),  # Good Friday
        ("2026-05-14", False),  # Ascension Day
        ("2026-06-19", False),  # Midsummer Eve
        ("2026-12-24", False),
        ("2026-12-31", False),
        ("2027-01-06", False),  # Epiphany
        ("2027-01-05", True),
    ],
)
def test_working_days(day: str, working: bool) -> None:
    assert is_working_day(date.fromisoformat(day)) is working


def test_the_next_working_day_passes_over_christmas() -> None:
    assert next_working_day(date(2026, 12, 23)) == date(2026, 12, 28)
    assert next_working_day(date(2026, 3, 4)) == date(2026, 3, 5)


def test_defaults_of_the_reasons() -> None:
    assert default_until(replace(MEETING, default_until="30m"), NOW) == NOW + timedelta(minutes=30)
    named = replace(MEETING, time_kind=TimeKind.NONE, default_until="next_working_day")
    assert default_until(named, NOW) == local("2026-03-05 08:00")
    assert default_until(replace(MEETING, code="9", time_kind=TimeKind.NONE), NOW) is None
    assert default_until(MEETING, NOW) == local("2026-03-05 08:00")
    assert default_until(MEETING, local("2026-03-27 16:00")) == local("2026-03-30 08:00")  # clocks go forward


@pytest.mark.parametrize(
    ("keyed", "until"),
    [("1330", "2026-03-04 13:30"), ("2359", "2026-03-04 23:59"), ("1001", "2026-03-04 10:01")],
)
def test_times_of_day(keyed: str, until: str) -> None:
    assert until_time(keyed, NOW) == local(until)


@pytest.mark.parametrize("keyed", ["1000", "0959", "2400", "1360", "13", "13300", "abcd", "", "１３３０"])
def test_times_that_are_refused(keyed: str) -> None:
    with pytest.raises(TimeRefused) as refused:
        until_time(keyed, NOW)
    assert refused.value.text.sv
    assert refused.value.text.en == str(refused.value)


@pytest.mark.parametrize(
    ("keyed", "until"),
    [
        ("0305", "2026-03-05 08:00"),
        ("1224", "2026-12-24 08:00"),
        ("0303", "2027-03-03 08:00"),
    ],
)
def test_dates(keyed: str, until: str) -> None:
    assert until_date(keyed, NOW) == local(until)


def test_a_leap_day_is_met_where_there_is_one() -> None:
    assert until_date("0229", datetime(2027, 6, 1, tzinfo=UTC)) == local("2028-02-29 08:00")


def test_today_is_a_day_to_come_until_eight() -> None:
    assert until_date("0304", local("2026-03-04 07:59")) == local("2026-03-04 08:00")
    with pytest.raises(TimeRefused, match="0304 is not a day to come"):
        until_date("0304", local("2026-03-04 08:00"))


@pytest.mark.parametrize("keyed", ["0229", "1332", "0431", "0000", "1", "abcd"])
def test_dates_that_are_refused(keyed: str) -> None:
    with pytest.raises(TimeRefused):
        until_date(keyed, NOW)


def test_what_was_keyed_is_read_by_the_reasons_kind() -> None:
    assert until_keyed(MEETING, "1330", NOW) == local("2026-03-04 13:30")
    assert until_keyed(replace(MEETING, time_kind=TimeKind.DATE), "1224", NOW) == local("2026-12-24 08:00")
    assert until_keyed(MEETING, "", NOW) == default_until(MEETING, NOW)
    with pytest.raises(TimeRefused, match="Give no time"):
        until_keyed(replace(MEETING, time_kind=TimeKind.NONE), "1330", NOW)
