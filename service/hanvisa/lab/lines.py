"""A person's end of a call, whatever make of phone holds it: what they do, and what reaches their ear.

    caller = await phone.call("202")
    callee = await other.rings()
    await callee.answer()
    await caller.talks_to(callee)
    await caller.press("0")
    await caller.hears("/…/sounds/<sha>", within=5)

Every line records all that it hears, on the clock of ``time.monotonic``.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from time import monotonic

import numpy as np

from hanvisa.lab import hearing
from hanvisa.lab.alaw import RATE, Samples
from hanvisa.lab.hearing import Hearing, Sound
from hanvisa.lab.recording import Recording
from hanvisa.lab.waiting import until

_voices = count()
_TELLING = 5.0  # seconds in which a sound that was heard to its end is told from the others


class CallFailedError(AssertionError):
    """A call that should have been answered was not. ``status`` is the SIP status, None without one."""

    def __init__(self, said: str, status: int | None) -> None:
        super().__init__(said)
        self.status = status


class NotRegisteredError(AssertionError):
    """The switch did not take a phone's registration."""


class TransferRefusedError(AssertionError):
    """A transfer was not carried out. ``status`` is what the phone was told (603), None without one."""

    def __init__(self, said: str, status: int | None) -> None:
        super().__init__(said)
        self.status = status


@dataclass(frozen=True, slots=True)
class Dialog:
    """What names a SIP dialog, seen from the phone (RFC 3261, 12)."""

    call_id: str
    local_tag: str
    remote_tag: str

    @property
    def replaces(self) -> str:
        """The value of a Replaces header by which another phone asks for this call (RFC 3891)."""
        return f"{self.call_id};to-tag={self.remote_tag};from-tag={self.local_tag}"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended: the SIP status where it was never answered, and the words."""

    status: int | None
    reason: str


class Line(ABC):
    """One end of one call."""

    def __init__(self, name: str, peer: str) -> None:
        self.name = name
        self.peer = peer
        self.began = datetime.now(UTC)
        self.recording = Recording()
        self.keys_heard = ""
        self.ending: Ending | None = None
        self.is_ringing = False
        self.is_up = False
        self.voice = hearing.melody(next(_voices))

    @property
    def has_ended(self) -> bool:
        return self.ending is not None

    @property
    @abstractmethod
    def dialog(self) -> Dialog:
        """The established call's dialog, for an INVITE with Replaces."""

    @property
    @abstractmethod
    def is_held(self) -> bool:
        """Whether the other end holds this call."""

    @abstractmethod
    async def answer(self) -> None: ...

    @abstractmethod
    async def reject(self, status: int = 486) -> None:
        """Refuse to answer. A baresip phone can say 486 only."""

    @abstractmethod
    async def hangup(self) -> None:
        """End the call, or give up calling. A call that is gone already is no error."""

    @abstractmethod
    async def hold(self) -> None: ...

    @abstractmethod
    async def resume(self) -> None: ...

    @abstractmethod
    async def press(self, keys: str) -> None:
        """Press keys, one after the other (RFC 4733)."""

    @abstractmethod
    async def transfer(self, target: str, *, within: float = 10.0) -> None:
        """Blind transfer (REFER) to a number, or to a whole URI.

        Raises:
            TransferRefusedError: with the status that the phone was told.
        """

    @abstractmethod
    async def attended(self, consultation: "Line", *, within: float = 10.0) -> None:
        """Attended transfer: this call's party is joined with the consultation's (REFER with Replaces).

        Raises:
            TransferRefusedError: with the status that the phone was told.
        """

    @abstractmethod
    def say(self, samples: Samples) -> None:
        """Speak into the phone, after what is being said already."""

    async def until_up(self, within: float = 5.0) -> "Line":
        """Wait for the answer.

        Raises:
            CallFailedError: the call ended instead.
        """
        await until(
            lambda: self.is_up or self.has_ended,
            within=within,
            what=f"{self.name}: the answer from {self.peer}",
        )
        if not self.is_up and self.ending:
            raise CallFailedError(
                f"{self.name}: {self.peer} did not answer: {self.ending}", self.ending.status
            )
        return self

    async def until_ringing(self, within: float = 5.0) -> "Line":
        await until(lambda: self.is_ringing, within=within, what=f"{self.name}: ringing at {self.peer}")
        return self

    async def until_ended(self, within: float = 5.0) -> Ending:
        return await until(
            lambda: self.ending, within=within, what=f"{self.name}: the end of the call with {self.peer}"
        )

    async def talks_to(self, other: "Line", *, within: float = 5.0) -> None:
        """Speech passes both ways between the two."""
        await asyncio.gather(self.speaks_to(other, within=within), other.speaks_to(self, within=within))

    async def speaks_to(self, other: "Line", *, within: float = 5.0) -> None:
        """What is said here is heard there. It is said again and again, for a bridge may be on its way."""
        await self.until_up(within)
        await other.until_up(within)
        since = monotonic()
        speaking = asyncio.create_task(self._go_on_speaking())
        try:
            await other.hears(self.voice, within=within, since=since)
        finally:
            speaking.cancel()

    async def hears(
        self,
        *sounds: Sound,
        within: float = 5.0,
        since: float | None = None,
        others: Iterable[Sound] = (),
    ) -> list[Hearing]:
        """Wait until every sound was heard, each after the one before.

        ``within`` is how long they may be in coming; the time that they take themselves is added to it.
        ``since`` is a moment of ``time.monotonic`` (None: the call's start); ``others`` are phrases that each
        must differ from by the margin. A sound is samples, or a file (`.wav`, or the path Asterisk was told).

        Raises:
            NeverHappenedError: with what was heard instead.
        """
        rivals = list(others)
        audible = [sound for sound in sounds if not hearing.is_silent(sound)]
        ear, shortest = hearing.Ear(), hearing.shortest(audible)

        async def all_heard(among: Sequence[Sound] = ()) -> list[Hearing] | None:
            recorded = self.recording.since(since)
            if len(recorded) < shortest:
                return None
            # Beside the phones: a whole catalogue of rivals takes a while.
            found = await asyncio.to_thread(hearing.heard_in_order, recorded, audible, among, ear)
            return found if len(found) == len(audible) and all(each.hit for each in found) else None

        longest = within + sum(hearing.length(sound) for sound in sounds)
        until_then = monotonic() + longest
        found = await until(all_heard, within=longest, what=lambda: self._unheard(audible, since, ()))
        if not rivals or not found:
            return found
        # A sound is hit before its end is heard: only then is it told from the others. What was hit may have been one
        # of them, and the sound itself be still to come.
        end = found[-1].at + hearing.length(audible[-1])
        await until(lambda: self._has_recorded(end, since), what=f"{self.name} hears the end")
        return await until(
            lambda: all_heard(rivals),
            within=max(_TELLING, until_then - monotonic()),
            what=lambda: self._unheard(audible, since, rivals),
        )

    def _has_recorded(self, seconds: float, since: float | None) -> bool:
        return self.has_ended or len(self.recording.since(since)) >= seconds * RATE

    def heard(
        self, *sounds: Sound, since: float | None = None, others: Iterable[Sound] = ()
    ) -> list[Hearing]:
        """How each sound is heard up to now, up to the first that is not."""
        return hearing.heard_in_order(self.recording.since(since), sounds, others)

    def has_heard(self, sound: Sound, *, since: float | None = None) -> bool:
        return self.heard(sound, since=since)[0].hit

    def longest_silence(self, since: float | None = None) -> float:
        """Seconds of the longest time without anything to hear."""
        return hearing.longest_silence(self.recording.since(since))

    async def _go_on_speaking(self) -> None:
        while True:
            self.say(self.voice)
            await asyncio.sleep(len(self.voice) / RATE + 0.1)

    def _unheard(self, sounds: Sequence[Sound], since: float | None, others: Iterable[Sound]) -> str:
        found = self.heard(*sounds, since=since, others=others)
        seconds = len(self.recording.since(since)) / RATE
        told = "; ".join(
            f"{_called(sound)} {each.score:.2f} (margin {each.margin:.2f}) at {each.at:.1f} s"
            for sound, each in zip(sounds, found, strict=False)
        )
        state = f"ended, {self.ending}" if self.ending else "up" if self.is_up else "not answered"
        return (
            f"{self.name} ({state}, {seconds:.1f} s heard, "
            f"{self.longest_silence(since):.1f} s the longest silence): hearing {len(sounds)} sounds [{told}]"
        )


