"""Cases of forwardings (M3, M4)."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from hanvisa.policy.case_base import ORDINARY, Row, of_person
from hanvisa.policy.case_dialled import Dialled
from hanvisa.policy.case_expected import (
    Case,
    Compared,
    Expected,
)
from hanvisa.policy.case_world import World
from hanvisa.policy.confidentiality import is_confidential_person
from hanvisa.policy.facts import (
    Forwarding,
)
from hanvisa.policy.forwarding import ForwardingFacts, ForwardingLimits, decide_forwarding
from hanvisa.policy.model import Text


class ForwardingWritten(Dialled):
    person: str
    starts_at: AwareDatetime = ORDINARY
    ends_at: AwareDatetime
    now: AwareDatetime = ORDINARY
    longest_days: int = 5
    days_a_month: int = 10
    private: bool = False


class ForwardingCase(Case):
    """May a person forward their phone there? ``to_mobiles`` are their other forwardings to mobiles."""

    decide: Literal["forwarding"]
    facts: ForwardingWritten
    to_mobiles: tuple[Row, ...] = ()
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        person = world.person(self.facts.person)
        facts = ForwardingFacts(
            person=person,
            target=self.facts.read(world),
            starts_at=self.facts.starts_at,
            ends_at=self.facts.ends_at,
            now=self.facts.now,
            confidential=is_confidential_person(world.register, person),
            limits=ForwardingLimits(self.facts.longest_days, self.facts.days_a_month),
            to_mobiles=world.facts(
                Forwarding, of_person(self.facts.person, self.to_mobiles, target="0701740605")
            ),
            private=self.facts.private,
        )
        decision = decide_forwarding(facts)
        return decision.because, self.expect.compare(decision)
