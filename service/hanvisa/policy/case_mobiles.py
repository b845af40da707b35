"""Cases of talks with a mobile (M5)."""

from __future__ import annotations

from typing import Literal

from hanvisa.policy.case_expected import (
    Case,
    Compared,
    ExpectedValues,
    Written,
)
from hanvisa.policy.case_world import World
from hanvisa.policy.mobile_talk import TalkFacts, next_tone
from hanvisa.policy.model import Text


class ExpectedTone(ExpectedValues):
    """``at`` of 0 is no tone."""

    at: float
    rules: tuple[str, ...]


class TalkWritten(Written):
    with_mobile: bool = True
    talked: float
    after: float = 300.0
    every: float = 300.0


class TalkCase(Case):
    """When does a talk's next tone sound?"""

    decide: Literal["talk"]
    facts: TalkWritten
    expect: ExpectedTone

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        tone = next_tone(TalkFacts(**self.facts.model_dump()))
        came = {"at": tone.at, "rules": tone.rules} if tone else {"at": 0.0, "rules": ()}
        return None, self.expect.compare(came)