def _called(sound: Sound) -> str:
    return "a sound" if isinstance(sound, np.ndarray) else Path(sound).name[:12]


class Phone(ABC):
    """A telephone on somebody's desk, or in somebody's pocket."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.busy = False
        self.lines: list[Line] = []
        self.offered: list[Line] = []
        self._ringing: asyncio.Queue[Line] = asyncio.Queue()

    @abstractmethod
    async def call(self, number: str, *, headers: dict[str, str] | None = None) -> Line:
        """Dial; comes back at once. ``headers`` go into the INVITE (Replaces, Require)."""

    @abstractmethod
    async def plug_in(self) -> None:
        """Register.

        Raises:
            NotRegisteredError: the switch does not know the account or its password, or does not answer.
        """

    @abstractmethod
    async def unplug(self) -> None:
        """Take the registration back."""

    async def rings(self, within: float = 5.0) -> Line:
        """The next call that comes in, still to be answered."""
        try:
            return await asyncio.wait_for(self._ringing.get(), within)
        except TimeoutError:
            raise AssertionError(f"{self.name} did not ring within {within:g} s") from None

    @property
    def has_rung(self) -> bool:
        """Whether any call was offered to it, since the start or the last `forget`."""
        return bool(self.offered)

    @property
    def live(self) -> list[Line]:
        return [line for line in self.lines if not line.has_ended]

    async def hang_up_all(self) -> None:
        for line in self.live:
            await line.hangup()
            await line.until_ended()

    def forget(self) -> None:
        """As before any test: not busy, nothing rung, no lines."""
        self.busy = False
        self.lines.clear()
        self.offered.clear()
        self._ringing = asyncio.Queue()

    def _offer(self, line: Line) -> None:
        self.lines.append(line)
        self.offered.append(line)
        if not self.busy:
            line.is_ringing = True
            self._ringing.put_nowait(line)
