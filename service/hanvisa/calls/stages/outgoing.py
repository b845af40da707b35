"""A call from one of our phones to an outside number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.prompts import DialRefused, OutsideFailed, UnknownNumber
from hanvisa.calls.ringing import Display, outside_place, ring
from hanvisa.calls.stage import CallingOut, Stage, Talking, runs
from hanvisa.policy.facts import TargetKind
from hanvisa.policy.numbers import read_number

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

RING_OUTSIDE = 60.0  # seconds; the carrier gives up before


@runs(CallingOut)
async def call_out(call: Call, _: CallingOut) -> Stage | None:
    reading = read_number(call.state.dialled, call.organisation, call.register, call.house.plan)
    if not reading.number:
        call.tell("outcome", outcome="unknown_number")
        await call.say(UnknownNumber())
        return None
    rung = await ring(call, [outside_place(reading)], RING_OUTSIDE, _shown(call))
    if rung.leg is None:
        if rung.refusals:
            call.tell("outcome", outcome="refused", rules=rung.refusals[0].rules)
            await call.say(DialRefused(rung.refusals[0].rules[0]))
        else:
            call.tell("outcome", outcome="outside_failed", why=rung.why)
            await call.say(OutsideFailed(rung.why))
        return None
    await call.connect(rung.leg)
    return Talking()


def _shown(call: Call) -> Display:
    """Outside, the person's direct number is shown, else their organisation's main number."""
    register, person, organisation = call.register, call.person_of(call.caller), call.organisation
    own = register.numbers_of(TargetKind.PERSON, person.id) if person else ()
    switchboard = register.switchboard_of(organisation.id) if organisation else None
    main = register.numbers_of(TargetKind.SWITCHBOARD, switchboard.id) if switchboard else ()
    numbers = own or main
    return Display(organisation.name if organisation else "", numbers[0].number if numbers else "")
