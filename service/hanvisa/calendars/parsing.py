"""iCalendar texts (RFC 5545) to events: each occurrence of one that recurs, within some days.

A few lines can ask for more occurrences than there is memory for, or for a search without an end: what would is left
out or refused before it is read, and all of it is read within a time.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time
from time import monotonic
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from icalendar import Calendar
from icalendar.cal import Component
from icalendar.parser import Contentlines
from icalendar.prop import vDDDTypes, vRecur
from recurring_ical_events import CalendarQuery, ComponentsWithName, EventAdapter

from hanvisa.calendars.source import TAKES_TOO_LONG, Days
from hanvisa.errors import CalendarError
from hanvisa.policy.calendar_events import Event, Shown
from hanvisa.policy.model import Text
from hanvisa.policy.swedish_time import LOCAL

WITHIN = 10.0  # seconds for all the texts
MOST = 2000  # events in the days that are read: each is weighed, and callers wait meanwhile
_FOLD_IN_LETTER = re.compile(rb"\r?\n[ \t](?=[\x80-\xbf])")  # RFC 5545, 3.1: lines are folded between bytes
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # how such a text begins
_LOST = "\ufffd"  # in place of what is not in UTF-8
_RULES = 3  # of one event
_ZONE_RULES = 500  # of one text
_DEEPEST = 10  # things within things; an alarm within an event is three
_RULED = ("RRULE", "EXRULE")
_OFTEN = ("BYHOUR", "BYMINUTE", "BYSECOND")
_ONCE = ("UID", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "SUMMARY", "STATUS", "CLASS")
_TIMES = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # the months
_YEARS = 1900, 2199
_RECURS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_NOT_WITH = {  # RFC 5545, 3.3.10; what has no days would be sought day by day through all years there are
    "DAILY": ("BYYEARDAY", "BYWEEKNO", "BYSETPOS"),
    "WEEKLY": ("BYYEARDAY", "BYWEEKNO"),
}
_SHOWN = {
    "FREE": Shown.FREE,
    "TENTATIVE": Shown.TENTATIVE,
    "OOF": Shown.AWAY,
    "WORKINGELSEWHERE": Shown.ELSEWHERE,
}
_PRIVATE = ("PRIVATE", "CONFIDENTIAL")


def parse_events(texts: Iterable[bytes], days: Days, email: str = "", within: float = WITHIN) -> list[Event]:
    """All that is within the ``days``. ``email`` is the person's, for what they have declined.

    An event that makes no sense (no start, a rule that recurs each second) is left out.

    Raises CalendarError: a text is no calendar, one in UTF-16, or has a subject that is not in UTF-8; there are too
    many, or it takes longer than ``within`` seconds. What it says has nothing of what is in it.
    """
    until = monotonic() + within
    first, last = (datetime.combine(day, time(0), LOCAL) for day in days)
    found: list[Event] = []
    try:
        for text in texts:
            for calendar in _calendars(_decoded(text)):
                for event in _events(calendar, first, last, email.casefold(), until):
                    found.append(event)
                    if len(found) > MOST:
                        raise _too_many()
    # OSError: a zone's name is a file's to Python, and may be a folder's or too long for one.
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, OSError) as error:
        name = type(error).__name__
        raise CalendarError(
            Text(
                sv=f"det är ingen kalender som går att förstå ({name})",
                en=f"it is no calendar that can be understood ({name})",
            )
        ) from None
    return found


def _decoded(text: bytes) -> str:
    """What is not in UTF-8 is :data:`_LOST`: mostly it stands in descriptions. Raises CalendarError for UTF-16."""
    if text.startswith(_UTF_16):
        raise _not_in_utf_8()
    lost_elsewhere = text.replace(_LOST.encode(), b"?")
    return _FOLD_IN_LETTER.sub(b"", lost_elsewhere).decode("utf-8-sig", errors="replace")


def _subject(event: Component) -> str:
    """Raises CalendarError where letters of it are lost, and with them a reason that it may begin with."""
    subject = str(event.get("SUMMARY", ""))
    if _LOST in subject:
        raise _not_in_utf_8()
    return subject


def _not_in_utf_8() -> CalendarError:
    return CalendarError(
        Text(
            sv="det är ingen kalender som går att förstå: den är inte skriven i UTF-8",
            en="it is no calendar that can be understood: it is not written in UTF-8",
        )
    )


def _too_many() -> CalendarError:
    return CalendarError(
        Text(
            sv=f"kalendern har fler än {MOST} händelser inom dagarna som läses",
            en=f"the calendar has more than {MOST} events within the days that are read",
        )
    )


def _calendars(text: str) -> list[Calendar]:
    """Those in the text; ValueError when there is none: an empty answer is no empty calendar."""
    _structure_must_make_sense(text)
    found = [one for one in Calendar.from_ical(text, multiple=True) if one.name == "VCALENDAR"]
    if not found:
        raise ValueError("no VCALENDAR")
    for calendar in found:
        events = sum(one.name == "VEVENT" for one in calendar.subcomponents)
        if events != len(calendar.walk("VEVENT")):
            raise ValueError("an event within something else")
        calendar.subcomponents = [one for one in calendar.subcomponents if _makes_sense(one)]
        for event in calendar.walk("VEVENT"):
            event["UID"] = str(event.get("UID") or _own_uid(event))
    return found


def _structure_must_make_sense(text: str) -> None:
    """Raises ValueError for things within things without end, and for a zone whose clock changes often.

    This comes first, for the library seeks each change of a clock while it reads the text.
    """
    inside: list[str] = []
    rules = 0
    for name, value in _structure(text):
        if name == "BEGIN":
            inside.append(value.upper())
            if len(inside) > _DEEPEST:
                raise ValueError("things within things without end")
        elif name == "END":
            inside = inside[:-1]
        elif "VTIMEZONE" in inside:
            rules += 1
            rule = vRecur.from_ical(value)
            if rules > _ZONE_RULES or rule.get("FREQ") != ["YEARLY"] or not _is_seldom(rule):
                raise ValueError("a zone whose clock changes often")


def _structure(text: str) -> Iterator[tuple[str, str]]:
    """Where things begin and end, and by which rules they recur. A line that is none is the library's to tell of."""
    for line in Contentlines.from_ical(text):  # type: ignore[no-untyped-call]  # the library's has no types
        if line.upper().startswith(("BEGIN", "END", *_RULED)):
            with suppress(ValueError):
                name, _, value = line.parts()
                if name.upper() in ("BEGIN", "END", *_RULED):
                    yield name.upper(), value


