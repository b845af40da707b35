"""An operator is reminded of a caller whom they hold or have parked, and the queue has the caller when that is in vain.

Since when the caller waits, and whether the operator has been reminded, the call's state says: whoever takes the call
on reckons from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hanvisa.calls.prompts import HeldReminder
from hanvisa.calls.ringing import Display, forget, is_dialled, operator_places, start_ringing
from hanvisa.calls.signals import Entered, HungUp, Signal
from hanvisa.calls.state import Leg
from hanvisa.errors import TelephonyError
from hanvisa.policy.facts import Operator
from hanvisa.policy.holding import HeldFacts, HeldStep, next_held_step

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


def seconds_left(call: Call) -> float | None:
    """Seconds until something is to be done; None while nobody is held, or nothing more can be."""
    step = _next(call)
    return None if step is None else max(0.0, step[0] - _held(call))


def step_due(call: Call) -> HeldStep | None:
    """What is to be done now."""
    step = _next(call)
    return step[1] if step is not None and step[0] <= _held(call) else None


async def remind(call: Call, operator: Operator | None, ear: Leg | None, shown: Display) -> None:
    """A beep in their ear, wherever they talk, else at ``ear``; without one their phones ring and show it."""
    call.change(held_reminded=True)
    if operator is None:
        return
    call.tell("signal", type="held_reminder", person=str(operator.person_id))
    ear = next(_talks_elsewhere(call, operator), ear)
    if ear is None:
        await ring_operator(call, operator, shown)
        return
    spoken = call.house.voice.say(HeldReminder(), call.language_of(call.caller), call.house.clock.now())
    await call.command(call.house.control.play(ear.channel, spoken.files, f"hv-held-{ear.channel}"))


async def ring_operator(call: Call, operator: Operator, shown: Display) -> None:
    """Where that fails the caller waits on."""
    try:
        for place in operator_places(call, operator):
            await start_ringing(call, place, shown)
    except TelephonyError as error:
        call.tell("command", failed=str(error))


async def heed_ringing(call: Call, signal: Signal | None) -> None:
    """What comes of the phones that ring for it, but an answer."""
    match signal:
        case Entered(channel, _, replaced) if replaced is not None and replaced.id in call.rung:
            await call.hang_up(channel.id)  # another phone has picked it up, whose place is not here
        case Entered(channel) if channel.id in call.rung:
            if not await is_dialled(call, channel.id):
                await call.hang_up(channel.id)
                forget(call, channel.id)
        case HungUp(channel, cause) if channel in call.rung and cause:
            forget(call, channel)


def _next(call: Call) -> tuple[float, HeldStep] | None:
    settings, state = call.house.settings, call.state
    if state.held_since is None:
        return None
    held = settings.held_remind if state.held_reminded else 0.0
    step = next_held_step(HeldFacts(held, settings.held_remind, settings.held_back))
    return step if call.switchboard or step[1] is HeldStep.REMIND else None


def _held(call: Call) -> float:
    since, now = call.state.held_since, call.house.clock.now()
    if since is not None and since > now:  # the clock has been put back: nobody waits until it has caught up
        call.change(held_since=now)
        return 0.0
    return (now - since).total_seconds() if since else 0.0


def _talks_elsewhere(call: Call, operator: Operator) -> Iterator[Leg]:
    for other, leg in call.house.live.legs_of(operator.person_id):
        is_talking = other.state.bridge is not None and leg in (other.caller, other.other)
        if other is not call and is_talking and not leg.held:
            yield leg
