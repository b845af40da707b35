"""A call as its stages see it: wait, speak, ring, connect, end. One task and one queue a call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ParamSpec
from uuid import UUID

import structlog

from hanvisa import ids
from hanvisa.calls.live_ports import Asked
from hanvisa.calls.marking import settle
from hanvisa.calls.noticing import notice_parties
from hanvisa.calls.ports import Spoken
from hanvisa.calls.prompts import Breath, Prompt
from hanvisa.calls.signals import (
    BroughtOut,
    Entered,
    Held,
    HungUp,
    Key,
    Played,
    Signal,
    Surrendered,
    TransferRequested,
    Unheld,
    Woken,
)
from hanvisa.calls.stage import BackToOperator, Stage, to_json
from hanvisa.calls.state import VARIABLE, CallState, Leg
from hanvisa.errors import Gone, Refused, TelephonyError
from hanvisa.ids import OUR_IDS, node_of
from hanvisa.policy.facts import Organisation, Person, Switchboard
from hanvisa.policy.model import Language
from hanvisa.policy.numbers import caller_language
from hanvisa.policy.register import Register

if TYPE_CHECKING:
    from hanvisa.calls.house import House

log = structlog.get_logger()

Args = ParamSpec("Args")


class CallerGone(Exception):  # noqa: N818 - it is an event of the call, not a fault
    """The caller has hung up, or the dialplan goes on with them. Ends the call."""


class LegTaken(Exception):  # noqa: N818
    """Another call has taken a leg of this one. Ends this call; the leg lives on there."""


class Call:
    def __init__(self, state: CallState, house: House) -> None:
        self.state = state
        self.house = house
        self.inbox: asyncio.Queue[Signal] = asyncio.Queue()
        self.rung: dict[str, Leg] = {}  # legs that ring now, by channel
        self.promised: Leg | None = None  # has answered and is to be joined, though there is no bridge yet
        self.playing: str | None = None  # the playback to the caller that the call waits for
        self.recording: str | None = None  # what the caller says is being recorded under this name
        self.explaining: str | None = None  # the playback that tells somebody alone why they were refused
        self.taken_by: UUID | None = None  # the operator who wants the caller, who waits or is parked
        self.handed_to: BackToOperator | None = None  # where an operator hands over the caller, who is parked
        self.fetched_by: str | None = None  # the channel of a phone that wants the caller, who is parked
        self.interrupted = False  # Asterisk does not answer, and the call waits for it
        self.brought_out = False  # the dialplan has the caller, or is about to: nobody hangs them up
        self.found_gone: str | None = None  # the channel of the other party, whose hang-up was told once more
        self.is_taken_on = False  # a talk of an instance that has died, in which somebody may hear music
        # The other party's channel, and where the caller goes on when it hangs up, who could not send them on.
        self.after_party: tuple[str, Stage] | None = None
        self.uses_left: list[UUID] = []  # taken before the stage was begun anew, and not needed yet
        self.counting = asyncio.Lock()  # held while a use is taken, or goes to another call
        self.over = asyncio.Event()  # nothing is left of the call
        self.beside = asyncio.TaskGroup()  # what nobody in the call waits for, but its end in the log does
        self._saved: CallState | None = None
        self._kept: CallState | None = None

    # who and what

    @property
    def id(self) -> str:
        return self.state.id

    @property
    def caller(self) -> Leg:
        return self.state.caller

    @property
    def other(self) -> Leg | None:
        return self.state.other

    @property
    def callers_number(self) -> str:
        """As `CallState.number_told`."""
        return self.state.number_told(self.caller)

    @property
    def register(self) -> Register:
        return self.house.directory.register

    @property
    def organisation(self) -> Organisation | None:
        return self.register.organisation(self.state.organisation) if self.state.organisation else None

    @property
    def switchboard(self) -> Switchboard | None:
        """Where the call's organisation has its callers wait for operators."""
        return self.register.switchboard_of(self.state.organisation) if self.state.organisation else None

    @property
    def touched(self) -> bool:
        """O2 follows the caller: an operator has answered the call, been offered it back or sent it on."""
        return self.state.touched_by is not None

    @property
    def parked_for(self) -> UUID | None:
        """Whom the caller is parked for, while they are."""
        stage = self.state.stage
        return UUID(stage["args"]["person"]) if stage.get("name") == "Parked" and "args" in stage else None

    @property
    def rings_back(self) -> UUID | None:
        """The number left to be rung back for which an operator is there, or is rung."""
        stage = self.state.stage
        return (
            UUID(stage["args"]["callback"])
            if stage.get("name") == "RingingBack" and "args" in stage
            else None
        )

    def person_of(self, leg: Leg) -> Person | None:
        return self.register.person(leg.person) if leg.person else None

    def language_of(self, leg: Leg) -> Language:
        """What is written on the leg, else the person's own, or by the number outside."""
        if leg.language is not None:
            return leg.language
        person = self.person_of(leg)
        if person is not None:
            return person.language
        return Language.SV if leg.account else caller_language(leg.number)

    def channels(self) -> set[str]:
        """Every channel of the call."""
        return {leg.channel for leg in (self.caller, self.other, self.promised) if leg} | set(self.rung)

    @property
    def is_held(self) -> bool:
        """Somebody in it is on hold, or the caller is parked."""
        held = any(leg.held for leg in (self.caller, self.other) if leg)
        return held or self.state.stage.get("name") in ("OnHold", "Parked")

    # its story

    def tell(self, kind: str, **data: Any) -> None:
        """Append to the call log. Of a private call's number no more than its beginning is ever written."""
        self.house.log.record(self.id, kind, self.state.discreet(data))
        self.house.feed.told(self, kind)
        if kind == "closed":
            self.house.open_calls.forget(self.id)

    def keep(self) -> None:
        """Whatever becomes of the channel and of us, the call's end is told, and what was said to be kept is."""
        if self._kept is not self.state:
            self._kept = self.state
            self.house.open_calls.keep(self.id, self.state.without_numbers_of_others().to_json())

    def change(self, **fields: Any) -> None:
        self.state = replace(self.state, **fields)
        self.house.live.stirred()

    def enter(self, stage: Stage, *, is_anew: bool) -> None:
        """From now on the call is in this stage. It is written down before the call speaks or waits.

        ``is_anew``: it had been in it, and what that stage took of exceptions is not taken again.
        """
        if (written := to_json(stage)) != self.state.stage:
            self.change(stage=written, stage_since=self.house.clock.now(), uses=())
        elif not is_anew:
            self.change(uses=())
        self.uses_left = list(self.state.uses)
        # That it has begun is kept at once; of a later stage nobody is to know before it waits or speaks.
        if self._kept is None:
            self.keep()
        self.tell("stage", **self.state.stage)

    async def save(self) -> None:
        """Write the state on the caller's channel, if it has changed, so that another instance can take the call on.

        Not while something plays on the channel or is recorded: Asterisk would carry it out when that has ended.
        """
        if self.state is not self._saved and self.playing is None and self.recording is None:
            saving = self.state
            self.keep()
            if await self.command(
                self.house.control.set_variable(self.caller.channel, VARIABLE, saving.to_json())
            ):
                self._saved = saving

    async def save_without(self, left: str) -> None:
        """Who talks here now, for whoever takes the call on, before the channel that has ``left`` is hung up."""
        await self.save()
        await self.take_state_off(left)

    async def take_state_off(self, channel: str) -> None:
        """What is written on this channel must not be taken for a call that lives."""
        await self.command(self.house.control.set_variable(channel, VARIABLE, ""))

    async def foresee(self, stage: Stage) -> None:
        """From what is done now the call goes on in this stage, without the other party, whoever takes it on."""
        coming = replace(
            self.state,
            stage=to_json(stage),
            stage_since=self.house.clock.now(),
            other=None,
            bridge=None,
            uses=(),
        )
        await self.command(self.house.control.set_variable(self.caller.channel, VARIABLE, coming.to_json()))

    async def make_sure_of_caller(self) -> None:
        """Raises CallerGone where Asterisk knows the caller no more: the hang-up is on its way as a signal."""
        try:
            with suppress(Refused):  # that is an answer
                await self.house.control.variable(self.caller.channel, VARIABLE)
        except Gone as error:
            raise CallerGone from error

    async def command(self, what: Awaitable[None]) -> bool:
        """Carry out a command whose failure must not end the call; it is logged, and False.

        That a channel is gone is an ordinary answer: the hang-up is on its way as a signal.
        """
        return await self._failure_of(what) is None

    async def insist(
        self, command: Callable[Args, Awaitable[None]], *args: Args.args, **more: Args.kwargs
    ) -> bool:
        """A command without which somebody would hear nothing, or wait for nothing: it is tried twice."""
        failure = await self._failure_of(command(*args, **more))
        if failure is None or isinstance(failure, Gone):
            return failure is None
        return await self.command(command(*args, **more))

    async def hang_up(self, channel: str, reason: str = "normal") -> None:
        """Where that fails it is tried again later: nobody stays behind on a dead line."""
        if self.promised is not None and self.promised.channel == channel:
            self.promised = None
        if not isinstance(await self._failure_of(self.house.control.hang_up(channel, reason)), Gone | None):
            self.house.leftovers.channel(channel)

    async def let_hang_up(self, channel: str) -> None:
        """A phone whose REFER has succeeded hangs up by itself (RFC 5589, 6.1); where it does not, we do soon.

        It is in no conversation until then. Were it hung up at once, Asterisk's BYE could come before its NOTIFY of
        success (seen), and the phone would show a transfer that failed.
        """
        bridge = self.state.bridge
        if bridge and not await self.command(self.house.control.remove_from_bridge(bridge, channel)):
            await self.hang_up(channel)
        else:
            self.house.leftovers.channel(channel)

    async def destroy_bridge(self, bridge: str) -> None:
        """Where that fails it is tried again later."""
        if not isinstance(await self._failure_of(self.house.control.destroy_bridge(bridge)), Gone | None):
            self.house.leftovers.bridge(bridge)

    async def _failure_of(self, command: Awaitable[None]) -> TelephonyError | None:
        try:
            await command
        except Gone as error:
            return error
        except TelephonyError as error:
            log.warning("call.command_failed", call=self.id, why=str(error))
            self.tell("command", failed=str(error))
            return error
        return None

    # waiting

    def wake(self) -> None:
        """What the call waits for in a queue may have changed."""
        self.inbox.put_nowait(Woken())

    async def next(self, within: float | None = None) -> Signal | None:
        """The call's next signal, or None when none came within so many seconds.

        Raises:
            CallerGone: the caller hung up, or was brought out.
            LegTaken: another call has taken a leg of this one.
        """
        await self.save()
        try:
            async with asyncio.timeout(within):
                signal = await self.inbox.get()
        except TimeoutError:
            return None
        match signal:
            case TransferRequested(channel) if self.other is None:
                # Nobody to be sent on: the phone waits for an answer all the same.
                await self.insist(self.house.control.tell_transferor, channel, "channel_unavailable")
            case Entered(channel, _, replaced) if (
                replaced and self.other is None and replaced.id not in self.rung
            ):
                # Nobody is spoken with: there is no place to take.
                await self.hang_up(channel.id)
            case HungUp(channel) if channel == self.caller.channel:
                raise CallerGone
            case BroughtOut():
                raise CallerGone
            case Surrendered():
                raise LegTaken
            case Asked():
                settle(self, signal)
            case Held(channel) | Unheld(channel) if leg := self.state.leg_of(channel):
                self.state = self.state.with_leg(replace(leg, held=isinstance(signal, Held)))
                self.house.live.stirred()
            case Key(channel, digit):
                self.tell("key", channel=channel, digit=digit)
        return signal

    def is_about_to_lose(self, channel: str) -> bool:
        """A signal that waits to be heeded says that the channel is gone, or that this call is over."""
        coming = [self.inbox.get_nowait() for _ in range(self.inbox.qsize())]
        for signal in coming:
            self.inbox.put_nowait(signal)
        ends = (BroughtOut, Surrendered)
        return any(
            isinstance(one, ends) or (isinstance(one, HungUp) and one.channel == channel) for one in coming
        )

    async def key(self, within: float) -> str | None:
        """The caller's next key, or None when none came within so many seconds."""
        deadline = asyncio.get_running_loop().time() + within
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            match await self.next(left):
                case Key(channel, digit) if channel == self.caller.channel:
                    return digit
        return None

    # speaking

    async def answer(self) -> None:
        if not self.state.answered:
            await self.house.control.answer(self.caller.channel)
            self.change(answered=True)

    async def say(self, *prompts: Prompt | Spoken, enough: Callable[[], bool] = lambda: False) -> str | None:
        """Speak to the caller, or play what is ready. A key ends it and is returned; None when all was said.

        It ends as well when a signal comes after which it is ``enough``.
        """
        before = () if self.state.answered else (Breath(),)
        await self.answer()
        await self.save()
        playback = await self.start_saying(self.caller, *before, *prompts)
        with self._waiting_for(playback):
            while True:
                match await self.next():
                    case Played(id_) if id_ == playback:
                        return None
                    case Key(channel, digit) if channel == self.caller.channel:
                        await self.command(self.house.control.stop_playing(playback))
                        await self._until_played(playback)
                        return digit
                if enough():
                    await self.command(self.house.control.stop_playing(playback))
                    await self._until_played(playback)
                    return None

    async def start_saying(self, to: Leg, *prompts: Prompt | Spoken) -> str:
        """Begin to speak to one leg, in its language, and give the playback's id; its end comes as `Played`."""
        now, language = self.house.clock.now(), self.language_of(to)
        spoken = [
            prompt if isinstance(prompt, Spoken) else self.house.voice.say(prompt, language, now)
            for prompt in prompts
        ]
        files = tuple(file for one in spoken for file in one.files)
        playback = playback_id(to.channel)
        self.tell(
            "heard",
            to="caller" if to == self.caller else "other",
            channel=to.channel,
            words=" ".join(one.words for one in spoken if one.words),
            files=files,
            language=language,
        )
        try:
            await self.house.control.play(to.channel, self.house.voice.in_one(files), playback)
        except (Gone, Refused):
            self.tell("signal", type="not_heard", channel=to.channel)
            raise
        return playback

    async def _until_played(self, playback: str) -> None:
        while await self.next(within=1.0) not in (Played(playback), Played(playback, failed=True), None):
            pass

    @contextmanager
    def _waiting_for(self, playback: str) -> Iterator[None]:
        self.playing = playback
        try:
            yield
        finally:
            self.playing = None

    # connecting

    async def connect(self, leg: Leg) -> None:
        """Let the caller and this answered leg speak with each other.

        Where that fails the leg is hung up: nobody waits in a bridge that is none.
        """
        bridge = new_id("b", node_of(self.caller.channel))
        try:
            await self.answer()
            await self.house.control.bridge(bridge, (self.caller.channel, leg.channel))
        except TelephonyError:
            await self.hang_up(leg.channel)
            await self.destroy_bridge(bridge)
            raise
        self.promised = self.taken_by = None
        self.change(other=leg, bridge=bridge)
        notice_parties(self)

    async def part(self, *, leaves_by_itself: bool = False) -> None:
        """Take the caller out of the bridge and let go of the other leg, which is hung up.

        ``leaves_by_itself``: its phone has just been told that its transfer is done.
        """
        other, bridge = self.state.other, self.state.bridge
        self.change(other=None, bridge=None)
        if bridge:
            await self.command(self.house.control.remove_from_bridge(bridge, self.caller.channel))
        if other:
            await (self.let_hang_up if leaves_by_itself else self.hang_up)(other.channel)
        if bridge:
            await self.destroy_bridge(bridge)
        if other and other.person:
            self.house.queues.left(other.person, self.house.clock.now())
        self.house.queues.wake()

    async def end(self) -> None:
        """Hang up whatever is left of the call; what another call or the dialplan has taken is not."""
        live = self.house.live
        done = {self.caller.channel} if self.brought_out else set()
        unbound = {channel for channel in self.channels() if live.of_channel(channel) is None}
        bridge = self.state.bridge
        # Somebody may come in meanwhile, for a place that there is not any more.
        while (left := (unbound | live.channels_of(self)) - done) or bridge:
            for channel in left:
                await self.hang_up(channel)
            if bridge:
                await self.destroy_bridge(bridge)
            done, bridge = done | left, None


def new_id(kind: str, node: str = "") -> str:
    """An id of ours for a channel (c), a bridge (b) or a call (k). ``node`` is where it is, of several (`node_of`).

    They sort by the time they were made: what the database keeps of calls that go on at once lies close together.
    """
    place = f"{kind}-{node}" if node else kind
    return f"{OUR_IDS}{place}-{ids.new_id().hex}"


def playback_id(channel: str) -> str:
    """One playback at a time on a channel, so whoever adopts or rescues the channel knows the id."""
    return f"hv-play-{channel}"
