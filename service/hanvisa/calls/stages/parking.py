"""A caller whom an operator has parked for somebody: music until a phone of ours picks them up (O2)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from hanvisa.calls.afterwards import Afterwards
from hanvisa.calls.decisions import decide, tell
from hanvisa.calls.gate import may_come
from hanvisa.calls.parking_notice import tell_phones
from hanvisa.calls.parties import would_meet_a_mobile
from hanvisa.calls.prompts import ParkedFor, ParkHere, Why
from hanvisa.calls.queue import AT_THE_HEAD
from hanvisa.calls.reminding import (
    heed_ringing,
    remind,
    ring_operator,
    seconds_left,
    step_due,
)
from hanvisa.calls.ringing import Display, answered, end_ringing, forget
from hanvisa.calls.signals import Answered, Key, Surrendered
from hanvisa.calls.stage import (
    AtSwitchboard,
    BackToOperator,
    Parked,
    Parking,
    PickingUp,
    Stage,
    Talking,
    runs,
)
from hanvisa.calls.stages.keying import say_wrong
from hanvisa.calls.state import Leg
from hanvisa.calls.targets import mark_confidential
from hanvisa.errors import TelephonyError
from hanvisa.policy.attendant import PickUpFacts
from hanvisa.policy.codes import CodeFault
from hanvisa.policy.facts import Person, TargetKind
from hanvisa.policy.holding import HeldStep
from hanvisa.policy.numbers import display
from hanvisa.policy.transfer import Via

if TYPE_CHECKING:
    from uuid import UUID

    from hanvisa.calls.call import Call

OPERATOR = "0"  # the key
TAKEN_WITHIN = 2.0  # seconds, for the caller to come


@runs(Parked)
async def park(call: Call, stage: Parked) -> Stage | None:
    person = call.register.person(stage.person)
    if person is not None:
        mark_confidential(call, TargetKind.PERSON, person.id)
    stop_music = call.house.control.stop_music
    async with Afterwards(lambda: end_ringing(call), lambda: call.insist(stop_music, call.caller.channel)):
        came = await _until_fetched(call, person) if person is not None else _back(call, stage.person)
    if isinstance(came, Leg):
        try:
            await call.connect(came)
        except TelephonyError as error:  # whoever picked up has hung up in this moment: they wait on
            call.tell("command", failed=str(error))
            call.change(other=None)
            forget(call, came.channel)
            return Parked(stage.person)
        call.tell("outcome", outcome="picked_up", person=str(came.person or ""))
        came = Talking()
    call.change(held_since=None, held_reminded=False)
    call.handed_to = None
    return came


@runs(Parking)
async def await_transfer(call: Call, stage: Parking) -> Stage | None:
    """The transfer onto this call takes it away."""
    person = call.register.person(stage.person)
    if person is None:
        return None
    await call.say(ParkHere(person.name))
    await call.insist(call.house.control.start_music, call.caller.channel)
    await call.key(call.house.settings.ring_person)
    return None


@runs(PickingUp)
async def pick_up(call: Call, stage: PickingUp) -> Stage | None:
    """The parked caller's call takes this phone's leg, and with it this call ends."""
    parked = _parked_longest(call, stage.person)
    if parked is None:
        await say_wrong(call, CodeFault.NOBODY_PARKED)
        return None
    facts = PickUpFacts(would_meet_a_mobile(parked, call.caller))
    decision = decide(facts)
    tell(call, facts, decision)
    if not decision.allowed:
        await say_wrong(call, CodeFault.MOBILE_ON_LINE)
        return None
    await call.answer()
    # The parked caller's own call may be waiting for Asterisk.
    await call.insist(call.house.control.ring, call.caller.channel)
    parked.fetched_by = call.caller.channel
    parked.wake()
    try:
        now = asyncio.get_running_loop().time
        until = now() + TAKEN_WITHIN
        while (left := until - now()) > 0:
            await call.next(left)
    finally:
        if parked.fetched_by == call.caller.channel:
            parked.fetched_by = None
    await call.insist(call.house.control.stop_ringing, call.caller.channel)
    await say_wrong(call, CodeFault.NOBODY_PARKED)
    return None


async def _until_fetched(call: Call, person: Person) -> Leg | Stage | None:
    """The leg that the caller is to talk with; a stage where nobody picks them up."""
    key = await call.say(
        ParkedFor(person.name), enough=lambda: bool(call.fetched_by or call.taken_by or call.handed_to)
    )
    await call.insist(call.house.control.start_music, call.caller.channel)
    if key != OPERATOR and not (call.fetched_by or call.handed_to):
        await tell_phones(call, person)
    while key != OPERATOR:
        if (came := await _wanted(call)) is not None:
            return came
        match step_due(call):
            case HeldStep.BACK:
                return _to_queue(call, person)
            case HeldStep.REMIND:
                shown = Display(f"PARKERAD {person.given_name} {person.family_name[:1]}", call.callers_number)
                operator = call.state.touched_by
                await remind(call, call.register.operator(operator) if operator else None, None, shown)
        key, signal = None, await call.next(seconds_left(call))
        await heed_ringing(call, signal)
        match signal:
            case Key(channel, digit) if channel == call.caller.channel:
                key = digit
            case Answered(channel) if channel in call.rung:
                if (leg := await answered(call, channel)) is not None:
                    return leg
    return _back(call, person.id)


async def _wanted(call: Call) -> Leg | Stage | None:
    """Whoever picks the caller up, or to whom they are handed over; who takes them is only rung yet."""
    if call.fetched_by is not None and (leg := await _fetched(call, call.fetched_by)) is not None:
        return leg
    if call.handed_to is None and call.taken_by is not None:
        await _ring_who_takes(call)
    return call.handed_to


async def _ring_who_takes(call: Call) -> None:
    """The operator who takes the caller at the console has them on their phone; the answer comes as of a reminder."""
    operator = call.register.operator(call.taken_by) if call.taken_by else None
    call.taken_by = None
    await end_ringing(call)
    shown = Display(f"PARKERAD {display(call.callers_number)}", call.callers_number, answers=True)
    if operator is not None:
        await ring_operator(call, operator, shown)


async def _fetched(call: Call, channel: str) -> Leg | None:
    """The leg of the phone that wants the caller, out of its own call. None: it is gone, or may not.

    No await comes between the change of owner and the telling of the other call, so that it does not hang up what
    this one has.
    """
    theirs = call.house.live.of_channel(channel)
    if theirs is None:
        call.fetched_by = None
        return None
    leg, was_confidential = theirs.caller, call.state.confidential
    call.change(confidential=was_confidential or theirs.state.confidential)  # M4
    may = await may_come(call, leg, call.caller, Via.PICK_UP)
    is_wanted, call.fetched_by = call.fetched_by == channel, None
    # They may have rung a mobile since they dialled.
    if not is_wanted or not may:
        call.change(confidential=was_confidential)
        return None
    call.house.live.bind(channel, call)
    call.change(other=leg)
    theirs.change(caller=replace(leg, person=None))
    theirs.inbox.put_nowait(Surrendered())
    await call.take_state_off(channel)
    await call.insist(call.house.control.stop_ringing, channel)
    return leg


def _to_queue(call: Call, person: Person) -> Stage | None:
    switchboard = call.switchboard
    if switchboard is None:
        return _back(call, person.id)
    call.tell("signal", type="held_too_long", person=str(call.state.touched_by or ""))
    return AtSwitchboard(switchboard.id, person.id, Why.NO_ANSWER, AT_THE_HEAD)


def _back(call: Call, person: UUID) -> Stage | None:
    operator = call.state.touched_by
    return BackToOperator(operator, person, Why.NO_ANSWER, told=True) if operator else None


def _parked_longest(call: Call, person: UUID) -> Call | None:
    parked = [one for one in call.house.live if one.parked_for == person and one.fetched_by is None]
    return min(parked, key=lambda one: one.state.held_since or call.house.clock.now(), default=None)
