"""The kinds of cases about who else is asked: what a referral offers, substitutes, and stand-in departments."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from hanvisa.policy.case_base import ORDINARY, PersonSought, Row, absences_of
from hanvisa.policy.case_expected import Case, Compared, Expected, ExpectedValues, Written
from hanvisa.policy.case_world import World
from hanvisa.policy.facts import Absence
from hanvisa.policy.model import Language, Text
from hanvisa.policy.offers import ways_on
from hanvisa.policy.register import Register
from hanvisa.policy.stand_ins import DepartmentFacts, answering, decide_department, stand_in_chain
from hanvisa.policy.substitutes import substitute_of
from hanvisa.policy.texts import TextFacts, decide_text


class OffersSought(PersonSought):
    number: str = "+46980319244"
    confidential: bool = False
    language: Language = Language.SV
    caller: str = ""
    texts: bool = False


class ExpectedOffers(ExpectedValues):
    """``keys`` in the order in which they are offered; ``instead`` is whom 2 leads to, ``text`` the words of 5's."""

    keys: str | None = None
    instead: str | None = None
    text: str | None = None


class OffersCase(Case):
    """Which ways on does the caller of a person hear of? ``absences`` say whose they are (``person_id``)."""

    decide: Literal["offers"]
    facts: OffersSought
    absences: tuple[Row, ...] = ()
    expect: ExpectedOffers

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        ways = ways_on(
            _with_absences(world, self.absences),
            world.person(self.facts.person),
            self.facts.at,
            number=self.facts.number,
            confidential=self.facts.confidential,
            language=self.facts.language,
            caller=self.facts.caller,
            texts=self.facts.texts,
        )
        instead = ways.substitute or ways.department
        told = {
            "keys": "".join(ways.offers),
            "instead": instead.name if instead else "",
            "text": ways.text.words if ways.text else "",
        }
        return None, self.expect.compare(told)


class TextsSent(Written):
    lately: int
    a_day: int = 5


class TextCase(Case):
    """Is one more text message sent to the caller's number?"""

    decide: Literal["text"]
    facts: TextsSent
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        decision = decide_text(TextFacts(**self.facts.model_dump()))
        return decision.because, self.expect.compare(decision)


class ExpectedSubstitute(ExpectedValues):
    """A ``substitute`` of "" is nobody."""

    substitute: str


class SubstituteCase(Case):
    """Who is there instead of somebody who is away?"""

    decide: Literal["substitute"]
    facts: PersonSought
    absences: tuple[Row, ...] = ()
    expect: ExpectedSubstitute

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        person = world.person(self.facts.person)
        found = substitute_of(_with_absences(world, self.absences), person, self.facts.at)
        return None, self.expect.compare({"substitute": found.name if found else ""})


class DepartmentSought(Written):
    """``tried`` are departments that have been rung in vain."""

    department: str
    at: AwareDatetime = ORDINARY
    tried: tuple[str, ...] = ()


class ExpectedDepartment(Expected):
    """``answers`` "" is the operators."""

    answers: str


class DepartmentCase(Case):
    """Who answers for a department?"""

    decide: Literal["department"]
    facts: DepartmentSought
    absences: tuple[Row, ...] = ()
    expect: ExpectedDepartment

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        register = _with_absences(world, self.absences)
        chain = stand_in_chain(register, world.id_(self.facts.department), self.facts.at)
        facts = DepartmentFacts(chain, tuple(world.id_(name) for name in self.facts.tried))
        decision, answers = decide_department(facts), answering(facts)
        compared = self.expect.compare(decision)
        compared["answers"] = (self.expect.answers, answers.name if answers else "")
        return decision.because, compared


def _with_absences(world: World, rows: tuple[Row, ...]) -> Register:
    absences: list[Absence] = []
    for number, row in enumerate(rows):
        absences += absences_of(world, row["person_id"], ({"id": f"absence {number}", **row},))
    return world.register.replace(absences=absences)