def _makes_sense(component: Component) -> bool:
    """Whether it has a start, and recurs once a day at most, or a few times: else it would fill the memory."""
    if component.name != "VEVENT":
        return True
    if any(name in _TIMES for name, _ in component.errors) or any(
        isinstance(component.get(name), list) for name in _ONCE
    ):
        return False
    start = getattr(component.get("DTSTART"), "dt", None)
    rules = _as_list(component.get("RRULE"))
    if not isinstance(start, date) or (rules and start.year < _YEARS[0]):
        return False
    return len(rules) <= _RULES and all(map(_is_seldom, rules))


def _own_uid(event: Any) -> UUID:
    """For one that has none: it is known by its subject, of which nothing is kept, and its start."""
    return uuid5(NAMESPACE_OID, f"{event.get('SUMMARY', '')} {_moment(_within_reach(event['DTSTART'].dt))}")


def _is_seldom(rule: Any) -> bool:
    frequency = "".join(str(one).upper() for one in rule.get("FREQ", ())[:1])
    often = any(len(rule.get(name, ())) > 2 for name in _OFTEN)
    stands_still = any(int(step) < 1 for step in rule.get("INTERVAL", ()))
    odd = any(name in rule for name in _NOT_WITH.get(frequency, ()))
    return frequency in _RECURS and not (often or stands_still or odd) and _comes(rule)


