"""What the policy would decide of a call that is only thought of, with the facts of the register."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hanvisa.policy.absence import decide_arrival
from hanvisa.policy.confidentiality import is_confidential_person
from hanvisa.policy.facts import Organisation, Person, TargetKind
from hanvisa.policy.forwarding import forwarding_at
from hanvisa.policy.model import Decision
from hanvisa.policy.numbers import NumberPlan, Reading, read_number
from hanvisa.policy.register import Register
from hanvisa.policy.transfer import JoinFacts, Via, decide_consult, decide_join


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
    if question.kind == "arrival":
        person = _person(reading, register)
        return (_arrival(question, person, register, touched=False) if person else None), reading
    if question.kind == "consult":
        return decide_consult(
            _facts(question, _End(reading, None, Via.DIRECT), register, plan), consults
        ), reading
    return _transfer(question, reading, register, plan), reading


def _transfer(question: Question, reading: Reading, register: Register, plan: NumberPlan) -> Decision:
    """An absent person is referred; then every end that the target leads to must be allowed."""
    person = _person(reading, register)
    if person is not None and not reading.kind.may_be_mobile:
        arrival = _arrival(question, person, register, touched=True)
        if not arrival.allowed:
            return arrival
    decisions = [
        decide_join(_facts(question, end, register, plan)) for end in _ends(question, reading, register, plan)
    ]
    return next((decision for decision in decisions if not decision.allowed), decisions[-1])


@dataclass(frozen=True, slots=True)
class _End:
    """A number where the call would end, whose it is, and by which way."""

    reading: Reading
    person: Person | None
    via: Via


def _ends(question: Question, reading: Reading, register: Register, plan: NumberPlan) -> Iterator[_End]:
    """The number itself, or what it is forwarded to, and a group's outside members."""
    person = _person(reading, register)
    forwarding = forwarding_at(register.forwardings_of(person.id), question.at) if person else None
    yield _End(reading, person, Via.DIRECT)
    if person is not None and forwarding is not None and not reading.kind.may_be_mobile:
        organisation = register.organisation(person.organisation_id)
        yield _End(read_number(forwarding.target, organisation, register, plan), person, Via.FORWARDING)
    if reading.target is not None and reading.target[0] is TargetKind.GROUP:
        group = register.group(reading.target[1])
        for number in group.numbers if group else ():
            yield _End(read_number(number, None, register, plan), None, Via.GROUP)


def _facts(question: Question, end: _End, register: Register, plan: NumberPlan) -> JoinFacts:
    mobile = register.mobile(end.reading.number) if end.reading.number else None
    person = end.person or (register.person(mobile.person_id) if mobile else None)
    caller = read_number(question.caller, question.organisation, register, plan) if question.caller else None
    return JoinFacts(
        at=question.at,
        number=end.reading,
        touched=True,
        touched_by=question.operator.id if question.operator else None,
        confidential=question.confidential or (caller is not None and caller.confidential),
        target_confidential=person is not None and is_confidential_person(register, person),
        via=end.via,
        person=person,
        exceptions=register.exceptions.rows,
        direct_number=register.direct_number(person) if person else None,
        mobile_protected=mobile.protected if mobile else False,
    )


def _arrival(question: Question, person: Person, register: Register, *, touched: bool) -> Decision:
    return decide_arrival(
        person,
        register.absences_of(person.id),
        question.at,
        person.best_reached,
        touched=touched,
        direct_number=register.direct_number(person),
    )


def _person(reading: Reading, register: Register) -> Person | None:
    if reading.target is None or reading.target[0] is not TargetKind.PERSON:
        return None
    return register.person(reading.target[1])
