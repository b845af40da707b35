"""Cases of what is registered: mobiles (H1, B1, M1, P1), and telephone managers (T1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from pydantic import AwareDatetime

from hanvisa.policy.case_base import ORDINARY
from hanvisa.policy.case_expected import Case, Compared, Expected, ExpectedValues, Written
from hanvisa.policy.case_world import World, id_of
from hanvisa.policy.model import Text
from hanvisa.policy.numbers import NumberPlan, read_number
from hanvisa.policy.registration import MobileFacts, MobileFault, decide_mobile, faults_of_mobile
from hanvisa.policy.telephone_managers import (
    ManagerFacts,
    decide_telephone_manager,
    without_telephone_manager,
)


class MobileWritten(Written):
    """A whole registration; a case says what is otherwise. "" is what is not given."""

    person: str = "anna"
    number: str = "070-174 06 90"
    carrier: str = "Anvisad operatör"
    carriers: tuple[str, ...] = ("Anvisad operatör",)
    grounds: str = "Arbetar på fältet"
    decided_by: str = "Maria Ek, verksamhetschef"
    decided_at: AwareDatetime | Literal[""] = datetime(2026, 3, 2, 8, tzinfo=UTC)
    now: AwareDatetime = ORDINARY
    changes: str = ""
    itemised_invoice: bool = False
    private_use: bool = False


class ExpectedMobile(Expected):
    faults: tuple[MobileFault, ...] = ()


class MobileCase(Case):
    """May this mobile be registered? ``changes`` is the registered mobile that is changed."""

    decide: Literal["mobile"]
    facts: MobileWritten
    expect: ExpectedMobile

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        written, register = self.facts, world.register
        holder = world.person(written.person) if written.person else None
        number = read_number(written.number, None, register, NumberPlan()) if written.number else None
        registered = register.mobile(number.number) if number and number.number else None
        if registered and written.changes and registered.id == world.id_(written.changes):
            registered = None
        facts = MobileFacts(
            holder=holder,
            number=number,
            registered=registered,
            decided_at=written.decided_at or None,
            **written.model_dump(exclude={"person", "number", "decided_at", "changes"}),
        )
        decision = decide_mobile(facts)
        compared = self.expect.compare(decision)
        compared["faults"] = (self.expect.faults, faults_of_mobile(facts))
        return decision.because, compared


class ManagerWritten(Written):
    """A ``person`` of "" is nobody."""

    operation: str
    person: str = ""


class ManagerCase(Case):
    """May this person be the operation's telephone manager?"""

    decide: Literal["telephone_manager"]
    facts: ManagerWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        person = world.person(self.facts.person) if self.facts.person else None
        decision = decide_telephone_manager(ManagerFacts(world.operation(self.facts.operation), person))
        return decision.because, self.expect.compare(decision)


class ExpectedUnmanaged(ExpectedValues):
    operations: tuple[str, ...]


class UnmanagedCase(Case):
    """Which operations have no telephone manager? ``managers`` are by operation."""

    decide: Literal["without_telephone_manager"]
    managers: dict[str, str]
    expect: ExpectedUnmanaged

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        managers = {world.id_(operation): id_of(person) for operation, person in self.managers.items()}
        register = world.register.replace(
            operations=[
                replace(operation, telephone_manager_id=managers.get(operation.id))
                for operation in world.register.operations.rows
            ]
        )
        found = tuple(operation.name for operation in without_telephone_manager(register))
        return None, self.expect.compare({"operations": found})
