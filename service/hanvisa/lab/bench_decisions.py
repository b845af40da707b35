"""``./dev bench decisions``: what a decision costs in registers of 100, 10,000 and 100,000 people."""

import platform
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from time import perf_counter
from uuid import UUID

from hanvisa.config import Settings
from hanvisa.lab.bench_words import Told, machine
from hanvisa.policy.absence import decide_arrival
from hanvisa.policy.facts import (
    Absence,
    AbsenceReason,
    Mobile,
    OutsideNumber,
    Person,
    TargetKind,
    TimeKind,
)
from hanvisa.policy.model import Effect, Text
from hanvisa.policy.numbers import NumberPlan, read_number
from hanvisa.policy.register import Register
from hanvisa.policy.transfer import JoinFacts, decide_join

SIZES = (100, 10_000, 100_000)
DECIDED = 2_000  # calls, the same many in each register
ROUNDS = 5  # of which the quickest counts: what else the machine does only makes it slower
SEED = 3
PLAN = NumberPlan()
NOW = datetime(2026, 8, 3, 10, tzinfo=UTC)
OPERATOR = UUID(int=1)
ABSENT_EVERY = 20

Decide = Callable[[Register, int], Effect]
"""Decides about the person of this place in the register, as a call does: from what was dialled."""


async def bench_decisions(settings: Settings) -> str:  # noqa: ARG001 - no system is needed
    """Measure and print; what was said of it, to be kept."""
    told = Told()
    told(_setting())
    registers = {size: crowd(size) for size in SIZES}
    told(f"{'people':>24}" + "".join(f"{size:>12,}".replace(",", " ") for size in SIZES))
    for what, decide in KINDS.items():
        told(row(what, [_cost(decide, register) for register in registers.values()]))
    return told.kept()


def crowd(size: int) -> Register:
    """So many people with a direct number and a mobile each; one of twenty is absent."""
    reason = AbsenceReason("1", Text("Möte", "Meeting"), Text("är på möte", "is in a meeting"), TimeKind.TIME)
    persons = [
        Person(UUID(int=number + 10), "Test", f"Person {number}", *(UUID(int=2),) * 3)
        for number in range(size)
    ]
    return Register().replace(
        persons=persons,
        numbers=[
            OutsideNumber(direct(number), TargetKind.PERSON, one.id) for number, one in enumerate(persons)
        ],
        mobiles=[Mobile(one.id, one.id, mobile(number)) for number, one in enumerate(persons)],
        reasons=[reason],
        absences=[
            Absence(one.id, one.id, reason, NOW - timedelta(hours=1), NOW + timedelta(hours=1))
            for one in persons[::ABSENT_EVERY]
        ],
    )


def direct(number: int) -> str:
    """E.164, longer than any that there is."""
    return f"+4680319{number:07}"


def mobile(number: int) -> str:
    return f"+4670174{number:06}"


def decide_call(register: Register, number: int) -> Effect:
    """A carrier's call to a direct number: the phone rings, or the call is referred (G1)."""
    reading = read_number(direct(number), None, register, PLAN)
    person = register.person(reading.target[1]) if reading.target else None
    if person is None:
        raise LookupError(f"{direct(number)} leads to nobody")
    return decide_arrival(person, register.absences_of(person.id), NOW).effect


def decide_transfer(register: Register, number: int) -> Effect:
    """An operator's transfer to a registered mobile (O2)."""
    reading = read_number(mobile(number), None, register, PLAN)
    person = register.person(reading.target[1]) if reading.target else None
    facts = JoinFacts(
        NOW,
        reading,
        touched=True,
        touched_by=OPERATOR,
        person=person,
        exceptions=register.exceptions.rows,
        direct_number=register.direct_number(person) if person else None,
    )
    return decide_join(facts).effect


KINDS: dict[str, Decide] = {"a call to a person": decide_call, "a transfer to a mobile": decide_transfer}


def row(what: str, costs: Sequence[float]) -> str:
    """What a decision costs in each register (seconds), and how many times the smallest one's the largest one's is."""
    return (
        f"{what:>24}"
        + "".join(f"{cost * 1e6:9.1f} µs" for cost in costs)
        + f"   {costs[-1] / costs[0]:.2f} times"
    )


def _cost(decide: Decide, register: Register) -> float:
    """Of one decision, in seconds. Everybody is as likely to be called as everybody else."""
    rng = random.Random(SEED)  # noqa: S311 - the same calls each time
    called = [rng.randrange(len(register.persons.rows)) for _ in range(DECIDED)]
    decide(register, 0)  # makes the indexes
    return min(_time(decide, register, called) for _ in range(ROUNDS)) / DECIDED


def _time(decide: Decide, register: Register, called: Sequence[int]) -> float:
    began = perf_counter()
    for number in called:
        decide(register, number)
    return perf_counter() - began


def _setting() -> str:
    return f"""
machine        {machine()}
versions       Python {platform.python_version()}
a decision     from what was dialled to the decision, without the call: the number is read and its person looked up;
               {DECIDED} of people chosen by chance, {ROUNDS} times, of which the quickest counts
"""
