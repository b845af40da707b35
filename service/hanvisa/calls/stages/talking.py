"""Two parties talk. Their phones may hold, transfer, be replaced; a refused step leaves the caller where they are."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hanvisa.calls.afterwards import Afterwards
from hanvisa.calls.asker import Refusal
from hanvisa.calls.attending import carry_out, leave, to_queue
from hanvisa.calls.call import CallerGone
from hanvisa.calls.holding import Holding
from hanvisa.calls.joining import alone
from hanvisa.calls.keyed import Keyed, tell_both
from hanvisa.calls.live_ports import Asked, Wish
from hanvisa.calls.music import stop_again
from hanvisa.calls.operators import pause
from hanvisa.calls.parties import is_operator
from hanvisa.calls.prompts import Breath, CallBarred, TransferRefused, Why
from hanvisa.calls.queue import AT_THE_HEAD
from hanvisa.calls.replacing import put_in_place
from hanvisa.calls.signals import (
    LOST,
    NORMAL,
    Entered,
    HungUp,
    Key,
    Played,
    Signal,
    TransferRequested,
    Unheld,
)
from hanvisa.calls.stage import BackToOperator, OnHold, Stage, Talking, runs
from hanvisa.calls.state import Leg
from hanvisa.calls.threats import ThreatRecording
from hanvisa.calls.toning import Toning
from hanvisa.calls.transferring import transfer
from hanvisa.errors import TelephonyError

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


CAUSE_WITHIN = 1.0  # seconds
BYE_WITHIN = 2.0  # seconds: of a phone that takes its transfer for done as soon as it has asked for it


@runs(Talking)
async def talk(call: Call, _: Talking) -> Stage | None:
    if call.is_taken_on and call.other is not None:
        # One of them may have been told why they were refused as it was: the other hears music.
        call.is_taken_on = False
        await stop_again(call, call.caller.channel, call.other.channel)
    explaining = Explaining(call)
    async with Afterwards(explaining.over):
        return await _talk(call, explaining)


@runs(OnHold)
async def hold(call: Call, stage: OnHold) -> Stage | None:
    """The held party is out of the bridge. Should the operator hang up meanwhile, the caller is offered back."""
    control, bridge = call.house.control, call.state.bridge
    explaining = Explaining(call, held=stage.channel)
    following: Stage | None = Talking()
    async with Afterwards(explaining.over, lambda: call.insist(control.stop_music, stage.channel)):
        try:
            if bridge is not None:
                await call.command(control.remove_from_bridge(bridge, stage.channel))
                await call.insist(control.start_music, stage.channel)
            following = await _talk(call, explaining)
        except TelephonyError as error:  # the held party must not stay alone
            call.tell("command", failed=str(error))
    if isinstance(following, Talking) and call.state.leg_of(stage.channel) is not None:
        await _retrieve(call, stage.channel)
    if following is None and stage.channel == call.caller.channel and call.state.touched_by is not None:
        await call.part()
        return BackToOperator(call.state.touched_by)
    return following


async def _retrieve(call: Call, channel: str) -> None:
    """Put the held party back into the bridge, or, where that fails, both into a new one."""
    bridge, other = call.state.bridge, call.other
    is_back = bridge is not None and await call.insist(call.house.control.add_to_bridge, bridge, channel)
    if not is_back and other is not None:
        await call.connect(other)
        if bridge is not None:
            await call.destroy_bridge(bridge)


async def _talk(call: Call, explaining: Explaining) -> Stage | None:
    toning, holding, keyed = Toning(call), Holding(call, explaining.held), Keyed(call)
    recording = ThreatRecording(call)
    async with Afterwards(holding.over, recording.over):
        while call.other is not None:
            await recording.look()
            try:
                signal = await toning.next(holding.left())
            except CallerGone:
                is_kept = not call.brought_out and explaining.takes_it_for_done(call.caller.channel)
                following = await _after_asker(call, call.caller, call.other) if is_kept else None
                if following is None:
                    raise
                return following
            if isinstance(signal, HungUp) and signal.channel == call.other.channel:
                is_kept = explaining.takes_it_for_done(signal.channel)
                lost = await _after_lost(call, call.other, signal)
                kept = await _after_asker(call, call.other, call.caller) if is_kept and not lost else None
                return lost or kept or await _after_party(call, call.other)
            if isinstance(signal, Key):
                await keyed.press(signal.channel, signal.digit)
            following = await holding.heed(signal) or await _heed(call, explaining, signal)
            if following is not None:
                return following
        return None


async def _after_lost(call: Call, other: Leg, gone: HungUp) -> Stage | None:
    """An operator's phone that died gives its caller back: at the head of the queue. None: somebody has hung up."""
    is_operator = other.account and other.person and call.register.operator(other.person)
    if not is_operator or other.person is None or await _cause(call, gone) not in LOST:
        return None
    call.tell("signal", type="phone_lost", person=str(other.person))
    await pause(call, other.person, Why.UNPLUGGED)
    return await to_queue(call, other, call.caller, AT_THE_HEAD)


