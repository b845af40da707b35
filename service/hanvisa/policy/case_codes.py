"""Cases of codes on the phone: what does somebody mean who dials this?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from pydantic import AwareDatetime

from hanvisa.policy.case_base import Row, absences_of, of_person
from hanvisa.policy.case_expected import Case, Compared, ExpectedValues, Written
from hanvisa.policy.case_world import World
from hanvisa.policy.codes import Forward, Meaning, SetAbsence, Wrong, understand
from hanvisa.policy.facts import Absence, Forwarding, Operator, OperatorState
from hanvisa.policy.model import Text

_SINCE = datetime(2026, 1, 1, tzinfo=UTC)


class Keyed(Written):
    """``phone_of`` is whose phone it is, nobody's when left out; an ``operator`` sits at it."""

    dialled: str
    phone_of: str | None = None
    operator: bool = False
    at: AwareDatetime

    def meaning(
        self, world: World, absences: tuple[Absence, ...], forwardings: tuple[Forwarding, ...]
    ) -> Meaning:
        user = world.person(self.phone_of).id if self.phone_of else None
        operators = (
            [Operator(user, (), OperatorState.OPEN, user, _SINCE)]
            if user is not None and self.operator
            else []
        )
        register = world.register.replace(operators=operators, absences=absences, forwardings=forwardings)
        return understand(self.dialled, register, user, self.at)


class ExpectedMeaning(ExpectedValues):
    """``means`` is the name of what is meant; "" is none, and no end."""

    means: str
    fault: str | None = None
    person: str | None = None
    reason: str | None = None
    until: AwareDatetime | Literal[""] | None = None
    kind: str | None = None
    target: str | None = None


def told(meaning: Meaning) -> dict[str, object]:
    """The parts of a meaning as a file has them. A person is their given name, in small letters."""
    person = getattr(meaning, "person", None)
    return {
        "means": type(meaning).__name__,
        "fault": meaning.fault.value if isinstance(meaning, Wrong) else "",
        "person": person.given_name.casefold() if person else "",
        "reason": meaning.reason.code if isinstance(meaning, SetAbsence) else "",
        "until": getattr(meaning, "until", None) or "",
        "kind": getattr(meaning, "kind", ""),
        "target": meaning.target if isinstance(meaning, Forward) else "",
    }


class CodeCase(Case):
    """What does somebody mean who dials this on a phone? ``absences`` and ``forwardings`` are those of ``of``."""

    decide: Literal["code"]
    facts: Keyed
    of: str = "anna"
    absences: tuple[Row, ...] = ()
    forwardings: tuple[Row, ...] = ()
    expect: ExpectedMeaning

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        absences = absences_of(world, self.of, self.absences)
        forwardings = world.facts(Forwarding, of_person(self.of, self.forwardings, target="202"))
        return None, self.expect.compare(told(self.facts.meaning(world, absences, forwardings)))
