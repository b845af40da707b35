"""Absence from a person's calendar: which of its events are absences, for what reason, and what is to be changed (G1).

An event is an absence when its subject begins with a reason: a reason's name, another word for it, its code, or what
would be dialled on the phone. A private one is an absence whatever it is about, and tells nobody what that is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from hanvisa.policy.facts import AbsenceReason, CodeAction, aware
from hanvisa.policy.model import Text
from hanvisa.policy.register import Register
from hanvisa.policy.swedish_time import LOCAL, WORKDAY_STARTS, local_time
from hanvisa.policy.workdays import next_working_day

_MIDNIGHT = time(0)
_CODE = re.compile(r"(\d{1,2})(?::(?!\d).*)?")  # "1" and "1: budget", but not "10:30 tandläkare"
_DIALLED = re.compile(
    r"(\*\d{2,4})\*(\d{1,2})(?:\*\d*)?#?(?:\s.*)?"
)  # as on the phone; the event has its own time


class Shown(StrEnum):
    """How the calendar shows the person meanwhile."""

    BUSY = "busy"
    FREE = "free"
    TENTATIVE = "tentative"
    AWAY = "away"  # "out of office"
    ELSEWHERE = "elsewhere"  # "working elsewhere"


@dataclass(frozen=True, slots=True)
class Event:
    """One event, or one occurrence of one that recurs; ``key`` stays the same when it is moved.

    Days (not times) are an all-day event: ``ends`` is the first day after it. A naive time is Swedish.
    """

    key: str
    subject: str
    starts: datetime | date
    ends: datetime | date
    shown: Shown = Shown.BUSY
    private: bool = False
    cancelled: bool = False
    declined: bool = False

    @property
    def all_day(self) -> bool:
        return not isinstance(self.starts, datetime)


@dataclass(frozen=True, slots=True)
class EventRules:
    """``words`` lead to reasons' codes, besides the reasons' names.

    ``private`` is the reason of what is not to be told.
    ``unnamed`` is the reason of busy events whose subject begins with none; "": they are no absences.
    """

    words: Mapping[str, str]
    private: str
    unnamed: str = ""


@dataclass(frozen=True, slots=True)
class EventAbsence:
    """``reason`` is a reason's code."""

    reason: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class EventRead:
    """What an event means: an absence, or None, and why."""

    absence: EventAbsence | None
    because: Text


def read_event(event: Event, register: Register, rules: EventRules) -> EventRead:
    """Is the person absent meanwhile?"""
    times = _times(event)
    named = _reason_named(event.subject, register, rules)
    passed_over = _passed_over(event, times, named=named is not None)
    if passed_over is not None:
        return EventRead(None, passed_over)
    if event.private:
        because = Text(sv="Privat: orsaken berättas inte.", en="Private: the reason is not told.")
        return _absence(register.reason(rules.private), times, because)
    if named is not None:
        because = Text(
            sv=f"Ämnet börjar med {named.name.sv}.", en=f"The subject begins with {named.name.en}."
        )
        return _absence(named, times, because)
    if event.shown is Shown.AWAY:
        because = Text(sv="Visas som frånvarande.", en="It is shown as out of office.")
        return _absence(register.reason(rules.private), times, because)
    if rules.unnamed and event.shown is Shown.BUSY:
        because = Text(sv="Visas som upptagen.", en="It is shown as busy.")
        return _absence(register.reason(rules.unnamed), times, because)
    return EventRead(
        None,
        Text(sv="Ämnet börjar inte med någon orsak.", en="The subject begins with no reason."),
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """An absence that was made from the event ``key``. ``changed``: by a person, since the calendar set it."""

    id: UUID
    key: str
    absence: EventAbsence
    changed: bool


@dataclass(frozen=True, slots=True)
class Steps:
    """What brings the absences to what the calendar says. All but ``create`` are by the absence's id.

    ``leave``: what is past of it stays, and its event is that of one to be created.
    """

    create: Mapping[str, EventAbsence]
    leave: tuple[UUID, ...]
    change: Mapping[UUID, EventAbsence]
    end: tuple[UUID, ...]

    def __bool__(self) -> bool:
        return bool(self.create or self.leave or self.change or self.end)


def plan_steps(wanted: Mapping[str, EventAbsence], kept: Iterable[Kept], now: datetime) -> Steps:
    """``wanted`` are by the event's key. What a person has changed, and what is past, stays as it is."""
    known = {one.key: one for one in kept}
    coming = {key: absence for key, absence in wanted.items() if absence.ends_at > aware(now)}
    differing = {
        key: one
        for key, one in known.items()
        if key in coming and not one.changed and one.absence != coming[key]
    }
    left = {key for key, one in differing.items() if _leaves_a_past(one.absence, coming[key], now)}
    return Steps(
        create={key: absence for key, absence in coming.items() if key not in known or key in left},
        leave=tuple(differing[key].id for key in left),
        change={one.id: coming[key] for key, one in differing.items() if key not in left},
        end=tuple(
            one.id
            for key, one in known.items()
            if key not in coming and not one.changed and one.absence.ends_at > max(now, one.absence.starts_at)
        ),
    )


def _leaves_a_past(kept: EventAbsence, wanted: EventAbsence, now: datetime) -> bool:
    """The person was away, and the event comes after that: one that has begun still has its start put right."""
    return kept.starts_at < min(now, kept.ends_at) <= wanted.starts_at


def _times(event: Event) -> tuple[datetime, datetime]:
    """Of all-day events the person is back when the next working day begins."""
    if isinstance(event.starts, datetime) and isinstance(event.ends, datetime):
        return _aware(event.starts), _aware(event.ends)
    first, after = _day(event.starts), _day(event.ends)
    starts_at = local_time(first, _MIDNIGHT)
    if after <= first:
        return starts_at, starts_at
    return starts_at, local_time(next_working_day(after - timedelta(days=1)), WORKDAY_STARTS)


def _aware(moment: datetime) -> datetime:
    """In UTC: a time that comes twice where the event is equals none as it is stored."""
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=LOCAL)).astimezone(UTC)


