"""T1: each operation has a telephone manager, who is of its organisation."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.policy.facts import Operation, Person
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.register import Register
from hanvisa.policy.strictest import or_strictest


@dataclass(frozen=True, slots=True)
class ManagerFacts:
    """Who is to be an operation's telephone manager. None is nobody, or who is not in the register (any more)."""

    operation: Operation
    person: Person | None


@or_strictest(Effect.REFUSE, "T1")
def decide_telephone_manager(facts: ManagerFacts) -> Decision:
    """May this person be its telephone manager?"""
    name, person = facts.operation.name, facts.person
    if person is None:
        return Decision(
            Effect.REFUSE,
            ("T1",),
            Text(
                sv=f"{name} behöver en telefonansvarig. Utse någon som finns i registret (T1).",
                en=f"{name} needs a telephone manager. Appoint somebody who is in the register (T1).",
            ),
        )
    if person.organisation_id != facts.operation.organisation_id:
        return Decision(
            Effect.REFUSE,
            ("T1",),
            Text(
                sv=f"{person.name} hör till en annan organisation än {name}. Utse någon därifrån (T1).",
                en=f"{person.name} is of another organisation than {name}. Appoint somebody of it (T1).",
            ),
        )
    return Decision(
        Effect.ALLOW,
        ("T1",),
        Text(
            sv=f"{person.name} kan vara telefonansvarig för {name} (T1).",
            en=f"{person.name} can be the telephone manager of {name} (T1).",
        ),
    )


def without_telephone_manager(register: Register) -> tuple[Operation, ...]:
    """The operations that have none, or whose has left or moved to another organisation."""
    return tuple(
        operation
        for operation in register.operations.rows
        if not decide_telephone_manager(ManagerFacts(operation, _manager_of(operation, register))).allowed
    )


def _manager_of(operation: Operation, register: Register) -> Person | None:
    return register.person(operation.telephone_manager_id) if operation.telephone_manager_id else None
