"""Cases of a switchboard's hours."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from hanvisa.policy.case_base import ORDINARY
from hanvisa.policy.case_expected import (
    Case,
    Compared,
    ExpectedOpening,
    Written,
)
from hanvisa.policy.case_world import World
from hanvisa.policy.facts import (
    Window,
)
from hanvisa.policy.model import Text
from hanvisa.policy.opening import OpeningFacts, decide_opening, opens_at


class OpeningWritten(Written):
    hours: tuple[Window, ...] = ()
    at: AwareDatetime = ORDINARY


class OpeningCase(Case):
    """Is a switchboard with these hours open?"""

    decide: Literal["opening"]
    facts: OpeningWritten
    expect: ExpectedOpening

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - the hours are the case's own
        facts = OpeningFacts(self.facts.hours, self.facts.at)
        decision = decide_opening(facts)
        opens = opens_at(facts.hours, facts.at)
        return decision.because, self.expect.compare({"effect": decision.effect, "opens": opens or ""})
