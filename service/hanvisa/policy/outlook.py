"""What the policy would decide of a call that is only thought of, with the facts of the register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hanvisa.policy.absence import decide_arrival
from hanvisa.policy.destination import Destination, destinations_of, person_at, with_register
from hanvisa.policy.facts import Organisation, Person
from hanvisa.policy.forwarding import forwarding_at
from hanvisa.policy.model import Decision
from hanvisa.policy.numbers import NumberPlan, Reading, read_number
from hanvisa.policy.register import Register
from hanvisa.policy.transfer import JoinFacts, decide_any, decide_consult


@dataclass(frozen=True, slots=True)
class Question:
    """``organisation`` is whose extensions are meant. ``operator`` None is an operator without a name."""

    kind: Literal["transfer", "consult", "arrival"]
    target: str
    caller: str | None
    operator: Person | None
    organisation: Organisation | None
    at: datetime
    confidential: bool


def decide(
    question: Question, register: Register, plan: NumberPlan, consults: Literal["refuse", "allow"]
) -> tuple[Decision | None, Reading]:
    """The decision, and what the target was read as. None when an arrival leads to no person of ours."""
    reading = read_number(question.target, question.organisation, register, plan)
    person = person_at(reading, register)
    match question.kind:
        case "arrival":
            decision = _arrival(question, person, register, touched=False) if person else None
        case "consult":
            facts = _facts(question, Destination(reading), register, plan)
            decision = decide_consult(facts, consults)
        case "transfer":
            decision = _transfer(question, reading, register, plan)
    return decision, reading


def _transfer(question: Question, reading: Reading, register: Register, plan: NumberPlan) -> Decision:
    """An absent person is referred; else what the gate decides."""
    person = person_at(reading, register)
    if person is not None and not reading.kind.may_be_mobile:
        arrival = _arrival(question, person, register, touched=True)
        if not arrival.allowed:
            return arrival

    def forwarded(person: Person) -> Reading | None:
        forwarding = forwarding_at(register.forwardings_of(person.id), question.at)
        organisation = register.organisation(person.organisation_id)
        return read_number(forwarding.target, organisation, register, plan) if forwarding else None

    ends = destinations_of(reading, forwarded, register, plan)
    _, decision = decide_any(_facts(question, end, register, plan) for end in ends)
    return decision


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
