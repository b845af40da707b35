"""The kinds of cases of callers who wait, in a queue or on hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from hanvisa.policy.attendance import AttendanceFacts, decide_attendance
from hanvisa.policy.case_base import ORDINARY
from hanvisa.policy.case_expected import Case, Compared, Expected, ExpectedValues, Written
from hanvisa.policy.case_world import World, id_of
from hanvisa.policy.facts import Operator, OperatorState
from hanvisa.policy.holding import HeldFacts, HeldStep, LostFacts, LostStep, next_held_step, when_lost
from hanvisa.policy.model import Text
from hanvisa.policy.waiting import AnswerTime, WaitFacts, expected_minutes


class ExpectedWait(ExpectedValues):
    """0 ``minutes`` are less than one; "" is not known."""

    minutes: int | Literal[""]


class WaitWritten(Written):
    place: int
    operators: int = 1
    answered: tuple[AnswerTime, ...] = ()


class WaitCase(Case):
    """How long may a caller in a queue expect to wait?"""

    decide: Literal["wait"]
    facts: WaitWritten
    expect: ExpectedWait

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        facts = WaitFacts(self.facts.place, self.facts.operators, self.facts.answered)
        minutes = expected_minutes(facts)
        return None, self.expect.compare({"minutes": "" if minutes is None else minutes})


class ExpectedHeldStep(ExpectedValues):
    """``at`` is in seconds from the beginning of the hold."""

    at: float
    step: HeldStep


class HeldWritten(Written):
    held: float
    remind: float = 60.0
    back: float = 120.0


class HeldCase(Case):
    """What comes next for a caller on hold?"""

    decide: Literal["held"]
    facts: HeldWritten
    expect: ExpectedHeldStep

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        at, step = next_held_step(HeldFacts(**self.facts.model_dump()))
        return None, self.expect.compare({"at": at, "step": step})


class OperatorWritten(Written):
    """An operator who has been in that ``state`` for so many ``seconds``."""

    state: OperatorState
    seconds: float = 0


class AttendanceWritten(Written):
    operators: tuple[OperatorWritten, ...]
    patience: float = 300.0


class AttendanceCase(Case):
    """Does a caller at an open switchboard wait?"""

    decide: Literal["attendance"]
    facts: AttendanceWritten
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        operators = tuple(
            Operator(
                id_of("operator"), (), one.state, id_of("phone"), ORDINARY - timedelta(seconds=one.seconds)
            )
            for one in self.facts.operators
        )
        decision = decide_attendance(AttendanceFacts(operators, ORDINARY, self.facts.patience))
        return decision.because, self.expect.compare(decision)


class ExpectedLostStep(ExpectedValues):
    step: LostStep


class LostWritten(Written):
    held: bool
    reachable: bool = False


class LostCase(Case):
    """What becomes of the caller whose operator's phone is gone?"""

    decide: Literal["phone_lost"]
    facts: LostWritten
    expect: ExpectedLostStep

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        step = when_lost(LostFacts(**self.facts.model_dump()))
        return None, self.expect.compare({"step": step})
