"""M2: a mobile always has a voicemail with a personal greeting. Which are rung to check it, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from hanvisa.policy.facts import aware
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.strictest import or_strictest
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.policy.workdays import is_working_day

GREETS = 4.0  # seconds: a person who answers says less before they listen


@dataclass(frozen=True, slots=True)
class GreetingFacts:
    """``checked_at`` is when the greeting was last found good, ``rung_at`` when the mobile was last rung to check it.

    ``every`` (days), and the hours of a working day, ``starts`` to ``ends`` in local time, are settings.
    """

    at: datetime
    checked_at: datetime | None = None
    rung_at: datetime | None = None
    every: int = 180
    starts: time = time(9)
    ends: time = time(15)

    def __post_init__(self) -> None:
        aware(self.at)


@or_strictest(Effect.REFUSE, "M2")
def decide_greeting_check(facts: GreetingFacts) -> Decision:
    """Is the mobile rung now to check its greeting?"""
    now = facts.at.astimezone(LOCAL)
    if facts.checked_at is not None and facts.at < facts.checked_at + timedelta(days=facts.every):
        return _not(Text(sv="Hälsningen är kontrollerad (M2).", en="The greeting has been checked (M2)."))
    if not (is_working_day(now.date()) and facts.starts <= now.time() < facts.ends):
        return _not(
            Text(
                sv=f"Det rings bara vardagar {facts.starts:%H:%M} till {facts.ends:%H:%M} (M2).",
                en=f"It is rung on working days from {facts.starts:%H:%M} to {facts.ends:%H:%M} (M2).",
            )
        )
    if facts.rung_at is not None and facts.rung_at.astimezone(LOCAL).date() == now.date():
        return _not(Text(sv="Mobilen har ringts i dag (M2).", en="The mobile has been rung today (M2)."))
    return Decision(
        Effect.ALLOW,
        ("M2",),
        Text(sv="Hälsningen ska kontrolleras (M2).", en="The greeting is due for a check (M2)."),
    )


def _not(because: Text) -> Decision:
    return Decision(Effect.REFUSE, ("M2",), because)


class Came(StrEnum):
    """What came of ringing a mobile."""

    VOICEMAIL = "voicemail"  # its greeting is recorded
    PERSON = "person"  # they hear what it is about
    ENGAGED = "engaged"
    OFF = "off"
    NO_ANSWER = "no_answer"  # neither a person nor a voicemail


def what_came(unanswered: str | None, spoken: float) -> Came:
    """``unanswered`` is busy, unplugged or no_answer, None when somebody answered and spoke for so many seconds."""
    match unanswered:
        case None:
            return Came.VOICEMAIL if spoken >= GREETS else Came.PERSON
        case "busy":
            return Came.ENGAGED
        case "unplugged":
            return Came.OFF
    return Came.NO_ANSWER
