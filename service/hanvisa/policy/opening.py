"""When a switchboard is open. A switchboard has hours; a person has none (G2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hanvisa.policy.facts import Window, aware
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.swedish_time import LOCAL, span
from hanvisa.policy.workdays import is_holiday

LOOK_AHEAD = 21  # days; longer than any run of holidays


@dataclass(frozen=True, slots=True)
class OpeningFacts:
    """A switchboard's ``hours`` (none: always open) and the moment of a call."""

    hours: tuple[Window, ...]
    at: datetime


def decide_opening(facts: OpeningFacts) -> Decision:
    """ALLOW: the operators are rung. REFER: the caller hears the closed message, or the night service rings."""
    if not facts.hours:
        return Decision(Effect.ALLOW, (), _ALWAYS)
    if is_open(facts.hours, facts.at):
        return Decision(Effect.ALLOW, (), _OPEN)
    opens = opens_at(facts.hours, facts.at)
    if opens is None:
        return Decision(Effect.REFER, (), _NEVER)
    local = f"{opens.astimezone(LOCAL):%Y-%m-%d %H:%M}"
    return Decision(
        Effect.REFER,
        (),
        Text(sv=f"Växeln är stängd och öppnar {local}.", en=f"The switchboard is closed and opens {local}."),
    )


def is_open(hours: Iterable[Window], at: datetime) -> bool:
    """Whether one of the windows is open. One that would begin on a public holiday or an eve does not open at all."""
    day = aware(at).astimezone(LOCAL).date()
    return any(
        start <= at < end
        for window in hours
        for begins_on in (day - timedelta(days=1), day)
        if begins_on.isoweekday() in window.days and not is_holiday(begins_on)
        for start, end in (span(window, begins_on),)
    )


def opens_at(hours: Iterable[Window], at: datetime) -> datetime | None:
    """The next moment after ``at`` at which a window begins; None when none does for weeks."""
    hours, today = tuple(hours), aware(at).astimezone(LOCAL).date()
    for day in (today + timedelta(days=ahead) for ahead in range(LOOK_AHEAD)):
        if is_holiday(day):
            continue
        starts = [span(window, day)[0] for window in hours if day.isoweekday() in window.days]
        if later := [start for start in starts if start > at]:
            return min(later)
    return None


_ALWAYS = Text(sv="Växeln är alltid öppen.", en="The switchboard is always open.")
_OPEN = Text(sv="Växeln är öppen.", en="The switchboard is open.")
_NEVER = Text(sv="Växeln är stängd tills vidare.", en="The switchboard is closed until further notice.")