def _comes(rule: Any) -> bool:
    """Whether its days are in the year: one that never comes would be sought through all years there are."""
    months = [int(month) for month in rule.get("BYMONTH", ())]
    days = [abs(int(day)) for day in rule.get("BYMONTHDAY", ())]
    if not all(1 <= month <= 12 for month in months) or not all(1 <= day <= 31 for day in days):
        return False
    return not (months and days) or min(days) <= max(_LONGEST[month - 1] for month in months)


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _events(
    calendar: Component, first: datetime, last: datetime, email: str, until: float
) -> Iterator[Event]:
    recurring = {
        event["UID"]
        for event in calendar.walk("VEVENT")
        if any(name in event for name in ("RRULE", "RDATE", "RECURRENCE-ID"))
    }
    for event in _occurrences(calendar, first, last, until):
        uid = event["UID"]
        yield Event(
            key=f"{uid} {_moment(event['RECURRENCE-ID'].dt)}" if uid in recurring else uid,
            subject=_subject(event),
            starts=_within_reach(event["DTSTART"].dt),
            ends=_within_reach(event["DTEND"].dt),
            shown=_shown(event),
            private=str(event.get("CLASS", "")).upper() in _PRIVATE,
            cancelled=_status(event) == "CANCELLED",
            declined=_has_declined(event, email),
        )


def _occurrences(calendar: Component, first: datetime, last: datetime, until: float) -> Iterator[Any]:
    """One series after the other, for each holds all that it has sought. Raises CalendarError after ``until``."""
    query = CalendarQuery(calendar, components=(_EVENTS,), skip_bad_series=True)
    series, query.series = query.series[::-1], []
    while series:
        if monotonic() > until:
            raise CalendarError(TAKES_TOO_LONG)
        with suppress(*CalendarQuery.suppressed_errors):
            for occurrence in series.pop().between(first, last):
                yield occurrence.as_component(keep_recurrence_attributes=False)


class _Adapter(EventAdapter):  # type: ignore[misc]  # the library's has no types
    """Each occurrence of a series that was changed from one day on (RANGE=THISANDFUTURE) says which day's it is.

    By itself the library has all of them say that one day's.
    """

    def as_component(self, start: Any, stop: Any, *more: Any) -> Component:
        component: Component = super().as_component(start, stop, *more)
        if self.this_and_future and start != self.start:
            component["RECURRENCE-ID"] = vDDDTypes(start - self.move_recurrences_by)
        return component


_EVENTS = ComponentsWithName("VEVENT", _Adapter)


def _within_reach(moment: date) -> date:
    """What has no end is written with the last year there is, after which no working day can come."""
    if moment.year > _YEARS[1]:
        return moment.replace(year=_YEARS[1], month=12, day=31)
    return moment.replace(year=_YEARS[0], month=1, day=1) if moment.year < _YEARS[0] else moment


def _moment(moment: date) -> str:
    """One spelling for the same occurrence, whatever zone it is written in."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=LOCAL)
    return aware.astimezone(UTC).isoformat()


def _status(event: Component) -> str:
    return str(event.get("STATUS", "")).upper()


def _shown(event: Component) -> Shown:
    """Outlook says it most exactly; the others whether the time is taken."""
    said = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    if said in _SHOWN:
        return _SHOWN[said]
    if str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return Shown.FREE
    return Shown.TENTATIVE if _status(event) == "TENTATIVE" else Shown.BUSY


def _has_declined(event: Component, email: str) -> bool:
    return bool(email) and any(
        str(attendee).casefold().removeprefix("mailto:") == email
        and str(attendee.params.get("PARTSTAT", "")).upper() == "DECLINED"
        for attendee in _as_list(event.get("ATTENDEE"))
    )
