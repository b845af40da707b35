"""Rings mobiles to check the greetings of their voicemails (M2). Nobody is joined to anybody."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from hanvisa.calls.call import new_id, playback_id
from hanvisa.calls.leftovers import AGAIN, is_done
from hanvisa.calls.ports import CallControl, Clock, Voice
from hanvisa.calls.prompts import GreetingChecked, Why
from hanvisa.calls.recording import recording_id
from hanvisa.calls.ringing import Display, why_of
from hanvisa.calls.signals import Entered, HungUp, Played, Recorded, Signal
from hanvisa.errors import TelephonyError
from hanvisa.policy.greetings import Came, what_came
from hanvisa.policy.model import Language

log = structlog.get_logger()

LONGEST = 30  # seconds of a greeting that are recorded
SILENCE = 3  # seconds: then a greeting is over, or a person listens
_UNAVAILABLE = 480  # SIP: the mobile is off, or out of reach
_HANG_UPS = 20  # tries
_LATE = 5.0  # seconds after which what should have ended counts as ended


class Evidence(Protocol):
    """The sounds that were recorded."""

    async def spoken(self, recording: str) -> float:
        """Seconds from the first to the last that is audible; 0.0 where nothing is, or there is no recording."""
        ...


@dataclass(frozen=True, slots=True)
class Rung:
    """``recording`` is what was heard, "" when nobody answered; ``spoken`` how many seconds of it are speech."""

    came: Came
    recording: str = ""
    spoken: float = 0.0


@dataclass
class GreetingCaller:
    """Give it the signals of its application with :meth:`deliver`. ``ring``: how long a mobile is rung (seconds)."""

    control: CallControl
    voice: Voice
    evidence: Evidence
    clock: Clock
    ring: float
    _inboxes: dict[str, asyncio.Queue[Signal]] = field(default_factory=dict)

    def deliver(self, signal: Signal) -> None:
        """Never waits."""
        match signal:
            case Entered(entered):
                self._put(entered.id, signal)
            case HungUp(channel):
                self._put(channel, signal)
            case Played(playback):
                self._put(playback.removeprefix(playback_id("")), signal)
            case Recorded(recording):
                self._put(recording.removeprefix(recording_id("")), signal)

    async def check(self, dial_string: str, shown: Display, language: Language) -> Rung:
        """Ring one mobile, and record what answers or tell them what it is about. Raises TelephonyError."""
        channel = new_id("c", self.control.some_node())
        self._inboxes[channel] = asyncio.Queue()
        try:
            unanswered = await self._unanswered(channel, dial_string, shown)
            if unanswered is not None:
                return Rung(what_came(unanswered, 0.0))
            return await self._listen(channel, language)
        finally:
            del self._inboxes[channel]
            await self._let_go(channel)

    async def _let_go(self, channel: str) -> None:
        """Nobody's mobile stays on the line with us."""
        for _ in range(_HANG_UPS):
            if await is_done(self.control.hang_up(channel)):
                return
            await asyncio.sleep(AGAIN)
        log.warning("greetings.not_hung_up", channel=channel)

    async def _unanswered(self, channel: str, dial_string: str, shown: Display) -> Why | None:
        """Why nobody answers, None when somebody does."""
        await self.control.originate(
            channel, dial_string, name=shown.name, number=shown.number, within=self.ring
        )
        deadline = asyncio.get_running_loop().time() + self.ring + _LATE
        while True:
            match await self._next(channel, deadline - asyncio.get_running_loop().time()):
                case None:
                    return Why.NO_ANSWER
                case Entered():
                    return None
                case HungUp(_, cause, sip) if cause:
                    return Why.UNPLUGGED if sip == _UNAVAILABLE else why_of(cause)

    async def _listen(self, channel: str, language: Language) -> Rung:
        recording = recording_id(channel)
        await self.control.record(channel, recording, longest=LONGEST, silence=SILENCE)
        await self._until(channel, Recorded(recording), LONGEST + _LATE)
        spoken = await self.evidence.spoken(recording)
        came = what_came(None, spoken)
        if came is Came.PERSON:
            await self._explain(channel, language)
        return Rung(came, recording, spoken)

    async def _explain(self, channel: str, language: Language) -> None:
        told = self.voice.say(GreetingChecked(), language, self.clock.now())
        try:
            await self.control.play(channel, told.files, playback_id(channel))
        except TelephonyError as error:  # they have hung up
            log.info("greetings.not_told", channel=channel, why=str(error))
            return
        await self._until(channel, Played(playback_id(channel)), LONGEST)

    async def _until(self, channel: str, wanted: Signal, within: float) -> None:
        """Until this comes, or it is too late for it. Who hangs up ends what they hear, and what is recorded."""
        deadline = asyncio.get_running_loop().time() + within
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            signal = await self._next(channel, left)
            if signal == wanted or (isinstance(signal, HungUp) and isinstance(wanted, Played)):
                return

    async def _next(self, channel: str, within: float) -> Signal | None:
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, within)):
                return await self._inboxes[channel].get()
        return None

    def _put(self, channel: str, signal: Signal) -> None:
        if channel in self._inboxes:
            self._inboxes[channel].put_nowait(signal)
