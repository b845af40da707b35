"""Cases of calls that go out, and of numbers left to be rung back (G4, P1, M4)."""

from __future__ import annotations

from typing import Literal

from hanvisa.policy.callbacks import CallbackFacts, decide_callback
from hanvisa.policy.case_dialled import Dialled
from hanvisa.policy.case_expected import (
    Case,
    Compared,
    Expected,
)
from hanvisa.policy.case_world import World
from hanvisa.policy.facts import (
    CallingClass,
)
from hanvisa.policy.model import Text
from hanvisa.policy.outgoing import OutgoingFacts, PrivateCalls, class_needed, decide_outgoing


class OutgoingWritten(Dialled):
    """``person`` None is a shared phone without anybody."""

    person: str | None = None
    usual: CallingClass = CallingClass.NATIONAL
    private: bool = False
    private_calls: PrivateCalls = PrivateCalls.ITEMISED


class OutgoingCase(Case):
    """May a phone of ours call that number?"""

    decide: Literal["outgoing"]
    facts: OutgoingWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        person = world.person(self.facts.person) if self.facts.person else None
        department = world.register.department(person.department_id) if person else None
        facts = OutgoingFacts(
            needs=class_needed(self.facts.read(world)),
            own=person.may_call if person else None,
            department=department.may_call if department else None,
            usual=self.facts.usual,
            private=self.facts.private,
            private_calls=self.facts.private_calls,
        )
        decision = decide_outgoing(facts)
        return decision.because, self.expect.compare(decision)


class CallbackWritten(Dialled):
    confidential: bool = False
    usual: CallingClass = CallingClass.NATIONAL


class CallbackCase(Case):
    """May a caller leave that number to be rung back on?"""

    decide: Literal["callback"]
    facts: CallbackWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        facts = CallbackFacts(self.facts.read(world), self.facts.confidential, self.facts.usual)
        decision = decide_callback(facts)
        return decision.because, self.expect.compare(decision)
