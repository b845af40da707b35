"""A number as somebody spells it, which many kinds of cases begin with, and what it is read as."""

from __future__ import annotations

from typing import Literal

from hanvisa.policy.case_expected import (
    Case,
    Compared,
    ExpectedReading,
    Written,
)
from hanvisa.policy.case_world import World
from hanvisa.policy.model import Text
from hanvisa.policy.numbers import NumberPlan, Reading, read_number


class Dialled(Written):
    """A number as somebody spells it, on a phone of an organisation."""

    dialled: str
    organisation: str | None = None
    outside_prefix: str = "0"
    outside_prefix_required: bool = False

    def read(self, world: World) -> Reading:
        organisation = (
            world.organisation(self.organisation)
            if self.organisation
            else next(iter(world.register.organisations.rows), None)
        )
        plan = NumberPlan(self.outside_prefix, self.outside_prefix_required)
        return read_number(self.dialled, organisation, world.register, plan)


class NumberCase(Case):
    """What does a dialled string lead to?"""

    decide: Literal["number"]
    facts: Dialled
    expect: ExpectedReading

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        reading = self.facts.read(world)
        came = {
            "kind": reading.kind,
            "number": reading.number or "",
            "confidential": reading.confidential,
        }
        return None, self.expect.compare(came)
