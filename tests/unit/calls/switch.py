"""A switch that goes on by itself: phones answer, what plays comes to its end, who is hung up is gone.

It knows what each party hears at every moment, and how long it was nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hanvisa.calls.ports import LiveChannel
from hanvisa.calls.registry import RUNG
from hanvisa.calls.signals import Answered, Channel, Entered, HungUp, Played, Recorded, Signal
from hanvisa.errors import Gone, HanvisaError, Refused, Unavailable
from hanvisa.testing import FakeCallControl

SOON = 0.001  # seconds until a signal comes
SPEECH = 4.0  # seconds that every speech takes
MESSAGE = 10.0  # seconds that a caller speaks who is recorded
TIMEOUT = 2.5  # seconds after which a command has no answer
BUSY = 17
NEEDS_NOTHING = (
    "create",
    "originate",
    "bridge",
    "stop_playing",
    "is_playing",
    "stop_recording",
    "is_recording",
    "destroy_bridge",
    "send_text",
)


FAILURES: dict[str, tuple[HanvisaError, bool]] = {
    "gone": (Gone("made to fail"), False),
    "refused": (Refused("made to fail"), False),
    "time-out": (Unavailable("made to fail"), False),
    "time-out, though carried out": (Unavailable("made to fail"), True),
}


@dataclass
class Switch(FakeCallControl):
    """``phones`` says what each account or outside number does: answers (the default), busy, or rings."""

    phones: dict[str, str] = field(default_factory=dict)
    tell: Callable[[Signal], None] = lambda _: None
    came: Mapping[str, Channel] = field(default_factory=dict)  # who has come in, by channel
    up: set[str] = field(default_factory=set)  # who has answered, or was answered
    dialled: dict[str, str] = field(default_factory=dict)  # the account or number that each leg leads to
    playing: dict[str, str] = field(default_factory=dict)  # playbacks by channel
    recording: set[str] = field(default_factory=set)  # who speaks and is recorded
    spoken: dict[str, float] = field(default_factory=dict)  # the recordings there are, and their seconds
    message: float = MESSAGE
    ringing: set[str] = field(default_factory=set)
    music: set[str] = field(default_factory=set)
    served: set[str] = field(default_factory=set)  # who has been told something, or has talked to somebody
    left: set[str] = field(default_factory=set)  # who has hung up of their own accord
    gone_on: set[str] = field(default_factory=set)  # whom the dialplan has again
    silent_since: dict[str, float] = field(default_factory=dict)
    longest_silence: float = 0.0
    after: Callable[[int], None] = lambda _: None  # called after each command with its number

    def goes(self, channel: str, cause: int = 16) -> None:
        """A party hangs up."""
        if channel in self.alive:
            self.left.add(channel)
            self.is_gone(channel)
            self._soon(HungUp(channel, cause))
            self._listen()

    def acts(self, channel: str) -> None:
        """Somebody presses a key: it is counted anew how long they hear nothing."""
        if channel in self.silent_since:
            now = asyncio.get_running_loop().time()
            self.longest_silence = max(self.longest_silence, now - self.silent_since[channel])
            self.silent_since[channel] = now

    def partner(self, channel: str) -> str | None:
        """Whom the channel talks to."""
        for inside in self.bridges.values():
            if channel in inside and len(inside) > 1:
                return next(other for other in inside if other != channel)
        return None

    def leg(self, leads_to: str) -> str | None:
        """The newest living leg to this phone or number."""
        legs = [channel for channel, to in self.dialled.items() if to == leads_to and channel in self.alive]
        return legs[-1] if legs else None

    async def _arrives(self, *command: Any, then: Callable[[], object]) -> None:
        name, of, *_ = command
        number = len(self.commands) + 1
        if number == self.fail_at:
            await self._fails(name, of)
        elif name not in NEEDS_NOTHING and not self._is_there(name, of):
            self.commands.append(command)
            raise Gone(f"{of} is gone")
        elif name in ("bridge", "add_to_bridge") and not self.alive.issuperset(_named(command[2])):
            self.commands.append(command)
            self.bridges.setdefault(of, set())
            raise Refused(f"not all are there who are to be in {of}")
        try:
            await super()._arrives(*command, then=lambda: (then(), self._carried_out(*command)))
        finally:
            self._listen()
            self.after(number)

    async def _fails(self, name: str, of: str) -> None:
        if isinstance(self.failure, Unavailable):
            await asyncio.sleep(TIMEOUT)
        if isinstance(self.failure, Gone) and name != "stop_playing":
            # Asterisk says so of what is really gone.
            self.bridges.pop(of, None)
            self.goes(of)

    def _is_there(self, name: str, of: str) -> bool:
        return of in (self.bridges if name.endswith("_bridge") else self.alive)

    def _carried_out(self, name: str, of: str, *more: Any) -> None:
        match name:
            case "play":
                self.playing[of] = more[1]
                self.served.add(of)
                self._later(SPEECH, lambda: self._ended(more[1]))
            case "stop_playing":
                self._later(SOON, lambda: self._ended(of))
            case "record":
                self.recording.add(of)
                self.spoken[more[0]] = self.message
                self._later(self.message, lambda: self._recorded(of, more[0]))
            case "stop_recording":
                self._later(SOON, lambda: self._recorded(of.removeprefix("hv-rec-"), of))
            case "create" | "originate":
                self.dialled[of] = more[0].removeprefix("PJSIP/").removesuffix("@carrier")
                # An originated leg enters when it is answered.
                self._later(SOON if name == "create" else 1.0, lambda: self._enters(of))
            case "dial":
                self._dialled(of)
            case "hang_up":
                self._soon(HungUp(of, 16))
            case "answer":
                self.up.add(of)
            case _:
                self._moved_or_sounds(name, of, *more)

    def _moved_or_sounds(self, name: str, channel: str, *more: Any) -> None:
        if name == "move_here":
            self._soon(Entered(Channel(channel, "", ""), tuple(more[0])))
        if name not in ("ring", "stop_ringing", "start_music", "stop_music"):
            return
        sounding = self.ringing if "ring" in name else self.music
        if name.startswith("stop"):
            sounding.discard(channel)
        else:
            sounding.add(channel)

    def _enters(self, channel: str) -> None:
        if channel in self.alive:
            self.tell(Entered(Channel(channel, "", ""), (RUNG,)))

    def _dialled(self, channel: str) -> None:
        match self.phones.get(self.dialled[channel], "answers"):
            case "answers":
                self._later(1.0, lambda: self._answers(channel))
            case "busy":
                self._later(SOON, lambda: self.goes(channel, BUSY))

    def _answers(self, channel: str) -> None:
        if channel in self.alive:
            self.up.add(channel)
            self.tell(Answered(channel))

    def _ended(self, playback: str) -> None:
        for channel, playing in list(self.playing.items()):
            if playing == playback:
                del self.playing[channel]
                self.tell(Played(playback))
        self._listen()

    def _recorded(self, channel: str, recording: str) -> None:
        if channel in self.recording:
            self.recording.discard(channel)
            self.tell(Recorded(recording))
        self._listen()

    def _listen(self) -> None:
        """Note who hears nothing since when. An outgoing leg hears nothing until it is answered, and needs not."""
        now = asyncio.get_running_loop().time()
        self.served |= {channel for channel in self.alive if self.partner(channel)}
        for channel in set(self.silent_since) | self.alive:
            if channel in self.dialled:
                continue
            if channel in self.alive and not self.hears(channel):
                self.silent_since.setdefault(channel, now)
            elif (since := self.silent_since.pop(channel, None)) is not None:
                self.longest_silence = max(self.longest_silence, now - since)

    def hears(self, channel: str) -> bool:
        return (
            channel in self.playing
            or channel in self.recording
            or channel in self.music
            or channel in self.ringing
            or self.partner(channel) is not None
        )

    # what a service that starts anew is told

    async def channels(self, node: str = "") -> tuple[LiveChannel, ...]:  # noqa: ARG002 - there is one Asterisk
        return await self._ask(lambda: tuple(map(self._as_live, sorted(self.alive))))

    async def held_by_our_apps(self, node: str = "") -> Mapping[str, bool]:  # noqa: ARG002
        return await self._ask(lambda: dict.fromkeys(sorted(self.alive), False))

    async def is_playing(self, playback: str) -> bool:
        await super().is_playing(playback)
        return playback in self.playing.values()

    async def is_recording(self, recording: str) -> bool:
        await super().is_recording(recording)
        return recording.removeprefix("hv-rec-") in self.recording

    def _as_live(self, channel: str) -> LiveChannel:
        came = self.came.get(channel, Channel(channel, "", ""))
        return LiveChannel(
            channel,
            came.account,
            came.caller_number,
            came.dialled,
            channel in self.up,
            channel in self.gone_on,
        )

    def _soon(self, signal: Signal) -> None:
        self._later(SOON, lambda: self.tell(signal))

    def _later(self, seconds: float, what: Callable[[], object]) -> None:
        asyncio.get_running_loop().call_later(seconds, what)


def _named(channels: str | Sequence[str]) -> Sequence[str]:
    return (channels,) if isinstance(channels, str) else channels


def kinds(commands: Sequence[tuple[Any, ...]]) -> list[str]:
    """For a failing test: the commands' names, numbered from 1."""
    return [f"{number} {command[0]} {command[1]}" for number, command in enumerate(commands, start=1)]
