"""Many calls at a time in different stages, what becomes of them, and new ones that are tried meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count, cycle
from time import monotonic
from typing import TypeVar, cast

from hanvisa.lab.alaw import RATE
from hanvisa.lab.carrier import Carrier
from hanvisa.lab.hearing import levels, longest_silence, silences
from hanvisa.lab.lines import Line
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.siplet_line import SipletLine
from hanvisa.lab.waiting import NeverHappenedError, until
from hanvisa.policy.offers import Offer

T = TypeVar("T")

AT_ONCE = 8  # calls that are set up at a time
WITHIN = 30.0  # seconds that each step of a call may take on a busy machine
SPEAKING = 4  # of those who talk do so all the time; the others are quiet, for sound takes the machine
PROBE_EVERY = 0.5  # seconds
PROBE_ANSWERED = 8.0  # seconds; then it is given up
PROBE_KEYS = (
    Offer.RING_BACK,
    "",
    Offer.TEXT,
    "",
)  # one caller after the other; without a key they hang up at once
PROBE_STAYS = 3.0  # seconds after the key
AUDIBLE = -50.0  # dB below full scale
LISTENED_TO = 1.0  # seconds of what is heard, to tell whether somebody speaks
PAUSE = 0.05  # seconds between two looks at who is still there


@dataclass(frozen=True, slots=True)
class Mix:
    """How many calls of each kind there are."""

    talking: int
    waiting: int
    listening: int
    ringing: int
    to_send: int  # of those who talk: with operators who are to send them on

    @classmethod
    def of(cls, calls: int) -> Mix:
        waiting, listening, ringing, to_send = (
            max(1, round(calls * share)) for share in (0.10, 0.08, 0.06, 0.04)
        )
        return cls(calls - waiting - listening - ringing, waiting, listening, ringing, to_send)

    @property
    def calls(self) -> int:
        return self.talking + self.waiting + self.listening + self.ringing

    @property
    def phones(self) -> int:
        """Those that are needed beside the operator's; first those of the operators who send callers on."""
        return self.talking - 1 + self.ringing


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is dialled: the switchboard, somebody absent, and whoever has one of the phones."""

    main: str
    absent: str
    phones: Sequence[tuple[Siplet, str]]


@dataclass(slots=True)
class Probe:
    """A new call: when it was dialled (monotonic seconds), after how long it was answered, what was pressed then.

    ``silence`` is the longest that whoever pressed a key heard nothing, in seconds.
    """

    number: str
    dialled: float
    key: str
    answered: float | None = None
    silence: float = 0.0


@dataclass
class LiveCalls:
    """``outside`` is where callers ring from, ``operator`` the phone of the one operator who is open.

    ``names`` gives each caller a number of their own. Whoever waits has done so for ``in_queue`` seconds at least, when
    all have begun, and hears music. ``to_send`` talk with operators who are to send them on. ``ended`` is when
    (monotonic seconds) a line of a caller ended.
    """

    outside: Carrier
    operator: Siplet
    numbers: Numbers
    names: Callable[[], str]
    in_queue: float
    talking: list[tuple[SipletLine, SipletLine]] = field(default_factory=list)
    to_send: list[tuple[SipletLine, SipletLine]] = field(default_factory=list)
    waiting: list[SipletLine] = field(default_factory=list)
    listening: list[SipletLine] = field(default_factory=list)
    ringing: list[tuple[SipletLine, Siplet]] = field(default_factory=list)
    ended: dict[SipletLine, float] = field(default_factory=dict)

    async def begin(self, mix: Mix) -> None:
        """Raises AssertionError (a call did not come about)."""
        self.talking.append(await self._to_operator())
        self.waiting += await _at_once(self._into_the_queue for _ in range(mix.waiting))
        with_music = monotonic() + self.in_queue
        phones = iter(self.numbers.phones)
        to_talk = [next(phones) for _ in range(mix.talking - 1)]
        talking = await _at_once(partial(self._talk, *one) for one in to_talk)
        self.to_send += talking[: mix.to_send]
        self.talking += talking[mix.to_send :]
        await asyncio.sleep(max(0.0, with_music - monotonic()))
        to_ring = [next(phones) for _ in range(mix.ringing)]
        self.ringing += await _at_once(partial(self._ring, *one) for one in to_ring)
        self.listening += await _at_once(self._listen for _ in range(mix.listening))

    @property
    def callers(self) -> list[SipletLine]:
        talking = [caller for caller, _ in (*self.talking, *self.to_send)]
        return [*talking, *self.waiting, *self.listening, *(caller for caller, _ in self.ringing)]

    @asynccontextmanager
    async def going_on(self, *, silence_is_sent: bool = False) -> AsyncIterator[None]:
        """Those who speak do so, and it is noted when a call ends.

        ``silence_is_sent``: by the others who talk, as by most telephones.
        """
        tasks = [asyncio.create_task(self._note_ends())]
        if silence_is_sent:
            for line in (line for pair in (*self.talking, *self.to_send) for line in pair):
                line.go_on()
        tasks += [asyncio.create_task(_speak(pair)) for pair in self.talking[:SPEAKING]]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()

    async def answer_what_rings(self) -> None:
        """The phones that rang, or ring anew, are answered; who is not put through any more has been told so."""
        for _, phone in self.ringing:
            for line in phone.live:
                if not line.is_up:
                    with suppress(NeverHappenedError):  # its caller has gone in this moment
                        await line.answer()

    async def cut(self) -> list[str]:
        """Who of those who talked can't be heard any more by whom they talked to, and why."""
        found = await _at_once(partial(why_cut, *pair) for pair in self.talking)
        return [f"{caller.name}: {why}" for (caller, _), why in zip(self.talking, found, strict=True) if why]

    def dropped(self) -> int:
        """How many of those who waited or were to be put through were hung up without a word."""
        never_up = sum(
            caller in self.ended and caller.recording.started is None for caller, _ in self.ringing
        )
        return sum(line in self.ended for line in self.waiting) + never_up

    def silence(self, lines: Iterable[SipletLine], since: float) -> float:
        """The longest, in seconds, that one of these heard from then until they were hung up."""
        return max((self._silence(line, since) for line in lines), default=0.0)

    async def hang_up(self) -> None:
        """Everybody, those outside first. A switch that knows nothing of a call any more is no hindrance."""
        phones = [self.outside, self.operator, *(phone for phone, _ in self.numbers.phones)]
        for phone in phones:
            await _at_once(partial(_hang_up, line) for line in phone.live)
        for phone in phones:
            phone.falls_silent()
            phone.forget()
            phone.trace.clear()

    async def probe(self, into: list[Probe]) -> None:
        """Call the one who is absent again and again, until cancelled.

        Some want to be rung back, and some the direct number as a text message.
        """
        async with asyncio.TaskGroup() as probes:
            for key in cycle(PROBE_KEYS):
                probes.create_task(self._probe(into, key))
                await asyncio.sleep(PROBE_EVERY)

    async def _probe(self, into: list[Probe], key: str) -> None:
        probe = Probe(self.names(), monotonic(), key)
        into.append(probe)
        line = await self.outside.call(self.numbers.absent, from_=probe.number)
        try:
            await line.until_up(PROBE_ANSWERED)
            probe.answered = monotonic() - probe.dialled
            if key:
                await line.press(key)
                with suppress(NeverHappenedError):  # then they have heard enough
                    await line.until_ended(PROBE_STAYS)
                probe.silence = _heard_nothing(line, probe.dialled + probe.answered)
        except AssertionError:  # refused, or not answered: the figures say so
            pass
        finally:
            await line.hangup()

    async def _to_operator(self) -> tuple[SipletLine, SipletLine]:
        caller = await self._past_the_greeting()
        caller, line = await _answered(caller, await self.operator.rings(within=WITHIN))
        # An operator hears first for whom the call is, and that is no word of the caller's: they don't talk until then.
        caller.go_on()
        await caller.speaks_to(line, within=WITHIN)
        caller.rest()
        return caller, line

    async def _into_the_queue(self) -> SipletLine:
        return await self._past_the_greeting()

    async def _past_the_greeting(self) -> SipletLine:
        caller = await self.outside.call(self.numbers.main, from_=self.names())
        await caller.until_up(WITHIN)
        await caller.press("1")
        return caller

    async def _talk(self, phone: Siplet, number: str) -> tuple[SipletLine, SipletLine]:
        caller = await self.outside.call(number, from_=self.names())
        return await _answered(caller, await phone.rings(within=WITHIN))

    async def _ring(self, phone: Siplet, number: str) -> tuple[SipletLine, Siplet]:
        caller = await self.outside.call(number, from_=self.names())
        await phone.rings(within=WITHIN)
        return caller, phone

    async def _listen(self) -> SipletLine:
        caller = await self.outside.call(self.numbers.absent, from_=self.names())
        await caller.until_up(WITHIN)
        return caller

    async def _note_ends(self) -> None:
        while True:
            for line in self.callers:
                if line.has_ended:
                    self.ended.setdefault(line, monotonic())
            await asyncio.sleep(PAUSE)

    def _silence(self, line: SipletLine, since: float) -> float:
        began = max(since, line.recording.started or since)
        until_then = self.ended.get(line, monotonic()) - began
        heard = line.recording.since(since)[: max(0, round(until_then * RATE))]
        return max((end - start for start, end in silences(heard, AUDIBLE)), default=0.0)


