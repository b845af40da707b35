"""M3: forwarding one's phone, to inside numbers freely, to a mobile sparingly and for a while only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from hanvisa.policy.counting import days
from hanvisa.policy.facts import Forwarding, ForwardingKind, Person, TargetKind, aware
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.numbers import NumberKind, Reading
from hanvisa.policy.strictest import or_strictest
from hanvisa.policy.swedish_time import LOCAL, WORKDAY_ENDS, local_time

MIDNIGHT = time()
COUNTED = timedelta(days=62)  # how far back forwardings may count towards the allowance of a month
FORWARDABLE = (NumberKind.INTERNAL, NumberKind.FIXED, NumberKind.MOBILE)


class ForwardingFault(StrEnum):
    """Why a forwarding is refused."""

    OVER = "over"
    PRIVATE = "private"
    NO_TARGET = "no_target"
    TO_ITSELF = "to_itself"
    CONFIDENTIAL_LINE = "confidential_line"
    TOO_LONG = "too_long"
    USED_UP = "used_up"


Judge = Callable[[tuple[Forwarding, ...]], Decision]
"""May it be set? Asked where it is stored, with the person's other forwardings, the past ones of these months too."""


@dataclass(frozen=True, slots=True)
class ForwardingLimits:
    """Settings: the longest a phone may be forwarded to a mobile, and on how many days of a month."""

    longest_days: int = 5
    days_a_month: int = 10


@dataclass(frozen=True, slots=True)
class ForwardingFacts:
    """A forwarding that somebody wants to set. ``confidential``: the line, the person or their department is.

    ``private``: to a number with the prefix of private calls.
    ``to_mobiles`` are the person's other forwardings to mobiles, the past ones of these months among them.
    """

    person: Person
    target: Reading
    starts_at: datetime
    ends_at: datetime
    now: datetime
    confidential: bool = False
    to_mobiles: tuple[Forwarding, ...] = ()
    limits: ForwardingLimits = ForwardingLimits()
    private: bool = False


def forwarding_at(
    forwardings: Iterable[Forwarding], at: datetime, kind: ForwardingKind = ForwardingKind.ALWAYS
) -> Forwarding | None:
    """The forwarding of this kind that is on now; of several the one that began last."""
    on = [one for one in forwardings if one.kind is kind and one.starts_at <= aware(at) < one.ends_at]
    return max(on, key=lambda forwarding: forwarding.starts_at, default=None)


def default_end(starts_at: datetime) -> datetime:
    """When a forwarding ends if nobody said: 17:00 the same day, or midnight when that is past."""
    day = aware(starts_at).astimezone(LOCAL).date()
    evening = local_time(day, WORKDAY_ENDS)
    return evening if evening > starts_at else local_time(day + timedelta(days=1), MIDNIGHT)


@or_strictest(Effect.REFUSE, "M3")
def decide_forwarding(facts: ForwardingFacts) -> Decision:
    """May this forwarding be set? A mobile, or what may be one, within the limits and never on a confidential line."""
    fault = fault_of(facts)
    if fault is not None:
        rules = {ForwardingFault.CONFIDENTIAL_LINE: ("M4", "M3"), ForwardingFault.PRIVATE: ("P1", "G4")}
        return Decision(Effect.REFUSE, rules.get(fault, ("M3",)), _refusal(fault, facts.limits))
    if not facts.target.kind.may_be_mobile:
        return Decision(Effect.ALLOW, (), _NO_MOBILE)
    return Decision(Effect.ALLOW, ("M3",), _within(days_left(facts)))


def fault_of(facts: ForwardingFacts) -> ForwardingFault | None:
    """Why the forwarding is refused, None when it is allowed."""
    target = facts.target
    if facts.ends_at <= facts.starts_at or facts.ends_at <= aware(facts.now):
        return ForwardingFault.OVER
    if facts.private:  # whoever rings is not the one who may call privately, and the number would be kept
        return ForwardingFault.PRIVATE
    if target.kind not in FORWARDABLE or target.number is None:
        return ForwardingFault.NO_TARGET
    if target.kind is NumberKind.INTERNAL and target.target == (TargetKind.PERSON, facts.person.id):
        return ForwardingFault.TO_ITSELF
    return _fault_to_mobile(facts) if target.kind.may_be_mobile else None


