"""Cases of signing in, and of extracts (F2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import AwareDatetime

from hanvisa.policy.case_base import ORDINARY
from hanvisa.policy.case_expected import Case, Compared, Expected, ExpectedValues, Written
from hanvisa.policy.case_world import World, id_of
from hanvisa.policy.extracts import (
    Account,
    ExtractFacts,
    ExtractState,
    RequestFacts,
    decide_approval,
    decide_opening,
    decide_request,
    may_know,
)
from hanvisa.policy.model import Text
from hanvisa.policy.sign_in import SignInFacts, SignInLimits, Tries, wait_until


class TriesWritten(Written):
    """So many wrong passwords, the last one so many ``seconds`` ago."""

    wrong: int = 0
    seconds: float = 0

    def tries(self) -> Tries:
        return Tries(self.wrong, ORDINARY - timedelta(seconds=self.seconds)) if self.wrong else Tries()


class SignInWritten(Written):
    account: TriesWritten = TriesWritten()
    address: TriesWritten = TriesWritten()


class ExpectedSignIn(ExpectedValues):
    """``wait`` is in seconds; 0: a password may be tried now."""

    wait: float


class SignInCase(Case):
    """How long must somebody wait before they may try the next password?"""

    decide: Literal["sign_in"]
    facts: SignInWritten
    expect: ExpectedSignIn

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        facts = SignInFacts(self.facts.account.tries(), self.facts.address.tries(), ORDINARY, SignInLimits())
        again = wait_until(facts)
        return None, self.expect.compare({"wait": (again - ORDINARY).total_seconds() if again else 0.0})


class AccountWritten(Written):
    """``person`` "" is an account that is nobody's."""

    user: str
    person: str = ""

    def account(self, world: World) -> Account:
        return Account(id_of(self.user), world.id_(self.person) if self.person else None)


class RequestWritten(Written):
    by: AccountWritten
    person: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    now: AwareDatetime = ORDINARY


class ExtractRequestCase(Case):
    """May this extract be asked for?"""

    decide: Literal["extract_request"]
    facts: RequestWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        given = self.facts
        decision = decide_request(
            RequestFacts(
                by=given.by.account(world),
                person_id=world.id_(given.person),
                starts_at=given.starts_at,
                ends_at=given.ends_at,
                now=given.now,
            )
        )
        return decision.because, self.expect.compare(decision)


class ExtractWritten(Written):
    by: AccountWritten
    person: str
    requester: AccountWritten
    approver: AccountWritten | None = None
    state: ExtractState = ExtractState.REQUESTED
    expires_at: AwareDatetime | None = None
    told: bool = False

    def extract(self, world: World) -> ExtractFacts:
        return ExtractFacts(
            by=self.by.account(world),
            person_id=world.id_(self.person),
            requester=self.requester.account(world),
            now=ORDINARY,
            state=self.state,
            approver=self.approver.account(world) if self.approver else None,
            expires_at=self.expires_at,
            told=self.told,
        )


class ExtractCase(Case):
    """May somebody approve an extract, or open it?"""

    decide: Literal["extract_approval", "extract_opening"]
    facts: ExtractWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        decide = decide_approval if self.decide == "extract_approval" else decide_opening
        decision = decide(self.facts.extract(world))
        return decision.because, self.expect.compare(decision)


class ExpectedKnowledge(ExpectedValues):
    known: bool


class ExtractKnownCase(Case):
    """May somebody know that there is such an extract?"""

    decide: Literal["extract_known"]
    facts: ExtractWritten
    expect: ExpectedKnowledge

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        return None, self.expect.compare({"known": may_know(self.facts.extract(world))})
