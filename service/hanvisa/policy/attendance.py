"""Whether callers at an open switchboard wait: while an operator serves it, or is only paused (G1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hanvisa.policy.facts import Operator, OperatorState
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.strictest import or_strictest


@dataclass(frozen=True, slots=True)
class AttendanceFacts:
    """A switchboard's ``operators`` at a moment. Who is paused is expected back for ``patience`` (seconds)."""

    operators: tuple[Operator, ...]
    at: datetime
    patience: float


@or_strictest(Effect.WAIT, "G1")
def decide_attendance(facts: AttendanceFacts) -> Decision:
    """ALLOW: served in turn. WAIT: for an operator who is paused. REFER: nobody is there, nor expected back."""
    if any(operator.state is OperatorState.OPEN for operator in facts.operators):
        return Decision(Effect.ALLOW, (), _SERVED)
    if any(_is_expected(operator, facts) for operator in facts.operators):
        return Decision(Effect.WAIT, ("G1",), _EXPECTED)
    return Decision(Effect.REFER, ("G1",), _NOBODY)


def _is_expected(operator: Operator, facts: AttendanceFacts) -> bool:
    patience = timedelta(seconds=facts.patience)
    # Where the clock has been put back by more, callers would wait until it has caught up.
    is_lately = facts.at - patience < operator.since <= facts.at + patience
    return operator.state is OperatorState.PAUSED and is_lately


_SERVED = Text(
    sv="En telefonist är öppen, och de som ringer får svar i tur och ordning.",
    en="An operator is open, and callers are answered in turn.",
)
_EXPECTED = Text(
    sv="Ingen telefonist är öppen, men någon har nyss pausats och väntas tillbaka: den som ringer står kvar (G1).",
    en="No operator is open, but one has only just been paused and is expected back: the caller waits (G1).",
)
_NOBODY = Text(
    sv="Ingen telefonist är öppen eller väntas tillbaka: den som ringer får lämna sitt nummer (G1).",
    en="No operator is open or expected back: the caller may leave a number (G1).",
)
