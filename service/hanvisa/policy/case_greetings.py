"""Cases of the check of mobiles' greetings (M2)."""

from __future__ import annotations

from datetime import time
from typing import Literal

from pydantic import AwareDatetime

from hanvisa.policy.case_base import ORDINARY
from hanvisa.policy.case_expected import Case, Compared, Expected, ExpectedValues, Written
from hanvisa.policy.case_world import World
from hanvisa.policy.greetings import Came, GreetingFacts, decide_greeting_check, what_came
from hanvisa.policy.model import Text


class GreetingWritten(Written):
    at: AwareDatetime = ORDINARY
    checked_at: AwareDatetime | None = None
    rung_at: AwareDatetime | None = None
    every: int = 180
    starts: time = time(9)
    ends: time = time(15)


class GreetingCase(Case):
    """Is a mobile rung now to check its greeting?"""

    decide: Literal["greeting"]
    facts: GreetingWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        decision = decide_greeting_check(GreetingFacts(**self.facts.model_dump()))
        return decision.because, self.expect.compare(decision)


class RungWritten(Written):
    """``unanswered`` "" is that somebody answered."""

    unanswered: Literal["", "busy", "no_answer", "unplugged"] = ""
    spoken: float = 0.0


class ExpectedCame(ExpectedValues):
    came: Came


class CameCase(Case):
    """What came of ringing a mobile?"""

    decide: Literal["greeting_came"]
    facts: RungWritten
    expect: ExpectedCame

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        came = what_came(self.facts.unanswered or None, self.facts.spoken)
        return None, self.expect.compare({"came": came})
