"""Who of a department is there on a day, for the view of its week (G3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from hanvisa.policy.coverage import Member, Span, Team, has_a_minute, worked
from hanvisa.policy.facts import Absence


class Presence(StrEnum):
    THERE = "there"
    REACHABLE = "reachable"  # absent for a reason that is
    PARTLY = "partly"
    AWAY = "away"
    OFF = "off"  # not theirs to work, or the department's

    @property
    def can_be_reached(self) -> bool:
        return self in (Presence.THERE, Presence.REACHABLE, Presence.PARTLY)


def presence(member: Member, team: Team, day: date, absences: Sequence[Absence]) -> Presence:
    """``absences`` are the member's own, of any time."""
    works = tuple(worked(member, team, day, team.working_time(day))) if member.belongs(day) else ()
    if not works:
        return Presence.OFF
    then = [one for one in absences if any(_meets(one, span) for span in works)]
    away = sorted((one for one in then if not one.reason.reachable), key=lambda one: one.starts_at)
    if not any(has_a_minute(*span, away) for span in works):
        return Presence.AWAY
    if away:
        return Presence.PARTLY
    return Presence.REACHABLE if then else Presence.THERE


def _meets(absence: Absence, span: Span) -> bool:
    start, end = span
    return absence.starts_at < end and (absence.ends_at is None or absence.ends_at > start)
