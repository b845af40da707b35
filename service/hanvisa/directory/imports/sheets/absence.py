"""Reasons of absence, and absences."""

from __future__ import annotations

from hanvisa.calendars.source import CalendarKind, may_take_password
from hanvisa.directory import tables
from hanvisa.directory.imports import values
from hanvisa.directory.imports.sheets.base import Sheet, Texts, id_, may, must, of
from hanvisa.policy.facts import TimeKind
from hanvisa.policy.model import Text

ABSENCE_REASONS = Sheet(
    "absence_reasons.csv",
    tables.AbsenceReasonRow,
    of("code"),
    (
        must("code", values.digits, "1"),
        must("name_sv", values.text, "sammanträde"),
        must("name_en", values.text, "meeting"),
        must("spoken_sv", values.text, "är på sammanträde"),
        must("spoken_en", values.text, "is in a meeting"),
        must("time_kind", values.one_of(TimeKind), "time"),
        may("default_until", values.default_until, "next_working_day"),
        may("private", values.flag, "no", default=False),
        may("reachable", values.flag, "no", default=False),
        may("cannot_wait", values.flag, "no", default=False),
    ),
    one_ever=True,
)


ABSENCES = Sheet(
    "absences.csv",
    tables.AbsenceRow,
    of("id"),
    (
        id_("demo-1"),
        must("person", values.ref("persons"), "p301", "person_id"),
        must("reason", values.ref("absence_reasons"), "1", "reason_id"),
        must("starts_at", values.moment, "today 00:00"),
        may("ends_at", values.moment_after("starts_at"), "+1w 08:00"),
        may("best_reached", values.windows, "mon-fri 08:00-09:30", default=()),
        may("note", values.text, "nås per post", default=""),
        may("substitute", values.ref("persons"), "p302", "substitute_id"),
    ),
    at_first=lambda _: {"source": "import"},
    ended_by="ends_at",
)


def _check_calendar(row: Texts) -> Text | None:
    if not row.get("user") or may_take_password(row["url"]):
        return None
    return Text(
        sv="en användares lösenord skickas bara över https://.",
        en="a user's password is sent over https:// only.",
    )


CALENDARS = Sheet(
    "calendars.csv",
    tables.CalendarRow,
    of("person"),
    (
        must("person", values.ref("persons"), "p301", "person_id"),
        must("url", values.calendar_address, "https://kalender.example.org/ek/kalender/"),
        must("kind", values.one_of(CalendarKind), "caldav"),
        may("user", values.text, "hanvisa", default=""),
    ),
    check=_check_calendar,
)
