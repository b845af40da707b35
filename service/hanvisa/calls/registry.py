"""Signals in, calls out.

Opens a call for each new channel, gives every signal to the call it belongs to, and adopts the calls of an instance
that has died.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

import structlog

from hanvisa.beside import Beside
from hanvisa.calls.adoption import adopt, end_those_at, resync, sweep
from hanvisa.calls.agreement import Agreement
from hanvisa.calls.alarms import calls_to_operators, raise_alarm
from hanvisa.calls.call import Call, new_id
from hanvisa.calls.callbacks import Callbacks
from hanvisa.calls.delays import Delays
from hanvisa.calls.dialling import dial
from hanvisa.calls.ends import tell_missed_ends
from hanvisa.calls.house import House
from hanvisa.calls.runner import run_call
from hanvisa.calls.signals import (
    Answered,
    Entered,
    Held,
    HungUp,
    Key,
    NodeLost,
    Offered,
    PhoneLost,
    Played,
    Reconnected,
    Recorded,
    Redirected,
    Signal,
    TransferRequested,
    Unheld,
)
from hanvisa.calls.stage import Arriving, Stage
from hanvisa.calls.state import CallState, Leg
from hanvisa.errors import TelephonyError
from hanvisa.policy.emergency import EmergencyCall

log = structlog.get_logger()

SYNC_AGAIN = 1.0  # seconds
AGAIN = 1.0  # seconds after which what works beside the calls, and has failed, is begun again: somebody waits for it
# Seconds from when a lost node is back until its calls are taken on. A service that was cut off with it, and had them,
# must find out first that another leads: whoever talks with one who is taken from it it would hang up.
LEARNS_WITHIN = 3.0
ENDS_WITHIN = 1.0  # seconds, for what the calls were about: the database is not closed under them
OFFERED_FOR = timedelta(seconds=0.5)  # by the dialplan's StasisBroadcast; then it has gone on without us
RUNG = "rung"  # the argument with which our own outgoing legs come to us
ADOPTED = "adopted"  # and those that were moved here


class Registry:
    """The live calls of this process. Run :meth:`run`; feed it with :meth:`deliver`.

    ``nodes`` are the names of the Asterisks where there are several: one that hangs holds up its own calls alone.
    ``missed`` is called when calls may have gone on without us: a connection was lost.
    ``taken`` counts the calls that began here, ``not_taken`` the offers that were too late, or that another instance
    took; ``delays`` are how long they waited.
    """

    def __init__(
        self, house: House, missed: Callable[[], None] = lambda: None, nodes: Iterable[str] = ()
    ) -> None:
        self.house = house
        self._missed = missed
        self.delays = Delays()
        self.taken = self.not_taken = 0
        self._swept: set[str] = set()  # the nodes
        self._lost: set[str] = set()  # likewise
        self._agreement = Agreement(house.queues.wake)
        self.synced = self._agreement.reached
        self._inboxes: dict[str, asyncio.Queue[Signal]] = {node: asyncio.Queue() for node in ("", *nodes)}
        self._tasks: set[asyncio.Task[None]] = set()
        callbacks = Callbacks(house, self.synced, self.open, self._spawn)
        self.beside = (
            Beside("removal of what is left over", lambda: house.leftovers.clear(house.control), AGAIN),
            Beside("ringing back", callbacks.run, AGAIN),
            Beside("telling of calls to 112", self._raise_alarms, AGAIN),
            Beside("dialling at the console", self._dial, AGAIN),
        )

    def deliver(self, signal: Signal, node: str = "") -> None:
        """Never waits: the reader of the event stream must only drain.

        ``node`` is whose stream told it, "" where there is one Asterisk, or where no stream did.
        """
        self._inboxes[node].put_nowait(signal)

    async def run(self) -> None:
        """Give out signals for ever. Cancelled, it leaves the calls to another instance, and nothing is at work."""
        for part in self.beside:
            self._spawn(part.run())
        try:
            async with asyncio.TaskGroup() as readers:
                for inbox in self._inboxes.values():
                    readers.create_task(self._read(inbox))
        finally:
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=ENDS_WITHIN)

    async def _read(self, inbox: asyncio.Queue[Signal]) -> None:
        """One node's signals, in their order."""
        while True:
            signal = await inbox.get()
            if isinstance(signal, Reconnected):
                await self._sync(signal)
            else:
                self._give_out(signal)

    def open(self, call: Call, stage: Stage) -> None:
        """Begin, or take on, a call."""
        for channel in call.channels():
            self.house.live.bind(channel, call)
        self._spawn(run_call(call, stage))

    async def _raise_alarms(self) -> None:
        while True:
            emergency, told = await self.house.alarms.next()
            self._spawn(self._tell_operators(emergency))  # first: whatever becomes of the event
            raise_alarm(self.house, emergency, told=told)

    async def _dial(self) -> None:
        while True:
            self._spawn(dial(self.house, await self.house.dialling.next(), self.open))

    async def _tell_operators(self, emergency: EmergencyCall) -> None:
        for call, stage in await calls_to_operators(self.house, emergency):
            self.open(call, stage)

    def _sync_again(self, connected: Reconnected) -> None:
        """Not with a node that is lost by now: when it is back, its stream says so."""
        if connected.node not in self._lost:
            self.deliver(connected, connected.node)

    async def _sync(self, connected: Reconnected) -> None:
        """After each connection. Signals that come from there meanwhile wait, and are given out after it."""
        if connected.node in self._lost:
            self._lost.discard(connected.node)
            asyncio.get_running_loop().call_later(LEARNS_WITHIN, self._sync_again, connected)
            return
        self._agreement.asking(connected.node)
        self._missed()
        try:
            await resync(self.house, connected.node)
            taken_on = await adopt(self.house, connected.node)
            is_first = connected.node not in self._swept
            if is_first:
                await sweep(self.house, [call for call, _ in taken_on], connected.node)
                self._swept.add(connected.node)
            for call, stage in taken_on:
                self.open(call, stage)
            if is_first:
                self._spawn(tell_missed_ends(self.house, connected.node))
        except TelephonyError as error:
            self._agreement.silent(connected.node)
            log.warning("calls.not_synced", node=connected.node, why=str(error), again_in=SYNC_AGAIN)
            asyncio.get_running_loop().call_later(SYNC_AGAIN, self._sync_again, connected)
            return
        self._agreement.known(connected.node)

    def _give_out(self, signal: Signal) -> None:
        match signal:
            case Offered(channel, since, at):
                self._offered(channel.id, since, at)
            case Entered(channel, args, replaced):
                self._entered(
                    signal, self.house.live.of_channel(replaced.id if replaced else channel.id), args
                )
            case Played(playback):
                self._pass_on(playback.removeprefix("hv-play-"), signal)
            case Recorded(recording):
                self._pass_on(recording.removeprefix("hv-rec-"), signal)
                self.house.recordings.told(recording)
            case (
                Answered(channel)
                | HungUp(channel)
                | Key(channel)
                | Redirected(channel)
                | TransferRequested(channel)
                | Held(channel)
                | Unheld(channel)
            ):
                self._pass_on(channel, signal)
            case NodeLost(node):
                self._lost.add(node)
                self._agreement.lost(node)
                end_those_at(self.house, node)
            case PhoneLost(account):
                for call in self.house.live.at_phone(account):
                    call.inbox.put_nowait(signal)

    def _offered(self, channel: str, since: datetime | None, at: datetime | None) -> None:
        if at is not None and self.house.clock.now() - at > OFFERED_FOR:
            self.not_taken += 1  # and nobody is asked: who is late has other things to do
            return
        if since is not None:
            self.delays.offered(channel, since)
        self._spawn(self._claim(channel))

    def _entered(self, signal: Entered, call: Call | None, args: tuple[str, ...]) -> None:
        if call is not None:
            # Also of a newcomer: should they hang up before the call has judged them, it is to hear of it.
            self.house.live.bind(signal.channel.id, call)
            call.inbox.put_nowait(signal)
        elif args[:1] in ((RUNG,), (ADOPTED,)) or not args:
            # A leg whose call ended in the moment it answered.
            self._spawn(self._hang_up(signal.channel.id))
        else:
            channel = signal.channel
            self.taken += 1
            self.delays.over(channel.id, self.house.clock.now())
            caller = Leg(channel.id, channel.account, number=channel.caller_number)
            self.open(Call(CallState(new_id("k"), args[0], channel.dialled, caller), self.house), Arriving())

    def _pass_on(self, channel: str, signal: Signal) -> None:
        call = self.house.live.of_channel(channel)
        if call is not None:
            call.inbox.put_nowait(signal)

    async def _claim(self, channel: str) -> None:
        try:
            claimed = await self.house.control.claim(channel)
        except TelephonyError as error:
            log.warning("calls.not_claimed", channel=channel, why=str(error))
            claimed = False
        if not claimed:
            self.delays.over(channel, self.house.clock.now())
            self.not_taken += 1

    async def _hang_up(self, channel: str) -> None:
        try:
            await self.house.control.hang_up(channel)
        except TelephonyError as error:
            log.info("calls.gone_already", channel=channel, why=str(error))

    def _spawn(self, work: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._has_ended)
        return task

    def _has_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("calls.work_failed", exc_info=error)
