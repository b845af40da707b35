"""O2: what an exception must be to be granted, and whom it would let through."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hanvisa.policy.confidentiality import is_confidential_person
from hanvisa.policy.counting import days
from hanvisa.policy.exceptions import covers
from hanvisa.policy.facts import Person, PolicyException, ScopeKind, aware
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.register import Register
from hanvisa.policy.strictest import or_strictest
from hanvisa.policy.substance import NO_SUBSTANCE, has_substance
from hanvisa.policy.swedish_time import LOCAL


class GrantFault(StrEnum):
    """Why an exception is not granted."""

    NO_END = "no_end"
    NOT_AFTER_START = "not_after_start"
    OVER = "over"
    TOO_LONG = "too_long"
    NO_REASON = "no_reason"


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """An exception that somebody wants to grant or change. ``longest_days`` is a setting."""

    reason: str
    starts_at: datetime
    ends_at: datetime | None
    now: datetime
    longest_days: int = 90


@or_strictest(Effect.REFUSE, "O2")
def decide_grant(facts: GrantFacts) -> Decision:
    fault = fault_of_grant(facts)
    if fault is not None:
        return Decision(Effect.REFUSE, ("O2",), _refusal(fault, facts.longest_days))
    return Decision(Effect.ALLOW, ("O2",), _GRANTED)


def fault_of_grant(facts: GrantFacts) -> GrantFault | None:
    """Days are counted by the clock on the wall in Sweden."""
    if facts.ends_at is None:
        return GrantFault.NO_END
    if facts.ends_at <= facts.starts_at:
        return GrantFault.NOT_AFTER_START
    if facts.ends_at <= aware(facts.now):
        return GrantFault.OVER
    if facts.ends_at > facts.starts_at.astimezone(LOCAL) + timedelta(days=facts.longest_days):
        return GrantFault.TOO_LONG
    return None if has_substance(facts.reason) else GrantFault.NO_REASON


@dataclass(frozen=True, slots=True)
class LetThrough:
    """A mobile that operators could put callers through to. ``confidential``: M4 refuses it all the same."""

    number: str
    person: Person | None
    confidential: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom an exception lets through. ``others``: mobiles that nobody of ours has, too."""

    mobiles: tuple[LetThrough, ...]
    others: bool


def reach_of(exception: PolicyException, register: Register) -> Reach:
    """For the operators that may use it."""
    for_all = replace(exception, operators=None)
    found = []
    for mobile in register.mobiles.rows:
        person = register.person(mobile.person_id)
        if covers(for_all, operator_id=None, person=person, number=mobile.number):
            confidential = person is not None and is_confidential_person(register, person)
            found.append(LetThrough(mobile.number, person, confidential))
    if exception.number and not found:
        found.append(LetThrough(exception.number, None, confidential=False))
    return Reach(tuple(found), others=exception.scope is ScopeKind.EVERYONE)


def _refusal(fault: GrantFault, longest_days: int) -> Text:
    longest = days(longest_days)
    return {
        GrantFault.NO_END: Text(
            sv="Ett undantag har alltid ett slut. Ange det (O2).",
            en="An exception always has an end. Give it (O2).",
        ),
        GrantFault.NOT_AFTER_START: Text(
            sv="Slutet ligger inte efter början. Ange ett senare slut (O2).",
            en="The end is not after the start. Give a later end (O2).",
        ),
        GrantFault.OVER: Text(
            sv="Slutet har redan varit. Ange ett senare slut (O2).",
            en="The end is already past. Give a later end (O2).",
        ),
        GrantFault.TOO_LONG: Text(
            sv=f"Ett undantag gäller högst {longest.sv}. Ange ett tidigare slut, och förnya det då (O2).",
            en=f"An exception lasts {longest.en} at most. Give an earlier end, and renew it then (O2).",
        ),
        GrantFault.NO_REASON: NO_SUBSTANCE,
    }[fault]


_GRANTED = Text(
    sv="Undantaget har ett slut och ett skäl, och kan beviljas (O2).",
    en="The exception has an end and a reason, and can be granted (O2).",
)
