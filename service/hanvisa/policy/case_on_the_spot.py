"""Cases of exceptions that an operator makes on the spot (O2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import AwareDatetime, Field

from hanvisa.policy.case_base import ORDINARY, Row
from hanvisa.policy.case_expected import Case, Compared, Expected, Written
from hanvisa.policy.case_world import World
from hanvisa.policy.facts import PolicyException
from hanvisa.policy.model import Text
from hanvisa.policy.on_the_spot import OnTheSpotFacts, decide_on_the_spot


class OnTheSpotWritten(Written):
    operator: str
    at: AwareDatetime = ORDINARY
    setting: bool = True
    has_call: bool = True
    confidential: bool = False


class OnTheSpotCase(Case):
    """May an operator make this exception for the caller they have?

    ``exception`` says in what it differs from one use for Anna's mobile, by that operator, for a quarter of an hour.
    """

    decide: Literal["on_the_spot"]
    facts: OnTheSpotWritten
    exception: Row = Field(default_factory=dict)
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        facts, operator = self.facts, world.person(self.facts.operator)
        ordinary = {
            "id": "på stunden",
            "scope": "number",
            "number": "+46701740605",
            "reason": "Läckan måste stoppas nu",
            "granted_by": operator.name,
            "starts_at": facts.at,
            "ends_at": facts.at + timedelta(minutes=15),
            "operators": [facts.operator],
            "max_uses": 1,
            "call": "hv-k-1",
        }
        [exception] = world.facts(PolicyException, [{**ordinary, **self.exception}])
        decision = decide_on_the_spot(
            OnTheSpotFacts(
                facts.at, operator.id, exception, facts.setting, facts.has_call, facts.confidential
            )
        )
        return decision.because, self.expect.compare(decision)
