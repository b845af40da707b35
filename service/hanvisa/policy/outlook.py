"""What the policy would decide of a call that is only thought of, with the facts of the register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from hanvisa.policy.absence import decide_arrival
from hanvisa.policy.destination import (
    Destination,
    destinations_of,
    outside_of_group,
    person_at,
    with_register,
)
from hanvisa.policy.facts import Organisation, Person
from hanvisa.policy.forwarding import forwarding_at
from hanvisa.policy.model import Decision
from hanvisa.policy.numbers import NumberPlan, Reading, read_number
from hanvisa.policy.register import Register
from hanvisa.policy.transfer import JoinFacts, decide_consult, decide_join


@dataclass(frozen=True, slots=True)
class Question:
    """``organisation`` is whose extensions are meant. ``operator`` None is an operator without a name.

    ``rings_itself``: who asks rings all that stands behind the target, with no gate at the ringing. Else the service
    does, which judges each as it rings it, and lets through to those that may be rung.
    """

    kind: Literal["transfer", "consult", "arrival"]
    target: str
    caller: str | None
    operator: Person | None
    organisation: Organisation | None
    at: datetime
    confidential: bool
    rings_itself: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """``decision`` is None when an arrival leads to no person of ours. ``reading`` is what the target was read as.

    ``exceptions`` are all that let it through: who rings several mobiles takes a use for each.
    """

    decision: Decision | None
    reading: Reading
    exceptions: frozenset[UUID] = frozenset()


def decide(
    question: Question, register: Register, plan: NumberPlan, consults: Literal["refuse", "allow"]
) -> Outlook:
    """An absent person is referred; else what the gate decides."""
    reading = read_number(question.target, question.organisation, register, plan)
    person = person_at(reading, register)
    if question.kind == "arrival":
        return Outlook(_arrival(question, person, register, touched=False) if person else None, reading)
    if question.kind == "transfer" and person is not None and not reading.kind.may_be_mobile:
        arrival = _arrival(question, person, register, touched=True)
        if not arrival.allowed:
            return Outlook(arrival, reading)
    several = [_facts(question, end, register, plan) for end in _ends(question, reading, register, plan)]
    is_consult = question.kind == "consult"
    decided = [decide_consult(one, consults) if is_consult else decide_join(one) for one in several]
    decision = _first(decided, allowed=not question.rings_itself)
    minded = decided if question.rings_itself else [decision]
    return Outlook(decision, reading, frozenset(one.exception for one in minded if one.exception))


def _first(decided: Sequence[Decision], *, allowed: bool) -> Decision:
    """The first that is allowed, or refused; where there is none, the first of all."""
    return next((one for one in decided if one.allowed is allowed), decided[0])


def _ends(question: Question, reading: Reading, register: Register, plan: NumberPlan) -> list[Destination]:
    """Where the caller would be. Of a mixed group the service rings the phones, who rings by themselves the others too.

    No rule keeps a caller from the phones.
    """

    def forwarded(person: Person) -> Reading | None:
        forwarding = forwarding_at(register.forwardings_of(person.id), question.at)
        organisation = register.organisation(person.organisation_id)
        return read_number(forwarding.target, organisation, register, plan) if forwarding else None

    outside = outside_of_group(reading, register, plan) if question.rings_itself else []
    return outside or destinations_of(reading, forwarded, register, plan)


def _facts(question: Question, end: Destination, register: Register, plan: NumberPlan) -> JoinFacts:
    caller = read_number(question.caller, question.organisation, register, plan) if question.caller else None
    facts = JoinFacts(
        at=question.at,
        number=end.number,
        touched=True,
        touched_by=question.operator.id if question.operator else None,
        confidential=question.confidential or (caller is not None and caller.confidential),
        via=end.via,
        person=end.person,
    )
    return with_register(facts, register)


def _arrival(question: Question, person: Person, register: Register, *, touched: bool) -> Decision:
    return decide_arrival(
        person,
        register.absences_of(person.id),
        question.at,
        person.best_reached,
        touched=touched,
        direct_number=register.direct_number(person),
    )
