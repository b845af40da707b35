"""Calls that ended while no service was there: their ends are told, and what was said in them is kept.

What was written on a channel is gone with it, so each call is written down beside as well (`ports.OpenCalls`).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from hanvisa.calls.call import Call
from hanvisa.calls.recording import recording_id
from hanvisa.calls.stage import (
    Alarming,
    LeavingMessage,
    RecordingOwn,
    ReviewingMessage,
    ReviewingOwn,
    from_json,
)
from hanvisa.calls.stages.messages import keep_what_was_said
from hanvisa.calls.state import CallState, Leg
from hanvisa.calls.threats import keep_if_there, threat_id
from hanvisa.ids import node_of

if TYPE_CHECKING:
    from hanvisa.calls.house import House

log = structlog.get_logger()

UNKNOWN = Leg("")


async def left_open(house: House) -> dict[str, CallState | None]:
    """The calls that have begun and not ended, by id; None where what is written of one can't be read.

    Nor is it read where it is another's: files are used again, and a process that hung may have written too late.
    """
    return {id_: _read(id_, written) for id_, written in (await house.open_calls.left()).items()}


async def tell_missed_ends(house: House, node: str = "") -> None:
    """Of all that are open and that nobody serves: they ended while no service was there, or went another way.

    ``node`` is which of several Asterisks is known by now: of calls at the others nothing is.
    """
    live = {call.id for call in house.live}
    left = await left_open(house)
    live |= {call.id for call in house.live}  # taken on meanwhile
    ended = {
        id_: state
        for id_, state in left.items()
        if id_ not in live and (not node or (state is not None and node_of(state.caller.channel) == node))
    }
    for id_, state in ended.items():
        call = Call(state or CallState(id_, "", "", UNKNOWN), house)
        if state is not None:
            try:
                await _finish(call)
            except Exception:  # the others, and this one's end, don't depend on it
                log.exception("calls.not_finished", call=id_)
        call.tell("closed", reason="ended_meanwhile")
    if ended:
        log.info("calls.ended_meanwhile", calls=len(ended))


async def _finish(call: Call) -> None:
    """What was recorded is kept, and operators who have not been told of a call to 112 are."""
    state = call.state
    try:
        stage = from_json(state.stage)
    except (KeyError, ValueError, TypeError):  # another version's, or none yet
        return
    match stage:
        case LeavingMessage() | ReviewingMessage():
            await keep_what_was_said(call, stage)
        case Alarming(emergency) if not state.answered:
            call.house.alarms.made(emergency)
        case RecordingOwn() | ReviewingOwn():
            await call.house.own_sounds.discard(recording_id(state.caller.channel))
    recorded = dict(state.unkept)
    if state.threat and state.bridge:
        recorded.setdefault(threat_id(state.bridge), _began(call))
    for name, began in recorded.items():
        await keep_if_there(call, name, began)


def _began(call: Call) -> datetime:
    return call.state.talking_since or call.house.clock.now()


def _read(id_: str, written: str) -> CallState | None:
    try:
        state = CallState.from_json(written)
    except ValueError:  # another version's
        return None
    return state if state.id == id_ else None
