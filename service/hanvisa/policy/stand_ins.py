"""G3: which department answers when one is empty, that is, when none of its persons is to be had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hanvisa.policy.absence import absence_at
from hanvisa.policy.facts import Department
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.register import Register
from hanvisa.policy.strictest import or_strictest


@dataclass(frozen=True, slots=True)
class DepartmentNow:
    """A department and how many of its persons are to be had now (there, or absent for a reason that is reachable)."""

    department: Department
    reachable: int


@dataclass(frozen=True, slots=True)
class DepartmentFacts:
    """The department that is asked for, and those that stand in for it, one for the other.

    ``tried`` are those that have been rung in vain.
    """

    chain: tuple[DepartmentNow, ...]
    tried: tuple[UUID, ...] = ()


def stand_in_chain(
    register: Register, department_id: UUID, at: datetime, *, besides: UUID | None = None
) -> tuple[DepartmentNow, ...]:
    """The department, its stand-in, that one's, and so on; none twice. ``besides``: a person who does not count."""
    return tuple(_chain(register, department_id, at, besides))


def answering(facts: DepartmentFacts) -> Department | None:
    """The first of the chain that is neither empty nor tried; None: nobody."""
    return next(
        (now.department for now in facts.chain if now.reachable > 0 and now.department.id not in facts.tried),
        None,
    )


@or_strictest(Effect.REFER, "G3")
def decide_department(facts: DepartmentFacts) -> Decision:
    """Who answers for the department: itself, a stand-in (G3), or, referred, nobody of these."""
    asked, answers = facts.chain[0].department, answering(facts)
    if answers is None:
        return Decision(
            Effect.REFER,
            ("G3",),
            Text(
                # Who takes the call instead is not decided here: an operator who has dialled it is in no queue.
                sv=f"Ingen på {asked.name} eller hos dem som ersätter kan svara (G3).",
                en=f"Nobody at {asked.name} or its stand-ins can answer (G3).",
            ),
        )
    if answers.id == asked.id:
        return Decision(
            Effect.ALLOW,
            (),
            Text(sv=f"{asked.name} är bemannad.", en=f"{asked.name} has somebody there."),
        )
    return Decision(
        Effect.ALLOW,
        ("G3",),
        Text(
            sv=f"Ingen på {asked.name} kan svara, så {answers.name} svarar i stället (G3).",
            en=f"Nobody at {asked.name} can answer, so {answers.name} answers instead (G3).",
        ),
    )


def _chain(
    register: Register, department_id: UUID, at: datetime, besides: UUID | None
) -> Iterator[DepartmentNow]:
    passed: set[UUID] = set()
    next_id: UUID | None = department_id
    while next_id is not None and next_id not in passed:
        passed.add(next_id)
        department = register.department(next_id)
        if department is None:
            return
        yield DepartmentNow(department, _reachable(register, next_id, at, besides))
        next_id = department.stand_in_id


def _reachable(register: Register, department_id: UUID, at: datetime, besides: UUID | None) -> int:
    now = (
        absence_at(register.absences_of(member.id), at)
        for member in register.members(department_id)
        if member.id != besides
    )
    return sum(1 for absence in now if absence is None or absence.reason.reachable)
