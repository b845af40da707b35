"""Operators' states, as calls see and change them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.parties import may_ever_have
from hanvisa.calls.prompts import Why
from hanvisa.calls.storing import stored
from hanvisa.policy.attendance import AttendanceFacts
from hanvisa.policy.facts import OperatorState, Switchboard

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


async def pause(call: Call, person: UUID, why: Why) -> None:
    """An open operator has not answered. They are told when they next open, and the console at once.

    Who has closed meanwhile stays closed, for a paused one is waited for; and no pause begins anew.
    """
    house, now = call.house, call.house.clock.now()
    operator = call.register.operator(person)
    if operator is None or operator.state is not OperatorState.OPEN:
        return
    call.tell("signal", type="operator_paused", person=str(person), why=why)
    house.queues.missed(person, now)
    house.feed.operator_paused(person, why, now)
    await set_state(call, person, OperatorState.PAUSED)


async def set_state(call: Call, person: UUID, state: OperatorState) -> bool:
    """Set an operator's state, if the database takes it at once: a caller is waiting. False when it did not."""
    return await stored(f"operator {person} {state}", call.house.directory.set_operator_state(person, state))


def attendance(call: Call, switchboard: Switchboard) -> AttendanceFacts:
    """Of the operators whom the caller could ever have."""
    operators = call.register.operators_of(switchboard.id)
    possible = tuple(one for one in operators if may_ever_have(call, call.caller, one))
    return AttendanceFacts(possible, call.house.clock.now(), call.house.settings.wait_for_paused)
