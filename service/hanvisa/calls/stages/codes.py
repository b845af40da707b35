"""Codes dialled on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.operators import set_state
from hanvisa.calls.prompts import CodeRefused, OperatorStateSet, Prompt, TryLater, WasPaused
from hanvisa.calls.stage import Stage, SwitchingOpen, runs
from hanvisa.policy.facts import Operator, OperatorState

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


@runs(SwitchingOpen)
async def switch_open(call: Call, stage: SwitchingOpen) -> Stage | None:
    operator = call.register.operator(call.caller.person) if call.caller.person else None
    if operator is None:
        call.tell("outcome", outcome="code_refused")
        await call.say(CodeRefused())
        return None
    state = OperatorState.PAUSED if stage.pauses else _turned(operator.state)
    if not await set_state(call, operator.person_id, state):
        await call.say(TryLater())
        return None
    call.tell("outcome", outcome="operator_state", state=state)
    why_paused = _why_paused(call, operator) if state is OperatorState.OPEN else ()
    await call.say(OperatorStateSet(state), *why_paused)
    return None


def _turned(state: OperatorState) -> OperatorState:
    return OperatorState.CLOSED if state is OperatorState.OPEN else OperatorState.OPEN


def _why_paused(call: Call, before: Operator) -> tuple[Prompt, ...]:
    """Whoever did not answer may not have noticed it."""
    unanswered = call.house.queues.unanswered
    was_unanswered = before.person_id in unanswered
    unanswered.discard(before.person_id)
    return (WasPaused(before.since, was_unanswered),) if before.state is OperatorState.PAUSED else ()