def _day(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _reason_named(subject: str, register: Register, rules: EventRules) -> AbsenceReason | None:
    """The reason that the subject begins with. Of several words the longest counts."""
    text = " ".join(subject.casefold().split())
    code = _code_in(text, register)
    if code is not None:
        return register.reason(code)
    words = {" ".join(word.casefold().split()): code for word, code in _words(register, rules)}
    found = [word for word in words if _begins_with(text, word)]
    return register.reason(words[max(found, key=len)]) if found else None


def _code_in(text: str, register: Register) -> str | None:
    if match := _CODE.fullmatch(text):
        return match[1]
    match = _DIALLED.fullmatch(text)
    dialled = {code.code for code in register.codes_of(CodeAction.SET_ABSENCE)}
    return match[2] if match and match[1] in dialled else None


def _words(register: Register, rules: EventRules) -> Iterator[tuple[str, str]]:
    yield from rules.words.items()
    for reason in register.reasons.rows:
        yield reason.name.sv, reason.code
        yield reason.name.en, reason.code


def _begins_with(text: str, word: str) -> bool:
    """The whole word: “semesterplanering” is no holiday."""
    return bool(word) and text.startswith(word) and not text[len(word) : len(word) + 1].isalnum()


def _passed_over(event: Event, times: tuple[datetime, datetime], *, named: bool) -> Text | None:
    """Why it is no absence whatever its subject; None: it may be one."""
    reasons = (
        (event.cancelled, Text(sv="Inställd.", en="It is cancelled.")),
        (event.declined, Text(sv="Personen har tackat nej.", en="The person has declined.")),
        (event.shown is Shown.TENTATIVE, Text(sv="Preliminär.", en="It is tentative.")),
        (times[1] <= times[0], Text(sv="Den har ingen längd.", en="It has no length.")),
        (
            # Calendars show a holiday of whole days as free unless somebody says otherwise.
            event.shown is Shown.FREE and not (event.all_day and named),
            Text(sv="Visas som ledig tid.", en="It is shown as free time."),
        ),
    )
    return next((text for holds, text in reasons if holds), None)


def _absence(reason: AbsenceReason | None, times: tuple[datetime, datetime], because: Text) -> EventRead:
    if reason is not None:
        return EventRead(EventAbsence(reason.code, *times), because)
    return EventRead(
        None,
        Text(
            sv="Inställningens orsak finns inte: ange en annan kod.",
            en="The setting's reason is not there: set another code.",
        ),
    )
