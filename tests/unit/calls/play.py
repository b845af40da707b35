"""A scene on a switch that goes on by itself, and what must be so at its end: nobody forgotten, nothing left over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from hanvisa.calls.house import CallSettings
from hanvisa.calls.ports import Voice
from hanvisa.testing import FakeClock, MemoryTexts
from searching import some_of
from unit.calls.fast_time import run_fast
from unit.calls.scene import MAIN, NOW, Scene
from unit.calls.switch import Switch, kinds

LONGEST_SILENCE = 3.0  # seconds
TO_CHOOSE = 0.4  # seconds; being left time to choose is not being left in silence, so it hardly counts here
A_WHILE = 60.0  # seconds: all that can happen by itself has happened


class RunningClock(FakeClock):
    """Goes on as the loop's time does."""

    def now(self) -> datetime:
        return self.at + timedelta(seconds=asyncio.get_running_loop().time())


class Play:
    """A scene on a switch that goes on by itself. ``caller`` is who must not be forgotten."""

    def __init__(self, voice: Voice | None = None) -> None:
        self.switch = Switch()
        self.scene = Scene(
            CallSettings(key_wait=TO_CHOOSE, keying=TO_CHOOSE),
            self.switch,
            voice,
            MemoryTexts(),
            RunningClock(NOW),
        )
        self.switch.tell = self.scene.tell
        self.switch.spoken = self.scene.spool
        self.switch.came = self.scene.came
        self.caller = ""

    def rings_in(self, dialled: str) -> None:
        self.caller = self.scene.rings_in(dialled)

    async def has_operator(self) -> None:
        """The caller rings the main number, and talks to Olle."""
        self.rings_in(MAIN)
        await self.a_while()

    async def refers(self, target: str, other: str | None = None) -> None:
        """Olle sends the caller on."""
        operator = self.switch.leg("olle")
        if operator is not None:
            self.scene.refers(operator, target, other)
        await self.a_while()

    async def presses(self, keys: str) -> None:
        """The caller does, one key a second."""
        for key in keys:
            self.switch.acts(self.caller)
            self.scene.presses(self.caller, key)
            await self.a_while(1)

    async def a_while(self, seconds: float = A_WHILE) -> None:
        await asyncio.sleep(seconds)

    def must_have_a_way_on(self) -> None:
        """The caller talks, hears something, or was told before they were hung up."""
        assert self.switch.longest_silence <= LONGEST_SILENCE, f"{self.switch.longest_silence} s of silence"
        if self.caller in self.switch.alive:
            assert self.switch.hears(self.caller), "the caller hears nothing"
            assert self.scene.house.live.of_channel(self.caller), "nobody serves the caller"
        elif self.caller not in self.switch.left:
            assert self.caller in self.switch.served, "the caller was hung up without a word"

    def everybody_hangs_up(self) -> None:
        for channel in list(self.switch.alive):
            if channel not in self.switch.dialled:
                self.switch.goes(channel)

    def must_leave_nothing(self) -> None:
        assert not self.switch.alive, (
            f"{[self.switch.dialled.get(one, one) for one in self.switch.alive]} left"
        )
        assert not self.switch.bridges
        assert not list(self.scene.house.live)


Story = Callable[[Play], Awaitable[None]]


async def played(
    story: Story, prepare: Callable[[Play], object] = lambda _: None, voice: Voice | None = None
) -> Play:
    """Play it to its end, and look at what is left."""
    play = Play(voice)
    prepare(play)
    async with play.scene:
        try:
            await story(play)
            play.must_have_a_way_on()
            play.everybody_hangs_up()
            await play.a_while()
            play.must_leave_nothing()
        except AssertionError as error:
            error.add_note("\n".join(kinds(play.switch.commands)))
            raise
    return play


def at_every_command(story: Story, prepare: Callable[[Play, int], None], *, every: int, first: int) -> None:
    """Play it as it should go, and then again for each of its commands with what happens at that one.

    A usual run takes one of ``every`` commands, from the ``first`` on: as many tests as that take each once.
    """
    count = len(run_fast(played(story)).switch.commands)
    wrong = []
    for at in some_of(range(1, count + 1), every=every, first=first):
        try:
            run_fast(played(story, partial(prepare, at=at)))
        except AssertionError as error:
            wrong.append("\n".join([f"at the command {at}: {error}", *error.__notes__]))
    assert not wrong, f"{len(wrong)} of {count}: " + "\n\n".join(wrong[:4])
