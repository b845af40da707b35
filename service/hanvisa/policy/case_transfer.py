"""Cases of who may be joined to a mobile (O2, M3, M4)."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from hanvisa.policy.case_base import ORDINARY, Row
from hanvisa.policy.case_dialled import Dialled
from hanvisa.policy.case_expected import (
    Case,
    Compared,
    Expected,
)
from hanvisa.policy.case_world import World
from hanvisa.policy.confidentiality import is_confidential_person
from hanvisa.policy.facts import (
    PolicyException,
    TargetKind,
)
from hanvisa.policy.model import Text
from hanvisa.policy.transfer import JoinFacts, Via, decide_consult, decide_join


class JoinFactsWritten(Dialled):
    """``operator`` touched the call; ``person`` is whose number it is, where the register does not say it.

    ``call`` is the call's id, where an exception was made for one.
    """

    at: AwareDatetime = ORDINARY
    operator: str | None = None
    touched: bool | None = None
    confidential: bool = False
    via: Via = Via.DIRECT
    person: str | None = None
    forwarding_allowed: bool = True
    sought: bool = True
    call: str = "hv-k-1"

    def facts(self, world: World, exceptions: tuple[Row, ...]) -> JoinFacts:
        number, register = self.read(world), world.register
        person = world.person(self.person) if self.person else None
        if person is None and number.target and number.target[0] is TargetKind.PERSON:
            person = register.person(number.target[1])
        mobile = register.mobile(number.number) if number.number else None
        return JoinFacts(
            at=self.at,
            number=number,
            touched=self.touched if self.touched is not None else self.operator is not None,
            touched_by=world.id_(self.operator) if self.operator else None,
            confidential=self.confidential,
            target_confidential=person is not None and is_confidential_person(register, person),
            via=self.via,
            person=person,
            exceptions=world.facts(PolicyException, exceptions),
            direct_number=register.direct_number(person) if person else None,
            mobile_protected=mobile.protected if mobile else False,
            forwarding_allowed=self.forwarding_allowed,
            sought=self.sought,
            calls=frozenset({self.call}),
        )


class JoinCase(Case):
    """Would this step join the caller to that number?"""

    decide: Literal["join"]
    facts: JoinFactsWritten
    exceptions: tuple[Row, ...] = ()
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        decision = decide_join(self.facts.facts(world, self.exceptions))
        return decision.because, self.expect.compare(decision)


class ConsultFactsWritten(JoinFactsWritten):
    setting: Literal["refuse", "allow"] = "refuse"
    mobile_on_line: bool = False


class ConsultCase(Case):
    """May an operator who has a caller ring that number meanwhile?"""

    decide: Literal["consult"]
    facts: ConsultFactsWritten
    exceptions: tuple[Row, ...] = ()
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        written = self.facts
        decision = decide_consult(
            written.facts(world, self.exceptions), written.setting, mobile_on_line=written.mobile_on_line
        )
        return decision.because, self.expect.compare(decision)
