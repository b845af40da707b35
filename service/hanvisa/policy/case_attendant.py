"""The kinds of cases of what attendants live by."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from hanvisa.policy.attendant import (
    PastReferralFacts,
    PickUpFacts,
    SentOnFacts,
    Waiting,
    decide_past_referral,
    decide_pick_up,
    decide_sent_on,
    read_wanted,
)
from hanvisa.policy.case_expected import Case, Compared, Expected, ExpectedValues, Written
from hanvisa.policy.case_world import World
from hanvisa.policy.model import Text


class SentOnWritten(Written):
    person: str
    why: Literal["busy", "no_answer", "unplugged", "not_rung"]
    waiting: Waiting = Waiting.NOT_ASKED
    to_operator: bool = False
    serial: bool = False
    setting: Literal["referral", "recall"] = "referral"


class SentOnCase(Case):
    """What becomes of a caller whom an operator sent on in vain?"""

    decide: Literal["sent_on"]
    facts: SentOnWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        facts = SentOnFacts(**{**dict(self.facts), "person": world.person(self.facts.person)})
        decision = decide_sent_on(facts)
        return decision.because, self.expect.compare(decision)


class PastReferralWritten(Written):
    person: str
    by_operator: bool


class PastReferralCase(Case):
    """Does the phone of an absent person ring all the same?"""

    decide: Literal["past_referral"]
    facts: PastReferralWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        facts = PastReferralFacts(world.person(self.facts.person), self.facts.by_operator)
        decision = decide_past_referral(facts)
        return decision.because, self.expect.compare(decision)


class PickUpWritten(Written):
    mobile_on_line: bool


class PickUpCase(Case):
    """Does a parked caller come to the phone that has dialled the code?"""

    decide: Literal["pick_up"]
    facts: PickUpWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        decision = decide_pick_up(PickUpFacts(self.facts.mobile_on_line))
        return decision.because, self.expect.compare(decision)


class WantedWritten(Written):
    dialled: str


class ExpectedWanted(ExpectedValues):
    number: str
    past_referral: bool = False
    serial: bool = False
    message: bool = False


class WantedCase(Case):
    """What does an operator want who dials this?"""

    decide: Literal["wanted"]
    facts: WantedWritten
    expect: ExpectedWanted

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        return None, self.expect.compare(asdict(read_wanted(self.facts.dialled)))