def callers_numbers(first: int = 0) -> Callable[[], str]:
    """Fiction numbers with more digits than any real one (12, which E.164 allows), each given once."""
    numbers = count(first)
    return lambda: f"098031929{next(numbers):04}"


async def _at_once(calls: Iterable[Callable[[], Awaitable[T]]]) -> list[T]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(call: Callable[[], Awaitable[T]]) -> T:
        async with places:
            return await call()

    return await asyncio.gather(*(one(call) for call in calls))


async def _hang_up(line: Line) -> None:
    with suppress(NeverHappenedError):  # it was answered, and whoever should acknowledge that has died
        await line.hangup()


def _heard_nothing(line: SipletLine, answered: float) -> float:
    """The longest, in seconds, also where no sound ever came."""
    if line.recording.started is None:
        return monotonic() - answered
    return longest_silence(line.recording.since(), AUDIBLE)


async def _answered(caller: SipletLine, line: Line) -> tuple[SipletLine, SipletLine]:
    """They talk, and are quiet then."""
    called = cast("SipletLine", line)  # a siplet's
    await called.answer()
    await caller.until_up(WITHIN)
    if why := await why_cut(caller, called):
        raise AssertionError(f"{caller.name} does not talk: {why}.")
    return caller, called


async def _speak(pair: tuple[SipletLine, SipletLine]) -> None:
    """Both without a pause."""
    for line in pair:
        line.go_on()
    while True:
        for line in pair:
            line.say(line.voice)
        await asyncio.sleep(len(pair[0].voice) / RATE)


async def why_cut(caller: SipletLine, called: SipletLine) -> str:
    """Nothing where neither has hung up, and what one says comes to the other."""
    if caller.has_ended or called.has_ended:
        return f"{caller.ending or 'up'}, {called.name}: {called.ending or 'up'}"
    since = monotonic()
    speaking = asyncio.create_task(_say_again_and_again(caller))

    def is_heard() -> bool:
        heard = called.recording.since(max(since, monotonic() - LISTENED_TO))
        return len(heard) > 0 and bool((levels(heard) > AUDIBLE).any())

    try:
        await until(is_heard, within=WITHIN, what="a word")
    except NeverHappenedError:
        return f"not heard by {called.name}"
    finally:
        speaking.cancel()
        for line in (caller, called):
            line.rest()
    return ""


async def _say_again_and_again(caller: SipletLine) -> None:
    caller.go_on()
    while True:
        caller.say(caller.voice)
        await asyncio.sleep(LISTENED_TO / 2)
