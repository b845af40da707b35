"""The kinds of cases of callers who wait."""

from __future__ import annotations

from typing import Literal

from hanvisa.policy.case_expected import Case, Compared, ExpectedValues, Written
from hanvisa.policy.case_world import World
from hanvisa.policy.model import Text
from hanvisa.policy.waiting import AnswerTime, WaitFacts, expected_minutes


class ExpectedWait(ExpectedValues):
    """0 ``minutes`` are less than one; "" is not known."""

    minutes: int | Literal[""]


class WaitWritten(Written):
    place: int
    operators: int = 1
    answered: tuple[AnswerTime, ...] = ()


class WaitCase(Case):
    """How long may a caller in a queue expect to wait?"""

    decide: Literal["wait"]
    facts: WaitWritten
    expect: ExpectedWait

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        facts = WaitFacts(self.facts.place, self.facts.operators, self.facts.answered)
        minutes = expected_minutes(facts)
        return None, self.expect.compare({"minutes": "" if minutes is None else minutes})