def _fault_to_mobile(facts: ForwardingFacts) -> ForwardingFault | None:
    if facts.confidential or facts.person.confidential or facts.target.confidential:
        return ForwardingFault.CONFIDENTIAL_LINE
    if facts.ends_at > facts.starts_at.astimezone(LOCAL) + timedelta(days=facts.limits.longest_days):
        return ForwardingFault.TOO_LONG
    return ForwardingFault.USED_UP if days_left(facts) < 0 else None


def days_left(facts: ForwardingFacts) -> int:
    """Days of the allowance left with this forwarding counted, in the month that has fewest; below 0 is too many."""
    wanted = set(days_between(facts.starts_at, facts.ends_at))
    used = {day for other in facts.to_mobiles for day in days_between(other.starts_at, other.ends_at)}
    months = {(day.year, day.month) for day in wanted}
    in_month = (sum((day.year, day.month) == month for day in wanted | used) for month in months)
    return facts.limits.days_a_month - max(in_month, default=0)


def days_used(to_mobiles: Iterable[Forwarding], day: date) -> int:
    """On how many days of the month of ``day`` the phone is forwarded to a mobile."""
    used = {one for other in to_mobiles for one in days_between(other.starts_at, other.ends_at)}
    return sum((one.year, one.month) == (day.year, day.month) for one in used)


def days_between(starts_at: datetime, ends_at: datetime) -> Iterable[date]:
    """The days in Sweden that the time touches; the end is not included, and no time touches none."""
    if ends_at <= aware(starts_at):
        return ()
    first = aware(starts_at).astimezone(LOCAL).date()
    last = (aware(ends_at).astimezone(LOCAL) - timedelta(microseconds=1)).date()
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _refusal(fault: ForwardingFault, limits: ForwardingLimits) -> Text:
    longest, in_month = days(limits.longest_days), days(limits.days_a_month)
    return {
        ForwardingFault.OVER: Text(
            sv="Vidarekopplingen slutar innan den börjar, eller är redan över. Ange ett senare slut (M3).",
            en="The forwarding ends before it begins, or is over already. Give a later end (M3).",
        ),
        ForwardingFault.PRIVATE: Text(
            sv="En telefon vidarekopplas inte med privatsamtalens prefix (P1, G4). Ange numret utan det.",
            en="A phone is not forwarded with the prefix of private calls (P1, G4). Give the number without it.",
        ),
        ForwardingFault.NO_TARGET: Text(
            sv="Det numret går det inte att vidarekoppla till. Ange en anknytning eller ett telefonnummer (M3).",
            en="A phone can't be forwarded to that number. Give an extension or a telephone number (M3).",
        ),
        ForwardingFault.TO_ITSELF: Text(
            sv="En telefon kan inte vidarekopplas till sig själv. Ange ett annat nummer (M3).",
            en="A phone can't be forwarded to itself. Give another number (M3).",
        ),
        ForwardingFault.CONFIDENTIAL_LINE: Text(
            sv="En sekretesslinje vidarekopplas aldrig till en mobil (M4, M3). Ange en anknytning i stället.",
            en="A confidential line is never forwarded to a mobile (M4, M3). Give an extension instead.",
        ),
        ForwardingFault.TOO_LONG: Text(
            sv=f"Vidarekoppling till mobil får vara högst {longest.sv} (M3). Ange ett tidigare slut.",
            en=f"Forwarding to a mobile may last {longest.en} at most (M3). Give an earlier end.",
        ),
        ForwardingFault.USED_UP: Text(
            sv=f"Månaden har {in_month.sv} för vidarekoppling till mobil, och det räcker inte (M3). "
            "Ange ett tidigare slut, eller en anknytning i stället.",
            en=f"The month has {in_month.en} for forwarding to a mobile, which is not enough (M3). "
            "Give an earlier end, or an extension instead.",
        ),
    }[fault]


def _within(left: int) -> Text:
    return Text(
        sv=f"Vidarekopplingen till mobil är tillåten. Dagar kvar denna månad: {left} (M3).",
        en=f"The forwarding to a mobile is allowed. Days left this month: {left} (M3).",
    )


_NO_MOBILE = Text(
    sv="Vidarekoppling till annat än mobil begränsas inte.",
    en="Forwarding to anything but a mobile is not limited.",
)
