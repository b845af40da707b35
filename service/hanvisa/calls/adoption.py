"""Finding out what was missed.

The calls of an instance that has died are taken on, and those that ended meanwhile are ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import structlog

from hanvisa.calls.call import Call, new_id, playback_id
from hanvisa.calls.ends import left_open
from hanvisa.calls.house import House
from hanvisa.calls.ports import LiveChannel
from hanvisa.calls.recording import recording_id
from hanvisa.calls.signals import NORMAL, Answered, BroughtOut, HungUp, Played, Recorded
from hanvisa.calls.stage import Apologising, Arriving, Stage, Talking, from_json
from hanvisa.calls.state import VARIABLE, CallState, Leg
from hanvisa.errors import Gone, TelephonyError
from hanvisa.ids import node_of

log = structlog.get_logger()

T = TypeVar("T")
Each = TypeVar("Each")

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

SIDE = "HANVISA_SIDE"  # set by the dialplan: carrier or phone
AT_ONCE = 16  # calls that are taken on beside one another: each takes some ten commands, and its caller waits


async def resync(house: House, node: str = "") -> None:
    """After a reconnect: tell each of our calls who has gone, who has answered, and what has come to its end.

    ``node`` is which of several Asterisks was lost: of calls at the others nothing was missed.
    """
    existing = {channel.id: channel for channel in await house.control.channels(node)}
    for call in house.live:
        if node and node_of(call.caller.channel) != node:
            continue
        for channel in call.channels() - existing.keys():
            call.inbox.put_nowait(HungUp(channel, NORMAL))
        if (caller := existing.get(call.caller.channel)) and caller.gone_on:
            call.brought_out = True
            call.inbox.put_nowait(BroughtOut())
        for channel in call.rung.keys() & existing.keys():
            if existing[channel].up:
                call.inbox.put_nowait(Answered(channel))
        for playback in (call.playing, call.explaining):
            if playback is not None and not await house.control.is_playing(playback):
                call.inbox.put_nowait(Played(playback))
        if call.recording is not None and not await house.control.is_recording(call.recording):
            call.inbox.put_nowait(Recorded(call.recording))


def end_those_at(house: House, node: str) -> None:
    """The node is lost: tell its calls that nobody is there any more."""
    for call in house.live:
        if node_of(call.caller.channel) == node:
            call.tell("signal", type="node_lost", node=node)
            # The caller first: whoever is rung for one who is gone has not failed to answer.
            for channel in sorted(call.channels(), key=lambda one: one != call.caller.channel):
                call.inbox.put_nowait(HungUp(channel, NORMAL))


async def sweep(house: House, calls: Iterable[Call], node: str = "") -> None:
    """At the start: remove the bridges that dead instances have left. These calls are taken on and go on in theirs."""
    wanted = {call.state.bridge for call in (*house.live, *calls)}
    for bridge in await house.control.bridged(node):
        if bridge not in wanted:
            with suppress(Gone):  # somebody was faster
                await house.control.destroy_bridge(bridge)


async def adopt(house: House, node: str = "") -> list[tuple[Call, Stage]]:
    """Take on the calls that nobody serves.

    Dead instances of ours hold them, their coming was missed, or their node was given up and is back.

    Each goes on in the stage in which it was.

    What plays on a channel, or is recorded, is ended first: a move would queue behind it.
    """
    held = await house.control.held_by_our_apps(node)
    existing = {channel.id: channel for channel in await house.control.channels(node) if not channel.gone_on}
    orphans = [existing[id_] for id_ in held if id_ in existing and house.live.of_channel(id_) is None]
    open_calls = await left_open(house)
    known = await _beside_one_another(partial(_state_of, house), orphans)
    written = [state for state in known if state is not None]
    newest = {state.id: state for state in sorted(written, key=_age)}
    states = [_with_marks(state, open_calls.get(state.id)) for state in newest.values()]
    bridged = await house.control.bridged(node) if states else {}
    elsewhere = existing.keys() - {channel for channel, is_here in held.items() if is_here}
    calls = await _beside_one_another(
        partial(_take_on, house, existing=existing, elsewhere=elsewhere, bridged=bridged), states
    )
    taken = {channel for call, _ in calls for channel in call.channels()}
    left = {state.caller.channel for state in written} - taken
    for channel in left:
        await _hang_up(house, channel)
    begun = {state.caller.channel: state for state in open_calls.values() if state is not None}
    anew = await _beside_one_another(
        lambda orphan: _begin_anew(house, orphan, elsewhere, begun.get(orphan.id)),
        (orphan for orphan in orphans if orphan.id not in taken | left),
    )
    calls.extend(call for call in anew if call is not None)
    log.info("calls.adopted", calls=len(calls))
    return calls


def _age(state: CallState) -> datetime:
    """Of a call whose caller has just become another it stands on both channels; the newer one holds."""
    return max(since for since in (state.stage_since, state.talking_since, _LONG_AGO) if since is not None)


async def _hang_up(house: House, channel: str) -> None:
    try:
        await house.control.hang_up(channel)
    except TelephonyError as error:
        log.info("calls.not_hung_up", channel=channel, why=str(error))


async def _beside_one_another(work: Callable[[Each], Awaitable[T]], those: Iterable[Each]) -> list[T]:
    """What becomes of each, in their order."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(each: Each) -> T:
        async with places:
            return await work(each)

    return await asyncio.gather(*map(one, those))


