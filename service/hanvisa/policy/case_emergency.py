"""Cases of who is told when somebody dials 112, and what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from hanvisa.policy.case_expected import Case, Compared, ExpectedValues, Written
from hanvisa.policy.case_world import World
from hanvisa.policy.emergency import EmergencyCall, emergency_caller, operators_to_tell
from hanvisa.policy.facts import Operator, OperatorState
from hanvisa.policy.model import Text

_SINCE = datetime(2026, 1, 1, tzinfo=UTC)


class OperatorWritten(Written):
    person: str
    state: OperatorState = OperatorState.OPEN
    engaged: bool = False


class DialledFrom(Written):
    """``account`` is the phone's, ``number`` that of somebody outside; ``by`` an operator who put them through."""

    account: str = ""
    number: str = ""
    by: str | None = None


class ExpectedTold(ExpectedValues):
    """``told`` are persons (given names, in small letters); "" is nobody, and nothing known."""

    told: tuple[str, ...] | None = None
    name: str | None = None
    extension: str | None = None
    site: str | None = None
    number: str | None = None
    operator: str | None = None


class EmergencyCase(Case):
    """Which operators are told of a call to 112, and what of whoever dialled?"""

    decide: Literal["emergency"]
    facts: DialledFrom
    operators: tuple[OperatorWritten, ...] = ()
    expect: ExpectedTold

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        persons = {world.person(row.person).id: row for row in self.operators}
        register = world.register.replace(
            operators=[Operator(id_, (), row.state, id_, _SINCE) for id_, row in persons.items()]
        )
        facts = self.facts
        by = world.id_(facts.by) if facts.by else None
        caller = emergency_caller(register, EmergencyCall(facts.account, facts.number, by))
        told = operators_to_tell(register, caller, lambda id_: persons[id_].engaged)
        came = {
            "told": tuple(persons[operator.person_id].person for operator in told),
            "name": caller.name,
            "extension": caller.extension,
            "site": caller.site,
            "number": caller.number,
            "operator": caller.operator,
        }
        return None, self.expect.compare(came)
