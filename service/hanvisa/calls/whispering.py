"""The organisation that was rung, told to the operator alone before the caller is put through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.call import playback_id
from hanvisa.calls.parties import is_kept_apart
from hanvisa.calls.prompts import Breath, Whisper, Why
from hanvisa.calls.ringing import Rung
from hanvisa.calls.signals import Entered, Held, HungUp, Played, Unheld
from hanvisa.calls.state import Leg
from hanvisa.errors import TelephonyError
from hanvisa.policy.facts import Operator, TargetKind

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

LONGEST = 5.0  # seconds


async def whisper(call: Call, leg: Leg, operator: Operator) -> Rung:
    """Tell the operator, who has just answered on ``leg``; the caller hears ringing. What has become of them.

    O2: the caller is theirs from the answer on, so they ring no mobile meanwhile.
    """
    organisation = call.organisation
    if organisation is None or not _is_wanted(call, operator):
        return Rung(leg)
    control, caller = call.house.control, call.caller.channel
    call.promised = call.rung[leg.channel] = leg  # until it is joined it is the call's to hang up
    await call.insist(control.ring, caller)
    try:
        await call.start_saying(leg, Breath(), Whisper(organisation.name))
        is_there = await _until_said(call, leg)
    except TelephonyError as error:
        call.tell("command", failed=str(error))
        is_there = True
    await call.insist(control.stop_ringing, caller)
    call.rung.pop(leg.channel, None)
    kept_apart = is_kept_apart(call, leg)
    if is_there and not kept_apart:
        return Rung(leg)
    await call.hang_up(leg.channel)
    call.house.live.release(leg.channel)
    return Rung(why=Why.NO_ANSWER, is_kept_apart=is_there)


async def _until_said(call: Call, leg: Leg) -> bool:
    """A phone that holds plays nothing, and whoever is joined to it hears nothing: they are when it takes the hold off.

    False when they are not to be had.
    """
    is_held = False
    while True:
        match await call.next(call.house.settings.ring_operator if is_held else LONGEST):
            case None:
                # While it plays nobody can be joined: Asterisk would let the command wait for its end.
                await call.command(call.house.control.stop_playing(playback_id(leg.channel)))
                return not is_held
            case Held(channel) if channel == leg.channel:
                is_held = True
                await call.command(call.house.control.stop_playing(playback_id(channel)))
            case Unheld(channel) if channel == leg.channel:
                return True
            case Played(playback) if playback == playback_id(leg.channel) and not is_held:
                return True
            case Entered(channel, _, replaced) if replaced is not None:
                await call.hang_up(channel.id)  # another phone has picked it up, whose place is not here
            case HungUp(channel) if channel == leg.channel:
                return False


def _is_wanted(call: Call, operator: Operator) -> bool:
    """Who serves one main number knows which was rung."""
    setting = call.house.settings.whisper
    if setting != "several":
        return setting == "always"
    numbers = [
        number
        for switchboard in operator.switchboard_ids
        for number in call.register.numbers_of(TargetKind.SWITCHBOARD, switchboard)
    ]
    return len(numbers) > 1
