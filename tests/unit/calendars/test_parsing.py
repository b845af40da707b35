"""iCalendar texts as calendars write them: what recurs, is moved or cancelled, and times in any zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanvisa.calendars.parsing import parse_events
from hanvisa.calendars.source import Days
from hanvisa.errors import CalendarError
from hanvisa.policy.calendar_events import Event, EventRules, Shown, read_event
from hanvisa.policy.register import Register

DAYS = date(2026, 3, 2), date(2026, 3, 16)
WEEKLY = "DTSTART;TZID=Europe/Stockholm:20260302T090000\nDTEND;TZID=Europe/Stockholm:20260302T100000\nRRULE:FREQ=WEEKLY"


def calendar(*events: str, before: str = "") -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\nUID:a\nDTSTAMP:20260101T000000Z\n{event}\nEND:VEVENT\n" for event in events
    )
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//\n{before}{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def parse(*events: str, before: str = "", email: str = "") -> list[Event]:
    return parse_events([calendar(*events, before=before)], DAYS, email)


def times(events: list[Event]) -> list[tuple[datetime, datetime]]:
    return [
        (one.starts.astimezone(UTC), one.ends.astimezone(UTC))
        for one in events
        if isinstance(one.starts, datetime) and isinstance(one.ends, datetime)
    ]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_a_single_event_is_known_by_its_uid_wherever_it_is_moved() -> None:
    event = "DTSTART:20260304T120000Z\nDTEND:20260304T130000Z\nSUMMARY:Möte: budget"
    moved = event.replace("0304", "0305")
    (one,), (other,) = parse(event), parse(moved)
    assert (one.key, one.subject, times([one])) == ("a", "Möte: budget", [(at(4, 12), at(4, 13))])
    assert (other.key, times([other])) == ("a", [(at(5, 12), at(5, 13))])


def test_what_recurs_is_each_occurrence_with_a_key_of_its_own() -> None:
    events = parse(WEEKLY)
    assert times(events) == [(at(2, 8), at(2, 9)), (at(9, 8), at(9, 9))]
    assert [one.key for one in events] == ["a 2026-03-02T08:00:00+00:00", "a 2026-03-09T08:00:00+00:00"]


@pytest.mark.parametrize("uid", ["", "UID:\n"], ids=["none", "empty"])
def test_events_without_an_id_are_known_each_by_subject_and_start(uid: str) -> None:
    def read(*events: str, days: Days = DAYS) -> list[tuple[str, int, int]]:
        text = calendar(*(f"{event}\nDURATION:PT1H" for event in events)).replace(b"UID:a\r\n", uid.encode())
        read = parse_events([text], days)
        assert "Möte" not in str([one.key for one in read])
        return [(one.key, start.day, start.hour) for one, (start, _) in zip(read, times(read), strict=True)]

    meeting, later = "SUMMARY:Möte\nDTSTART:20260304T080000Z", "SUMMARY:Möte\nDTSTART:20260306T080000Z"
    lunch, daily = "SUMMARY:Lunch\nDTSTART:20260304T080000Z", f"{meeting}\nRRULE:FREQ=DAILY;COUNT=3"
    events = read(meeting, lunch, later)
    assert [(day, hour) for _, day, hour in events] == [(4, 8), (4, 8), (6, 8)]
    assert len({key for key, _, _ in events}) == 3
    assert read(later, days=(date(2026, 3, 5), DAYS[1])) == events[2:], "whatever else there is"
    assert read("SUMMARY:Möte\nDTSTART:00010101T000000", later) == events[2:]
    series = read(daily, lunch)
    assert [day for _, day, _ in series] == [4, 5, 6, 4]
    assert len({key for key, _, _ in series}) == 4


def test_an_occurrence_that_is_moved_keeps_its_key() -> None:
    moved = "RECURRENCE-ID;TZID=Europe/Stockholm:20260309T090000\nDTSTART:20260310T130000Z\nDTEND:20260310T140000Z"
    events = sorted(parse(WEEKLY, moved), key=lambda one: one.key)
    assert [one.key for one in events] == ["a 2026-03-02T08:00:00+00:00", "a 2026-03-09T08:00:00+00:00"]
    assert times(events)[1] == (at(10, 13), at(10, 14))


@pytest.mark.parametrize(
    ("to", "length"), [("20260304T120000Z", 2), ("20260303T080000Z", 2), ("20260304T080000Z", 1)]
)
def test_a_series_that_is_changed_from_one_day_on_is_each_of_its_days_still(to: str, length: int) -> None:
    start = datetime.strptime(to, "%Y%m%dT%H%M%S%z")
    daily = WEEKLY.replace("WEEKLY", "DAILY;COUNT=5")
    changed = f"RECURRENCE-ID;RANGE=THISANDFUTURE:20260304T080000Z\nDTSTART:{to}\nDURATION:PT{length}H"
    events = sorted(parse(daily, changed), key=lambda one: one.key)
    assert [one.key for one in events] == [one.key for one in parse(daily)]
    begin = [at(2, 8), at(3, 8), start, start + timedelta(days=1), start + timedelta(days=2)]
    assert times(events) == [
        (one, one + timedelta(hours=length if number > 1 else 1)) for number, one in enumerate(begin)
    ]
    later = parse_events([calendar(daily, changed)], (date(2026, 3, 6), DAYS[1]))
    assert {one.key for one in later} <= {one.key for one in events}


def test_a_series_that_is_changed_from_one_day_on_keeps_nine_o_clock_when_the_clock_changes() -> None:
    daily = WEEKLY.replace("WEEKLY", "DAILY")
    changed = (
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Stockholm:20260304T090000\n"
        "DTSTART;TZID=Europe/Stockholm:20260304T150000\nDTEND;TZID=Europe/Stockholm:20260304T160000"
    )
    days = date(2026, 3, 28), date(2026, 3, 31)
    events = parse_events([calendar(daily, changed)], days)
    assert [one.key for one in events] == [one.key for one in parse_events([calendar(daily)], days)]
    assert [start.hour for start, _ in times(events)] == [14, 13, 13]


def test_an_occurrence_that_is_cancelled_is_gone_or_says_so() -> None:
    without = parse(f"{WEEKLY}\nEXDATE;TZID=Europe/Stockholm:20260309T090000")
    assert times(without) == [(at(2, 8), at(2, 9))]
    cancelled = parse(
        WEEKLY,
        "RECURRENCE-ID;TZID=Europe/Stockholm:20260309T090000\nDTSTART:20260309T080000Z\n"
        "DTEND:20260309T090000Z\nSTATUS:CANCELLED",
    )
    assert [one.cancelled for one in sorted(cancelled, key=lambda one: one.key)] == [False, True]


def test_the_clock_changes_and_the_meeting_is_at_nine_all_the_same() -> None:
    events = parse_events([calendar(WEEKLY)], (date(2026, 3, 23), date(2026, 3, 31)))
    assert times(events) == [(at(23, 8), at(23, 9)), (at(30, 7), at(30, 8))]


def test_october_and_the_new_year_and_it_is_at_nine_all_the_same() -> None:
    daily = WEEKLY.replace("WEEKLY", "DAILY")
    october = times(parse_events([calendar(daily)], (date(2026, 10, 24), date(2026, 10, 27))))
    assert [(start.day, start.hour) for start, _ in october] == [(24, 7), (25, 8), (26, 8)]
    events = parse_events([calendar(daily)], (date(2026, 12, 30), date(2027, 1, 3)))
    assert [start.isoformat() for start, _ in times(events)] == [
        f"{day}T08:00:00+00:00" for day in ("2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02")
    ]
    assert len({one.key for one in events}) == 4


def test_the_hour_that_is_there_twice_and_the_one_that_is_not() -> None:
    night = "DTSTART;TZID=Europe/Stockholm:{}T013000\nDTEND;TZID=Europe/Stockholm:{}T033000"
    days = date(2026, 1, 1), date(2026, 12, 31)
    (march,) = times(parse_events([calendar(night.format("20260329", "20260329"))], days))
    (october,) = times(parse_events([calendar(night.format("20261025", "20261025"))], days))
    assert [(end - start).seconds // 3600 for start, end in (march, october)] == [1, 3]


def test_days_are_days() -> None:
    (one,) = parse("DTSTART;VALUE=DATE:20260309\nDTEND;VALUE=DATE:20260314\nSUMMARY:Semester")
    assert (one.starts, one.ends, one.all_day) == (date(2026, 3, 9), date(2026, 3, 14), True)
    (one,) = parse("DTSTART;VALUE=DATE:20260309\nSUMMARY:Semester")
    assert (one.starts, one.ends) == (date(2026, 3, 9), date(2026, 3, 10))


def test_what_has_no_end_ends_while_there_are_working_days() -> None:
    (one,) = parse("RECURRENCE-ID:20260304T120000Z\nDTSTART;VALUE=DATE:20260304\nDTEND;VALUE=DATE:99991231")
    assert (one.starts, one.ends) == (date(2026, 3, 4), date(2199, 12, 31))
    read_event(one, Register(), EventRules({}, private="3"))


def test_an_event_that_has_begun_before_and_one_with_a_duration() -> None:
    (one,) = parse("DTSTART:20260220T080000Z\nDURATION:P14DT1H")
    assert times([one]) == [(datetime(2026, 2, 20, 8, tzinfo=UTC), at(6, 9))]


@pytest.mark.filterwarnings("ignore::icalendar.error.GloballyUniqueTZIDGuessed")  # rightly guessed
@pytest.mark.parametrize(
    "zone",
    ["W. Europe Standard Time", "Europe/Stockholm", "/freeassociation.sourceforge.net/Europe/Stockholm"],
)
def test_zones_as_outlook_and_others_name_them(zone: str) -> None:
    events = parse(f'DTSTART;TZID="{zone}":20260304T130000\nDTEND;TZID="{zone}":20260304T140000')
    assert times(events) == [(at(4, 12), at(4, 13))]


def test_a_zone_that_the_calendar_describes_itself() -> None:
    described = (
        "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0300\n"
        "TZOFFSETTO:+0300\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    events = parse("DTSTART;TZID=Ours:20260304T130000\nDTEND;TZID=Ours:20260304T140000", before=described)
    assert times(events) == [(at(4, 10), at(4, 11))]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("TRANSP:TRANSPARENT", {"shown": Shown.FREE}),
        ("STATUS:TENTATIVE", {"shown": Shown.TENTATIVE}),
        ("X-MICROSOFT-CDO-BUSYSTATUS:OOF", {"shown": Shown.AWAY}),
        ("TRANSP:TRANSPARENT\nX-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", {"shown": Shown.ELSEWHERE}),
        ("CLASS:PRIVATE", {"private": True}),
        ("CLASS:CONFIDENTIAL", {"private": True}),
        ("ATTENDEE;PARTSTAT=DECLINED:mailto:Tora@Example.org", {"declined": True}),
        ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:tora@example.org", {"declined": False}),
        (
            "ATTENDEE;PARTSTAT=DECLINED:mailto:bo@example.org\nATTENDEE:mailto:tora@example.org",
            {"declined": False},
        ),
    ],
)
def test_how_the_calendar_shows_it(line: str, expected: dict[str, Any]) -> None:
    (one,) = parse(f"DTSTART:20260304T120000Z\nDTEND:20260304T130000Z\n{line}", email="tora@example.org")
    assert {name: getattr(one, name) for name in expected} == expected


@pytest.mark.parametrize(
    "event",
    [
        "SUMMARY:Möte",
        "DTSTART:nonsense\nSUMMARY:Möte",
        "DTSTART:20260304T120000Z\nUID:b",
        "DTSTART:20260304T120000Z\nDTSTART:20260305T120000Z",
        "DTSTART:20260304T120000Z\nRRULE:FREQ=SECONDLY",
        "DTSTART:20260304T120000Z\nRRULE:FREQ=MINUTELY;COUNT=3",
        "DTSTART:20260304T120000Z\nRRULE:FREQ=DAILY;BYSECOND=0,1,2,3",
        "DTSTART:20260304T120000Z\nRRULE:FREQ=DAILY;INTERVAL=0",
        "DTSTART:20260304T120000Z\nRRULE:FREQ=WEEKLY;INTERVAL=-1",
        "DTSTART:20260304T120000Z\nRRULE:FREQ=DAILY;BYYEARDAY=200;BYMONTH=1",
        "DTSTART:20260304T120000Z\nRRULE:FREQ=DAILY;BYSETPOS=2",
        "DTSTART:20260304T120000Z\nRRULE:FREQ=YEARLY;BYMONTH=13",
        "DTSTART:20260304T120000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "DTSTART:00010101T120000Z\nRRULE:FREQ=DAILY",
        "DTSTART:20260304T120000Z" + "\nRRULE:FREQ=DAILY" * 4,
    ],
)
def test_an_event_that_makes_no_sense_is_left_out_and_the_others_count(event: str) -> None:
    other = "DTSTART:20260305T120000Z\nDTEND:20260305T130000Z"
    assert times(parse_events([calendar(event), calendar(other)], DAYS)) == [(at(5, 12), at(5, 13))]
    assert times(parse_events([calendar(event, other.replace("UID:a", "UID:b"))], DAYS)) == [
        (at(5, 12), at(5, 13))
    ]


OFTEN = "BEGIN:VEVENT\nUID:b\nDTSTART:19700101T000000Z\nRRULE:FREQ=SECONDLY\nEND:VEVENT\n"
ZONE = (
    "BEGIN:VTIMEZONE\nTZID:Often\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\n"
    "{}END:STANDARD\nEND:VTIMEZONE\n"
)
IN_ZONE = "DTSTART;TZID=Often:20260304T130000\nDTEND;TZID=Often:20260304T140000"


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "before",
    [
        f"BEGIN:X-A\n{OFTEN}END:X-A\n",
        f"BEGIN:X-A\nBEGIN:X-B\n{OFTEN}END:X-B\nEND:X-A\n",
        f"BEGIN:VEVENT\nUID:c\nDTSTART:20260304T120000Z\n{OFTEN}END:VEVENT\n",
        "BEGIN:X-A\n" * 5_000 + "END:X-A\n" * 5_000,
        ZONE.format("RRULE:FREQ=SECONDLY\n"),
        ZONE.format('rrule;x=":":FREQ=SEC\n ONDLY\n'),
        ZONE.format("RRULE:FREQ=YEARLY;BYHOUR=0,1,2;BYMINUTE=0,1,2\n"),
        ZONE.format("RRULE:FREQ=YEARLY\n" * 501),
    ],
    ids=range(8),
)
def test_what_hides_occurrences_without_an_end_is_refused_before_they_are_sought(before: str) -> None:
    with pytest.raises(CalendarError, match="it is no calendar that can be understood"):
        parse(IN_ZONE, before=before)


def test_what_takes_too_long_is_said() -> None:
    with pytest.raises(CalendarError, match="the calendar takes too long to read"):
        parse_events([calendar(WEEKLY)], DAYS, within=-1)


@pytest.mark.parametrize("zone", ["Europe", "Etc", "x" * 300], ids=["folder", "another", "too long"])
def test_a_zone_that_is_no_file_of_one_is_said(zone: str) -> None:
    with pytest.raises(CalendarError, match="it is no calendar that can be understood"):
        parse(f"DTSTART;TZID={zone}:20260304T120000\nDURATION:PT1H")


@pytest.mark.parametrize("text", [b"<html>Sign in</html>", b"BEGIN:VEVENT\r\n", b"", b"\xff\xfe\x00"])
def test_what_is_no_calendar_is_said_and_not_shown(text: bytes) -> None:
    with pytest.raises(CalendarError, match="it is no calendar that can be understood") as error:
        parse_events([text], DAYS)
    assert "Sign in" not in str(error.value)


MEETING = "SUMMARY:Möte\nDTSTART:20260304T120000Z\nDTEND:20260304T130000Z"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_what_is_not_in_utf_8_is_said_and_loses_no_letters(encoding: str) -> None:
    """“M\ufffdte” begins with no reason: the meeting would be no absence, and nobody be told."""
    with pytest.raises(CalendarError, match="understood: it is not written in UTF-8"):
        parse_events([calendar(MEETING).decode().encode(encoding)], DAYS)


@pytest.mark.parametrize("stray", ["é".encode()[:1], "é".encode("latin-1"), "\ufffd".encode()])
def test_what_is_not_in_utf_8_where_no_reason_is_sought_hides_no_event(stray: bytes) -> None:
    """A description that a program has cut off within a letter, or that was pasted from elsewhere."""
    text = calendar("DESCRIPTION:Kafé\n" + MEETING).replace("é".encode(), stray)
    assert [one.subject for one in parse_events([text], DAYS)] == ["Möte"]


def test_a_letter_that_was_lost_before_it_came_into_the_calendar_hides_no_other_event() -> None:
    """It is in UTF-8, and the person can write it anew."""
    texts = [calendar(MEETING.replace("ö", "\ufffd")), calendar(MEETING)]
    assert [one.subject for one in parse_events(texts, DAYS)] == ["M?te", "Möte"]


@pytest.mark.parametrize("fold", [b"\r\n ", b"\n\t"])
def test_a_line_that_is_folded_within_a_letter_and_a_mark_before_the_text_are_utf_8(fold: bytes) -> None:
    letter = "ö".encode()
    text = b"\xef\xbb\xbf" + calendar(MEETING).replace(letter, letter[:1] + fold + letter[1:])
    assert [one.subject for one in parse_events([text], DAYS)] == ["Möte"]


def test_more_than_anybody_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hanvisa.calendars.parsing.MOST", 3)
    texts = [calendar("DTSTART:20260304T120000Z\nDTEND:20260304T130000Z")] * 4
    assert len(parse_events(texts[1:], DAYS)) == 3
    with pytest.raises(
        CalendarError, match="the calendar has more than 3 events within the days that are read"
    ):
        parse_events(texts, DAYS)


LINES = st.sampled_from(
    [
        "DTSTART:20260304T120000Z",
        "DTSTART;VALUE=DATE:20260304",
        "DTSTART;TZID=Nowhere:20260304T120000",
        "DTEND:20260304T130000Z",
        "DTEND;VALUE=DATE:20260301",
        "DURATION:-PT1H",
        "DURATION:P99999D",
        "RRULE:FREQ=DAILY;UNTIL=20260310",
        "RRULE:FREQ=YEARLY;BYMONTH=13",
        "RRULE:FREQ=MONTHLY;BYDAY=53MO",
        "RRULE:FREQ=WEEKLY;INTERVAL=0",
        "RRULE:FREQ=DAILY;BYWEEKNO=1,x",
        "RRULE:FREQ=DAILY;COUNT=-1",
        "RRULE:FREQ=DAILY;UNTIL=99991231T235959Z",
        "EXRULE:FREQ=DAILY",
        "RDATE;VALUE=PERIOD:20260304T120000Z/PT1H",
        "DTSTART:99991231T235959Z",
        "DTSTART:00010101T000000",
        "RRULE:",
        "RDATE:20260306T120000Z",
        "EXDATE:20260304",
        "RECURRENCE-ID:20260304T120000Z",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20260305T120000Z",
        "UID:b",
        "SUMMARY:Semester",
        "STATUS:CANCELLED",
        "BEGIN:VALARM",
        "END:VEVENT",
        "ATTENDEE:",
    ]
)


@settings(deadline=None)
@given(st.lists(LINES, max_size=12))
def test_any_lines_give_events_or_one_error(lines: list[str]) -> None:
    try:
        events = parse_events([calendar("\n".join(lines))], DAYS, "tora@example.org")
    except CalendarError:
        return
    assert len(events) < 100


@given(st.binary(max_size=300))
def test_any_bytes_give_one_error(text: bytes) -> None:
    with pytest.raises(CalendarError):
        parse_events([text], DAYS)
