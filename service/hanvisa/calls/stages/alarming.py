"""An operator is told that somebody has dialled 112, or was put through to it: who, and where."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hanvisa.calls.call import CallerGone
from hanvisa.calls.prompts import EmergencyDialled
from hanvisa.calls.ringing import is_dialled
from hanvisa.calls.signals import Answered, Entered, HungUp
from hanvisa.calls.stage import Alarming, Stage, runs
from hanvisa.errors import TelephonyError
from hanvisa.policy.emergency import EmergencyCaller, emergency_caller
from hanvisa.policy.numbers import display

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


@runs(Alarming)
async def alarm(call: Call, stage: Alarming) -> Stage | None:
    caller = emergency_caller(call.register, stage.emergency)
    try:
        if call.state.answered or await _is_answered(call, caller):
            call.change(answered=True)
            await call.say(
                EmergencyDialled(caller.name, caller.extension or caller.number, caller.site, caller.operator)
            )
    except TelephonyError as error:  # unplugged, say: the event has told it all the same
        call.tell("command", failed=str(error))
    return None


async def _is_answered(call: Call, caller: EmergencyCaller) -> bool:
    """Ring the operator's phone, which shows who has dialled."""
    channel = call.caller.channel
    operator = call.person_of(call.caller)
    call.tell(
        "opened",
        side=call.state.side,
        caller=caller.extension or caller.number,
        caller_person=str(caller.person or ""),
        called=call.caller.account,
        person=str(operator.id) if operator else "",
        organisation=str(call.state.organisation or ""),
        private=False,
    )
    shown = {
        "CONNECTEDLINE(name,i)": f"112 {caller.name or caller.account or display(caller.number)} {caller.site}".strip(),
        "CONNECTEDLINE(num,i)": caller.extension or caller.number,
    }
    await call.house.control.create(channel, f"PJSIP/{call.caller.account}", shown, "")
    if not (await _has_entered(call) and await is_dialled(call, channel)):
        return False
    while True:
        match await call.next(within=call.house.settings.ring_operator):
            case None:
                return False
            case Answered(answered) if answered == channel:
                return True


async def _has_entered(call: Call) -> bool:
    """Wait for the leg without writing the call down: Asterisk takes no variable for a channel that is not ours yet."""
    channel = call.caller.channel
    try:
        async with asyncio.timeout(call.house.settings.ring_operator):
            while True:
                match await call.inbox.get():
                    case Entered(entered) if entered.id == channel:
                        return True
                    case HungUp(gone) if gone == channel:
                        raise CallerGone
    except TimeoutError:
        return False
