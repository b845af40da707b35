"""Cases of calendars: is somebody absent during this event, and what does a calendar change?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from hanvisa.policy.calendar_events import (
    Event,
    EventAbsence,
    EventRules,
    Kept,
    Shown,
    plan_steps,
    read_event,
)
from hanvisa.policy.case_base import ORDINARY
from hanvisa.policy.case_expected import Case, Compared, ExpectedValues, Written
from hanvisa.policy.case_world import World, id_of
from hanvisa.policy.model import Text


class EventWritten(Written):
    """As in the calendar. ``words``, ``reason_if_private`` and ``reason_if_unnamed`` are settings."""

    subject: str = ""
    starts: datetime | date
    ends: datetime | date
    shown: Shown = Shown.BUSY
    private: bool = False
    cancelled: bool = False
    declined: bool = False
    words: Mapping[str, str] = Field(default_factory=lambda: {"möte": "1"})
    reason_if_private: str = "3"
    reason_if_unnamed: str = ""

    def event(self) -> Event:
        return Event(
            "event",
            self.subject,
            self.starts,
            self.ends,
            self.shown,
            self.private,
            self.cancelled,
            self.declined,
        )

    def rules(self) -> EventRules:
        return EventRules(self.words, self.reason_if_private, self.reason_if_unnamed)


class ExpectedEvent(ExpectedValues):
    """A ``reason`` of "" is no absence."""

    reason: str
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None


class EventCase(Case):
    """Is the person absent during this event?"""

    decide: Literal["event"]
    facts: EventWritten
    expect: ExpectedEvent

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        read = read_event(self.facts.event(), world.register, self.facts.rules())
        absence = read.absence
        came = {
            "reason": absence.reason if absence else "",
            "starts_at": absence.starts_at if absence else None,
            "ends_at": absence.ends_at if absence else None,
        }
        return read.because, self.expect.compare(came)


class AbsenceWritten(Written):
    reason: str = "1"
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    changed: bool = False

    @property
    def absence(self) -> EventAbsence:
        return EventAbsence(self.reason, self.starts_at, self.ends_at)


class CalendarWritten(Written):
    """``says`` are the absences of the calendar's events, ``kept`` those that were made from them before, by event."""

    says: Mapping[str, AbsenceWritten] = Field(default_factory=dict)
    kept: Mapping[str, AbsenceWritten] = Field(default_factory=dict)
    now: AwareDatetime = ORDINARY


class ExpectedSteps(ExpectedValues):
    """The events whose absences are created, left with what is past of them, changed and ended."""

    create: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    end: tuple[str, ...] = ()


class CalendarCase(Case):
    """What does a calendar change?"""

    decide: Literal["calendar"]
    facts: CalendarWritten
    expect: ExpectedSteps

    def compare(self, _: World) -> tuple[Text | None, Compared]:
        kept = [Kept(id_of(key), key, one.absence, one.changed) for key, one in self.facts.kept.items()]
        says = {key: one.absence for key, one in self.facts.says.items()}
        steps = plan_steps(says, kept, self.facts.now)
        key_of = {one.id: one.key for one in kept}
        came = {
            "create": tuple(steps.create),
            "leave": tuple(key_of[id_] for id_ in steps.leave),
            "change": tuple(key_of[id_] for id_ in steps.change),
            "end": tuple(key_of[id_] for id_ in steps.end),
        }
        return None, {name: (getattr(self.expect, name), came[name]) for name in came}
