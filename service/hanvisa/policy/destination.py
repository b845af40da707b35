"""Where a transfer would end, and what the register says of that: alike for the gate and for who asks beforehand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hanvisa.policy.confidentiality import has_confidential_line, is_confidential_person
from hanvisa.policy.facts import Person, TargetKind
from hanvisa.policy.numbers import NumberKind, NumberPlan, Reading, read_number
from hanvisa.policy.register import Register
from hanvisa.policy.transfer import JoinFacts, Via

Forwarded = Callable[[Person], Reading | None]
"""Where a person's phone is forwarded now, None: nowhere."""


@dataclass(frozen=True, slots=True)
class Destination:
    """``person`` is whose the extension is, None where it is nobody's or the number is outside."""

    number: Reading
    person: Person | None = None
    via: Via = Via.DIRECT


def destinations_of(
    dialled: Reading, forwarded: Forwarded, register: Register, plan: NumberPlan
) -> list[Destination]:
    """The number itself, or that outside which stands behind an extension: of a group without phones each of its own.

    Of a mixed group the phones ring.
    """
    if dialled.kind is not NumberKind.INTERNAL or dialled.target is None:
        return [Destination(dialled)]
    kind, id_ = dialled.target
    group = register.group(id_) if kind is TargetKind.GROUP else None
    if group is not None and group.numbers and not group.member_ids:
        return outside_of_group(dialled, register, plan)
    person = person_at(dialled, register)
    onward = forwarded(person) if person else None
    if onward is None:
        return [Destination(dialled, person)]
    return [Destination(_in_confidence(onward, dialled, register), person, Via.FORWARDING)]


def outside_of_group(dialled: Reading, register: Register, plan: NumberPlan) -> list[Destination]:
    """The numbers that stand behind a group's extension beside its members' phones; none where it is no group's."""
    kind, id_ = dialled.target or (None, None)
    group = register.group(id_) if id_ and kind is TargetKind.GROUP else None
    readings = [read_number(number, None, register, plan) for number in group.numbers] if group else []
    return [Destination(_in_confidence(one, dialled, register), via=Via.GROUP) for one in readings]


def _in_confidence(onward: Reading, dialled: Reading, register: Register) -> Reading:
    """M4: whatever stands behind a line, it is that line which the caller would be on."""
    is_confidential = dialled.target is not None and has_confidential_line(register, *dialled.target)
    return replace(onward, confidential=onward.confidential or dialled.confidential or is_confidential)


def person_at(number: Reading, register: Register) -> Person | None:
    """Whose number of ours it is, where it is a person's."""
    kind, id_ = number.target or (None, None)
    return register.person(id_) if id_ and kind is TargetKind.PERSON else None


def with_register(facts: JoinFacts, register: Register) -> JoinFacts:
    """The facts of a step, with what the register says of ``number``, of its holder and of ``person``."""
    mobile = register.mobile(facts.number.number) if facts.number.number else None
    holder = register.person(mobile.person_id) if mobile else None
    person = facts.person or holder
    return replace(
        facts,
        person=person,
        target_confidential=any(is_confidential_person(register, one) for one in (person, holder) if one),
        # Only a mobile needs an exception: what is kept with the decision stays small.
        exceptions=register.exceptions.rows if facts.number.kind.may_be_mobile else (),
        direct_number=register.direct_number(person) if person else None,
        mobile_protected=any(one.protected for one in (mobile, holder) if one),
    )
