"""Fields of an import: what their texts mean, and why others mean nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from hanvisa.directory.imports import values
from hanvisa.directory.imports.values import Field, Reader, Scope
from hanvisa.ids import new_id
from hanvisa.policy.facts import TargetKind, Window

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NORA = new_id()
SCOPE = Scope(
    datetime(2026, 8, 6, 22, 30, tzinfo=UTC), {"organisations": {"nora": NORA}}
)  # Friday, 00:30 there


def read(reader: Reader, text: str) -> object:
    return reader(Field(text, {"kind": "organisation"}, SCOPE))


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        (values.flag, "ja", True),
        (values.flag, "Nej", False),
        (values.words, "bygglov | rivning|", ("bygglov", "rivning")),
        (values.e164, "0980-31 92 31", "+46980319231"),
        (values.e164, "+46 70 174 06 05", "+46701740605"),
        (values.e164, "0046701740605", "+46701740605"),
        (values.extension, "301", "301"),
        (values.mail_address, "anna@example.org", "anna@example.org"),
        (values.default_until, "30m", "30m"),
        (values.default_until, "next_working_day", "next_working_day"),
        (values.day, "2026-08-31", date(2026, 8, 31)),
        (values.moment, "2026-08-31T08:00", datetime(2026, 8, 31, 6, tzinfo=UTC)),
        (values.moment, "2026-08-31T08:00+00:00", datetime(2026, 8, 31, 8, tzinfo=UTC)),
        (values.moment, "today 08:00", datetime(2026, 8, 7, 8, tzinfo=STOCKHOLM)),
        (values.moment, "+2d 08:00", datetime(2026, 8, 9, 8, tzinfo=STOCKHOLM)),
        (values.moment, "-1d 17:00", datetime(2026, 8, 6, 17, tzinfo=STOCKHOLM)),
        (values.moment, "+1w 08:00", datetime(2026, 8, 10, 8, tzinfo=STOCKHOLM)),
        (values.windows, "mon-wed 08:00-09:30", (Window((1, 2, 3), time(8), time(9, 30)),)),
        (
            values.windows,
            "tis 10:00-11:00 | Sön 09:00-10:00",
            (Window((2,), time(10), time(11)), Window((7,), time(9), time(10))),
        ),
        (values.one_of(TargetKind), "person", "person"),
        (values.ref("organisations"), "nora", NORA),
        (values.refs("organisations"), "nora | nora", (NORA, NORA)),
        (values.ref_of_kind({"organisation": "organisations"}, "kind"), "nora", NORA),
        (values.ref_of_kind({}, "kind"), "nora", None),
    ],
)
def test_a_text_is_read(reader: Reader, text: str, value: object) -> None:
    assert read(reader, text) == value


@pytest.mark.parametrize(
    ("now", "text", "moment"),
    [
        ("2026-03-28T12:00+01:00", "+1d 08:00", "2026-03-29T08:00+02:00"),
        ("2026-03-28T12:00+01:00", "2026-03-29T03:30", "2026-03-29T03:30+02:00"),
        ("2026-03-28T12:00+01:00", "2026-03-29T02:30", "2026-03-29T03:30+02:00"),  # there is no such time
        ("2026-10-24T12:00+02:00", "+1d 08:00", "2026-10-25T08:00+01:00"),
        ("2026-10-24T12:00+02:00", "2026-10-25T02:30", "2026-10-25T02:30+02:00"),  # the first of two
        ("2026-10-24T12:00+02:00", "2026-10-25T02:30+01:00", "2026-10-25T02:30+01:00"),
        ("2026-12-31T23:30+01:00", "today 08:00", "2026-12-31T08:00+01:00"),
        ("2026-12-31T23:30+01:00", "+1d 08:00", "2027-01-01T08:00+01:00"),
        ("2026-12-31T22:30+00:00", "+1w 08:00", "2027-01-04T08:00+01:00"),
        ("2026-12-31T23:30+00:00", "today 08:00", "2027-01-01T08:00+01:00"),  # the new year has come
    ],
)
def test_times_where_the_clock_changes_and_the_year_ends(now: str, text: str, moment: str) -> None:
    read = values.moment(Field(text, {}, Scope(datetime.fromisoformat(now), {})))
    assert read.timestamp() == datetime.fromisoformat(moment).timestamp()


@pytest.mark.parametrize(
    ("reader", "text", "because"),
    [
        (values.flag, "maybe", "neither yes nor no"),
        (values.whole, "-1", "no whole number"),
        (values.e164, "hello", "no telephone number"),
        (values.e164, "0980", "no telephone number that exists"),
        (values.extension, "12", "3 to 5 digits"),
        (values.extension, "012", "the first not 0"),
        (values.extension, "112", "emergency"),
        (values.default_until, "tomorrow", "neither minutes"),
        (values.default_until, "0m", "neither minutes"),
        (values.digits, "8a", "not digits alone"),
        (values.digits, "٨٢", "not digits alone"),
        (values.mail_address, "anna, berg@x.test", "no e-mail address"),
        (values.account, "nora_301", "small letters"),
        (values.account, "-nora", "small letters"),
        (values.day, "31/8", "2026-08-31"),
        (values.moment, "tomorrow", r"\+2d 08:00"),
        (values.moment, "+2d 25:00", "is no time"),
        (values.moment, "-1w 08:00", "is no time"),
        (values.windows, "mon-fri", "no times of the week"),
        (values.windows, "fri-mon 08:00-09:00", "no times of the week"),
        (values.windows, "mon 08:00-25:00", "no times of the week"),
        (values.windows, "mån 08:00-09:00 |", "no times of the week"),
        (values.one_of(TargetKind), "boat", "none of person, department"),
        (values.ref("organisations"), "kumla", "there is no “kumla” in organisations.csv"),
    ],
)
def test_a_text_that_means_nothing_says_why(reader: Reader, text: str, because: str) -> None:
    with pytest.raises(ValueError, match=because):
        read(reader, text)
