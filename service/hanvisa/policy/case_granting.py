"""Cases of exceptions that are to be granted (O2)."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from hanvisa.policy.case_base import ORDINARY, Row
from hanvisa.policy.case_expected import Case, Compared, Expected, ExpectedValues, Written
from hanvisa.policy.case_world import World
from hanvisa.policy.facts import PolicyException
from hanvisa.policy.granting import GrantFacts, decide_grant, reach_of
from hanvisa.policy.model import Text


class GrantWritten(Written):
    """``ends_at`` left out is none."""

    reason: str
    starts_at: AwareDatetime = ORDINARY
    ends_at: AwareDatetime | None = None
    now: AwareDatetime = ORDINARY
    longest_days: int = 90


class GrantCase(Case):
    """May this exception be granted?"""

    decide: Literal["grant"]
    facts: GrantWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        decision = decide_grant(GrantFacts(**self.facts.model_dump()))
        return decision.because, self.expect.compare(decision)


class ExpectedReach(ExpectedValues):
    """Numbers; ``held_back`` are those of ``mobiles`` that M4 refuses all the same."""

    mobiles: tuple[str, ...]
    held_back: tuple[str, ...] = ()
    others: bool = False


class ReachCase(Case):
    """Which mobiles would an exception let through?"""

    decide: Literal["reach"]
    facts: Row
    expect: ExpectedReach

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        row = {"id": "nytt", "reason": "", "granted_by": "", **_ALWAYS, **self.facts}
        reach = reach_of(world.facts(PolicyException, [row])[0], world.register)
        came = {
            "mobiles": tuple(one.number for one in reach.mobiles),
            "held_back": tuple(one.number for one in reach.mobiles if one.confidential),
            "others": reach.others,
        }
        return None, self.expect.compare(came)


_ALWAYS = {"starts_at": ORDINARY, "ends_at": ORDINARY}