async def _state_of(house: House, orphan: LiveChannel) -> CallState | None:
    """The state that is written on the channel, None where there is none or where its caller is another channel.

    Nor has a call begun whose caller is rung first and has not answered yet (`calls/own_phone.py`).
    """
    try:
        written = await house.control.variable(orphan.id, VARIABLE)
        state = CallState.from_json(written) if written else None
    except (TelephonyError, ValueError, KeyError, TypeError) as error:
        log.warning("calls.unreadable_state", channel=orphan.id, why=str(error))
        return None
    if state is None or state.caller.channel != orphan.id or not (orphan.up or state.caller.rang_in):
        return None
    return replace(state, answered=state.answered or orphan.up)


def _with_marks(written: CallState, kept: CallState | None) -> CallState:
    """A mark that was made while something played is kept beside, and not on the channel yet (M4)."""
    if kept is None:
        return written
    return replace(
        written,
        confidential=written.confidential or kept.confidential,
        threat=written.threat or kept.threat,
    )


async def _take_on(
    house: House,
    state: CallState,
    existing: dict[str, LiveChannel],
    elsewhere: set[str],
    bridged: Mapping[str, frozenset[str]],
) -> tuple[Call, Stage]:
    """The call with its stage. Whoever of its legs is gone is found so by the stage's first signal.

    ``elsewhere`` are the channels that this application does not have.
    """
    try:
        stage: Stage = from_json(state.stage)
    except (KeyError, ValueError, TypeError) as error:
        # Another version's, whose arguments nobody here can read.
        log.warning("calls.unknown_stage", call=state.id, why=str(error))
        stage = Apologising()
        state = replace(state, stage={"name": str(state.stage.get("name", ""))})
    call = Call(state, house)
    call.is_taken_on = isinstance(stage, Talking)
    for leg in (state.caller, state.other):
        if leg is None:
            continue
        if leg.channel not in existing:
            call.inbox.put_nowait(HungUp(leg.channel, NORMAL))
            continue
        await _bring_here(house, leg.channel, elsewhere)
    if isinstance(stage, Talking) and state.other is not None and state.other.channel in existing:
        await _bring_together(call, state.other, bridged)
    call.tell("signal", type="adopted", stage=state.stage.get("name", ""))
    return call, stage


async def _begin_anew(
    house: House, orphan: LiveChannel, elsewhere: set[str], kept: CallState | None
) -> tuple[Call, Stage] | None:
    """A channel without a state: a call that had only just come begins anew; a leg that still rang is ended.

    ``kept`` is what is known of it where the call log has it already: its id, and its marks (M4).
    """
    try:
        side = await house.control.variable(orphan.id, SIDE)
        if not side:
            await house.control.hang_up(orphan.id)
            return None
        await _bring_here(house, orphan.id, elsewhere)
    except TelephonyError as error:
        log.info("calls.not_adopted", channel=orphan.id, why=str(error))
        return None
    caller = Leg(orphan.id, orphan.account, number=orphan.caller_number)
    id_ = kept.id if kept is not None else new_id("k")
    state = CallState(id_, side, orphan.dialled, caller, answered=orphan.up)
    return Call(_with_marks(state, kept), house), Arriving()


async def _bring_together(call: Call, other: Leg, bridged: Mapping[str, frozenset[str]]) -> None:
    """Whoever was held, or half joined or parted, when the instance died talks again."""
    bridge, control = call.state.bridge, call.house.control
    inside = bridged.get(bridge, frozenset()) if bridge else frozenset()
    try:
        if bridge not in bridged:
            await call.connect(other)
        elif bridge is not None:
            for leg in (call.caller, other):
                if leg.channel not in inside:
                    await control.add_to_bridge(bridge, leg.channel)
    except TelephonyError as error:  # they hang up, or the stage finds out who has
        log.warning("calls.not_together", call=call.id, why=str(error))


async def quiet(house: House, channel: str) -> None:
    """End what plays to a channel and what is recorded of it. Raises TelephonyError, Gone when the channel is."""
    with suppress(Gone):  # nothing played
        await house.control.stop_playing(playback_id(channel))
    with suppress(Gone):
        await house.control.stop_recording(recording_id(channel))
    await house.control.stop_music(channel)


async def _bring_here(house: House, channel: str, elsewhere: set[str]) -> None:
    """What is here already is not moved: Asterisk would tell of its leaving, as of a hang-up."""
    try:
        await quiet(house, channel)
        if channel in elsewhere:
            await house.control.move_here(channel, ["adopted"])
    except TelephonyError as error:
        log.warning("calls.not_moved", channel=channel, why=str(error))
