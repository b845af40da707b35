"""A call from one of our phones to an outside number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.alarms import outcome_of
from hanvisa.calls.outgoing import barred_by, may_call_out, shown_outside
from hanvisa.calls.prompts import CallBarred, OutsideFailed, UnknownNumber
from hanvisa.calls.refusing import tell_refused
from hanvisa.calls.ringing import outside_place, ring_or_refuse
from hanvisa.calls.stage import CallingOut, Stage, Talking, runs
from hanvisa.policy.emergency import EmergencyCall, emergency_caller
from hanvisa.policy.numbers import NumberKind, read_number

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

RING_OUTSIDE = 60.0  # seconds; the carrier gives up before. 112 is never timed


@runs(CallingOut)
async def call_out(call: Call, _: CallingOut) -> Stage | None:
    reading = read_number(call.state.dialled, call.organisation, call.register, call.house.plan)
    if not reading.number:
        call.tell("outcome", outcome="unknown_number")
        await call.say(UnknownNumber())
        return None
    decision = may_call_out(call, reading, call.person_of(call.caller))
    if not decision.allowed:
        call.tell("outcome", outcome="barred", rules=decision.rules)
        await call.say(CallBarred(barred_by(decision, reading)))
        return None
    if reading.kind is NumberKind.EMERGENCY:
        emergency = EmergencyCall(call.caller.account)
        call.house.alarms.made(emergency)
        call.tell("outcome", **outcome_of(emergency_caller(call.register, emergency)))
    rung = await ring_or_refuse(call, [outside_place(reading)], RING_OUTSIDE, shown_outside(call, reading))
    if rung.leg is None:
        if rung.is_refused:
            await tell_refused(call, rung)
        else:
            call.tell("outcome", outcome="outside_failed", why=rung.why)
            await call.say(OutsideFailed(rung.why))
        return None
    await call.connect(rung.leg)
    return Talking()