async def _cause(call: Call, gone: HungUp) -> int:
    """Why the channel is gone: it is told a moment after it has left our hands."""
    while not gone.cause:
        signal = await call.next(CAUSE_WITHIN)
        if signal is None:
            return NORMAL
        if isinstance(signal, HungUp) and signal.channel == gone.channel:
            gone = signal
    return gone.cause


async def _after_asker(call: Call, asker: Leg, party: Leg) -> Stage | None:
    """Whom they wanted to send on is the caller from here, whoever rang whom. None: an operator, who is free."""
    if party.account and is_operator(call, party):
        return None
    await leave(call, asker, party, call.state.touched_by)
    return alone(call, party)


async def _after_party(call: Call, party: Leg) -> Stage | None:
    """Serial calls: the caller comes back to the operator after each party, until the operator hangs up.

    So does one whom their party wanted to send on, and could not.
    """
    operator = call.state.serial
    left, following = call.after_party or ("", None)
    if party.channel != left:
        following = BackToOperator(operator) if operator is not None and party.person != operator else None
    if following is not None:
        await call.part()
    return following


async def _heed(call: Call, explaining: Explaining, signal: Signal | None) -> Stage | None:
    match signal:
        case TransferRequested(channel):
            outcome = await transfer(call, signal)
            if isinstance(outcome, Refusal):
                await explaining.begin(outcome)
            elif outcome is not None:
                return outcome
            await call.save()
            explaining.comes_to_nothing(channel)
        case Asked(wish=Wish.CONFIDENTIAL):  # it is marked already
            await tell_both(call)
        case Asked():
            return await carry_out(call, signal, held=explaining.held is not None)
        case Entered(_, _, replaced) if replaced is not None:
            return await put_in_place(call, signal, explaining.held)
        case Unheld(channel):
            await explaining.now_if_due(channel, Breath())
        case Played(playback):
            await explaining.ended(playback)
    return None


@dataclass
class Explaining:
    """Telling whoever was refused why, alone and in a few words.

    The caller stays in the bridge and hears music meanwhile. A phone that holds plays nothing: it is told when it takes
    the hold off, and until then by its display (603).
    """

    call: Call
    due: dict[str, TransferRefused | CallBarred] = field(default_factory=dict)  # by channel
    listener: str | None = None  # the channel that hears music meanwhile
    held: str | None = None  # the channel that hears music anyway
    bye_until: dict[str, float] = field(default_factory=dict)  # by channel, of the loop's time

    def comes_to_nothing(self, channel: str) -> None:
        """Many phones send BYE right behind a blind REFER, whatever comes of it (RFC 5589, 6.1).

        It waited behind our own commands, which may have taken long, or comes soon from now on.
        """
        has_come = self.call.is_about_to_lose(channel)
        until = math.inf if has_come else asyncio.get_running_loop().time() + BYE_WITHIN
        self.bye_until[channel] = until

    def takes_it_for_done(self, channel: str) -> bool:
        """Whether a phone that hangs up now does so because of its transfer, which was refused."""
        is_soon = asyncio.get_running_loop().time() < self.bye_until.get(channel, 0.0)
        return is_soon or channel in self.due

    async def begin(self, refusal: Refusal) -> None:
        leg = self.call.state.leg_of(refusal.channel)
        if leg is None:
            return
        self.due[leg.channel] = refusal.prompt
        if self.call.explaining is not None:
            # Refused once more while being told of the last: what is newest is told, when the other has ended.
            await self.call.command(self.call.house.control.stop_playing(self.call.explaining))
        elif not leg.held:
            await self.now_if_due(leg.channel)

    async def now_if_due(self, channel: str, *first: Breath) -> None:
        """``first`` is for a phone that has just taken its hold off, and hears late as after an answer."""
        leg = self.call.state.leg_of(channel)
        prompt = self.due.pop(channel, None)
        if leg is None or prompt is None:
            return
        self.listener = self._listener(leg).channel
        await self.call.insist(self.call.house.control.start_music, self.listener)
        try:
            self.call.explaining = await self.call.start_saying(leg, *first, prompt)
        except TelephonyError as error:
            self.call.tell("command", failed=str(error))
            await self._stop_music()

    async def ended(self, playback: str) -> None:
        if playback != self.call.explaining:
            return
        self.call.explaining = None
        await self._stop_music()
        for channel in list(self.due):
            leg = self.call.state.leg_of(channel)
            if leg is None or not leg.held:
                await self.now_if_due(channel)

    async def over(self) -> None:
        """The talk ends or goes on otherwise: nobody is left with music or half a sentence."""
        if self.call.explaining is not None:
            await self.call.command(self.call.house.control.stop_playing(self.call.explaining))
            self.call.explaining = None
        await self._stop_music()

    async def _stop_music(self) -> None:
        if self.listener is not None and self.listener != self.held:
            await self.call.insist(self.call.house.control.stop_music, self.listener)
            await stop_again(self.call, self.listener)
        self.listener = None

    def _listener(self, spoken_to: Leg) -> Leg:
        """The one who hears music: the other leg."""
        other = self.call.other
        return (
            other if other is not None and spoken_to.channel == self.call.caller.channel else self.call.caller
        )
