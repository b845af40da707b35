"""Cases of one's own recordings."""

from __future__ import annotations

from typing import Literal

from hanvisa.policy.case_expected import (
    Case,
    Compared,
    ExpectedValues,
    Written,
)
from hanvisa.policy.case_world import World
from hanvisa.policy.facts import (
    RecordingKind,
)
from hanvisa.policy.model import Text
from hanvisa.policy.own_recordings import fault_of_recording


class Spoken(Written):
    kind: RecordingKind
    seconds: float


class ExpectedFault(ExpectedValues):
    """A ``fault`` of "" is none."""

    fault: str


class RecordingCase(Case):
    """Is what somebody has recorded of themselves taken?"""

    decide: Literal["recording"]
    facts: Spoken
    expect: ExpectedFault

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        fault = fault_of_recording(self.facts.kind, self.facts.seconds)
        return None, self.expect.compare({"fault": fault or ""})
