"""Codes dialled on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.prompts import CodeRefused, OperatorStateSet, TryLater
from hanvisa.calls.stage import Stage, SwitchingOpen, runs
from hanvisa.calls.stages.switchboard import set_state
from hanvisa.policy.facts import OperatorState

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


@runs(SwitchingOpen)
async def switch_open(call: Call, _: SwitchingOpen) -> Stage | None:
    operator = call.register.operator(call.caller.person) if call.caller.person else None
    if operator is None:
        call.tell("outcome", outcome="code_refused")
        await call.say(CodeRefused())
        return None
    opens = operator.state is not OperatorState.OPEN
    state = OperatorState.OPEN if opens else OperatorState.CLOSED
    if not await set_state(call, operator.person_id, state):
        await call.say(TryLater())
        return None
    call.tell("outcome", outcome="operator_state", state=state)
    await call.say(OperatorStateSet(open=opens))
    return None
