"""Cases of the superuser's spoken guide (O3): who hears it, and what it tells."""

from __future__ import annotations

from typing import Literal

from hanvisa.policy.case_expected import Case, Compared, Expected, ExpectedValues, Written
from hanvisa.policy.case_world import World
from hanvisa.policy.guide import GuideFacts, after_step, decide_guide, guide_steps, superuser_to_ask
from hanvisa.policy.model import Text


class Dialling(Written):
    """``person`` is whose phone it is."""

    person: str


class ExpectedGuide(Expected):
    """``ask`` is the superuser (given name, in small letters) whom somebody else is told to ask, "" nobody."""

    steps: tuple[str, ...] | None = None
    ask: str | None = None


class GuideCase(Case):
    """Who dials the guide's code hears it, or whom to ask."""

    decide: Literal["guide"]
    facts: Dialling
    expect: ExpectedGuide

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        register, person = world.register, world.person(self.facts.person)
        decision = decide_guide(GuideFacts(register.is_superuser(person.id)))
        compared = self.expect.compare(decision)
        if self.expect.steps is not None:
            compared["steps"] = (self.expect.steps, tuple(step.code for step in guide_steps(register)))
        if self.expect.ask is not None:
            ask = superuser_to_ask(register, person)
            compared["ask"] = (self.expect.ask, ask.given_name.casefold() if ask else "")
        return decision.because, compared


class Pressed(Written):
    """``key`` "" is none."""

    step: int
    key: str = ""


class ExpectedStep(ExpectedValues):
    """``next`` -1 is the end."""

    next: int


class GuideStepCase(Case):
    """Which step of the guide comes after a key?"""

    decide: Literal["guide_step"]
    facts: Pressed
    expect: ExpectedStep

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        step = after_step(self.facts.step, self.facts.key or None)
        return None, self.expect.compare({"next": -1 if step is None else step})
