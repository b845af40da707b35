"""Cases of what is keyed while two talk, and of talks that are marked confidential (M4), or as a threat."""

from __future__ import annotations

from typing import Literal

from hanvisa.policy.case_expected import Case, Compared, Expected, ExpectedValues, Written
from hanvisa.policy.case_world import World
from hanvisa.policy.in_call import (
    MarkedFacts,
    TakeBackFacts,
    ThreatFacts,
    decide_marked,
    decide_take_back,
    decide_threat_recording,
    keyed_in_call,
)
from hanvisa.policy.model import Text
from hanvisa.policy.numbers import NumberKind


class KeyedWritten(Written):
    keys: str


class ExpectedAction(ExpectedValues):
    """An ``action`` of "" is none."""

    action: str


class KeyedCase(Case):
    """What do keys do that are pressed during a call?"""

    decide: Literal["keyed_in_call"]
    facts: KeyedWritten
    expect: ExpectedAction

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        return None, self.expect.compare({"action": keyed_in_call(self.facts.keys, world.register) or ""})


class MarkedWritten(Written):
    parties: tuple[NumberKind, ...]


class MarkedCase(Case):
    """May a talk go on as it is that has been marked confidential?"""

    decide: Literal["marked"]
    facts: MarkedWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        decision = decide_marked(MarkedFacts(self.facts.parties))
        return decision.because, self.expect.compare(decision)


class ThreatWritten(Written):
    setting: bool
    confidential: bool = False
    private: bool = False


class ThreatCase(Case):
    """Is a talk recorded that has been marked as a threat?"""

    decide: Literal["threat_recording"]
    facts: ThreatWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        decision = decide_threat_recording(ThreatFacts(**dict(self.facts)))
        return decision.because, self.expect.compare(decision)


class TakeBackWritten(Written):
    confidential: bool
    parties: tuple[NumberKind, ...]
    has_operator: bool = False


class TakeBackCase(Case):
    """What becomes of whoever talks with a mobile when an operator takes the call back?"""

    decide: Literal["take_back"]
    facts: TakeBackWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        decision = decide_take_back(TakeBackFacts(**dict(self.facts)))
        return decision.because, self.expect.compare(decision)
