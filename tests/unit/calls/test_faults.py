"""What goes wrong in a call: every command failing in every way, both sides hanging up at every moment.

Whatever happens, no caller hears nothing for more than three seconds or is left without a way on, and when all have
hung up no channel and no bridge is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from hanvisa.calls.house import CallSettings
from hanvisa.calls.ports import Voice
from hanvisa.calls.signals import Reconnected
from hanvisa.errors import Gone, HanvisaError, Refused, Unavailable
from hanvisa.policy.facts import OperatorState, OutsideNumber, TargetKind
from hanvisa.speech.fakes import HangingSynthesiser
from hanvisa.speech.library import SpeechLibrary
from hanvisa.testing import FakeClock
from unit.calls.fast_time import run_fast
from unit.calls.scene import MAIN, Scene, id_of
from unit.calls.switch import Switch, kinds

DEPARTMENT = "+46980319282"
LONGEST_SILENCE = 3.0  # seconds
TO_CHOOSE = 0.4  # seconds; being left time to choose is not being left in silence, so it hardly counts here
A_WHILE = 60.0  # seconds: all that can happen by itself has happened

FAILURES: dict[str, tuple[HanvisaError, bool]] = {
    "gone": (Gone("made to fail"), False),
    "refused": (Refused("made to fail"), False),
    "time-out": (Unavailable("made to fail"), False),
    "time-out, though carried out": (Unavailable("made to fail"), True),
}


class Play:
    """A scene on a switch that goes on by itself. ``caller`` is who must not be forgotten."""

    def __init__(self, voice: Voice | None = None) -> None:
        self.switch = Switch()
        self.scene = Scene(CallSettings(key_wait=TO_CHOOSE), self.switch, voice)
        self.switch.tell = self.scene.tell
        self.switch.spoken = self.scene.spool
        self.caller = ""

    def rings_in(self, dialled: str) -> None:
        self.caller = self.scene.rings_in(dialled)

    async def a_while(self) -> None:
        await asyncio.sleep(A_WHILE)

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


async def absent(play: Play) -> None:
    play.scene.given_absent("anna")
    play.rings_in("+46980319201")
    await play.a_while()


async def message(play: Play) -> None:
    """Recorded, kept, and thanked for."""
    play.scene.given_absent("anna")
    play.rings_in("+46980319201")
    await asyncio.sleep(1)
    play.scene.presses(play.caller, "1")
    await play.a_while()


async def present(play: Play) -> None:
    play.rings_in("+46980319201")
    await play.a_while()


async def busy(play: Play) -> None:
    play.switch.phones["anna"] = "busy"
    play.rings_in("+46980319201")
    await play.a_while()


async def no_answer(play: Play) -> None:
    play.switch.phones["anna"] = "rings"
    play.rings_in("+46980319201")
    await play.a_while()


async def switchboard(play: Play) -> None:
    play.rings_in(MAIN)
    await play.a_while()


async def whispered(play: Play) -> None:
    """The operator serves two main numbers, and hears which was rung."""
    other = OutsideNumber("+46980319299", TargetKind.SWITCHBOARD, id_of("board"))
    register = play.scene.directory.register
    play.scene.directory.register = register.replace(numbers=(*register.numbers.rows, other))
    await switchboard(play)


async def queue(play: Play) -> None:
    """The operator is taken; in the end they are free."""
    first = play.scene.rings_in(MAIN)
    await play.a_while()
    play.rings_in(MAIN)
    await play.a_while()
    play.must_have_a_way_on()
    play.switch.goes(first)
    await play.a_while()


async def callback(play: Play) -> None:
    """The caller leaves a number; in the end the operator is free, and rings back."""
    play.scene.tell(Reconnected())
    await asyncio.sleep(1)
    first = play.scene.rings_in(MAIN)
    await play.a_while()
    play.rings_in(MAIN)
    await play.a_while()
    for key in "41":
        play.scene.presses(play.caller, key)
        await asyncio.sleep(1)
    await play.a_while()
    play.must_have_a_way_on()
    play.switch.goes(first)
    await play.a_while()
    rung_back = play.switch.leg("0980319244")
    if rung_back is not None:
        play.switch.goes(rung_back)
    await play.a_while()


async def department(play: Play) -> None:
    _rings_department(play)
    await play.a_while()


async def department_message(play: Play) -> None:
    """Nobody of the department answers, nor any operator: a message is recorded, kept, and thanked for."""
    play.switch.phones |= dict.fromkeys(("anna", "bo", "olle"), "busy")
    await play.scene.directory.set_operator_state(id_of("olle"), OperatorState.CLOSED)
    _rings_department(play)
    await asyncio.sleep(1)
    play.scene.presses(play.caller, "1")
    await play.a_while()


async def blind_transfer(play: Play) -> None:
    await switchboard(play)
    await _refers(play, "202")


async def blind_transfer_to_nobody_there(play: Play) -> None:
    play.switch.phones["bo"] = "rings"
    await switchboard(play)
    await _refers(play, "202")


async def refused_transfer(play: Play) -> None:
    await switchboard(play)
    await _refers(play, "0701740605")


async def attended_transfer(play: Play) -> None:
    await switchboard(play)
    second = play.scene.dials("olle", "202")
    await play.a_while()
    await _refers(play, "202", other=second)


async def picked_up(play: Play) -> None:
    """The caller is parked for Bo, who picks them up."""
    await switchboard(play)
    await _refers(play, "*68*202#")
    play.scene.dials("bo", "*88#")
    await play.a_while()


async def parked_in_vain(play: Play) -> None:
    """The operator is reminded, and then the queue has the caller."""
    await switchboard(play)
    await _refers(play, "*68*202#")
    play.switch.phones["olle"] = "rings"
    clock = play.scene.house.clock
    assert isinstance(clock, FakeClock)
    for seconds in (61, 60):
        clock.advance(timedelta(seconds=seconds))
        await play.a_while()
        play.must_have_a_way_on()


async def own_name(play: Play) -> None:
    """Recorded after a tone, heard again, and kept by a key."""
    play.caller = play.scene.dials("anna", "*24#")
    await asyncio.sleep(20)
    play.scene.presses(play.caller, "1")
    await play.a_while()


async def guide(play: Play) -> None:
    play.caller = play.scene.dials("bo", "*200#")
    await play.a_while()


async def confidential(play: Play) -> None:
    """Two talk, and the one keys that it is confidential."""
    play.caller = play.scene.dials("bo", "0701740699")
    await play.a_while()
    for key in "*28#":
        play.scene.presses(play.caller, key)
    await play.a_while()


async def emergency(play: Play) -> None:
    """An operator is told of it, while somebody else calls."""
    play.scene.house.alarms.dialled("bo")
    await absent(play)


def _rings_department(play: Play) -> None:
    number = OutsideNumber(DEPARTMENT, TargetKind.DEPARTMENT, id_of("tekniska"))
    register = play.scene.directory.register
    play.scene.directory.register = register.replace(numbers=(*register.numbers.rows, number))
    play.rings_in(DEPARTMENT)


async def _refers(play: Play, target: str, other: str | None = None) -> None:
    operator = play.switch.leg("olle")
    if operator is not None:
        play.scene.refers(operator, target, other)
    await play.a_while()


STORIES: tuple[Story, ...] = (
    absent,
    message,
    present,
    busy,
    no_answer,
    switchboard,
    whispered,
    queue,
    callback,
    department,
    department_message,
    blind_transfer,
    blind_transfer_to_nobody_there,
    refused_transfer,
    attended_transfer,
    picked_up,
    parked_in_vain,
    own_name,
    guide,
    confidential,
    emergency,
)


async def played(
    story: Story, prepare: Callable[[Play], None] = lambda _: None, voice: Voice | None = None
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


def at_every_command(story: Story, prepare: Callable[[Play, int], None]) -> None:
    """Play it as it should go, and then again for each of its commands with what happens at that one."""
    count = len(run_fast(played(story)).switch.commands)
    wrong = []
    for at in range(1, count + 1):
        try:
            run_fast(played(story, partial(prepare, at=at)))
        except AssertionError as error:
            wrong.append("\n".join([f"at the command {at}: {error}", *error.__notes__]))
    assert not wrong, f"{len(wrong)} of {count}: " + "\n\n".join(wrong[:4])


each_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)


@pytest.mark.parametrize("failing", FAILURES)
@each_story
def test_whatever_command_fails_nobody_is_left_in_silence_and_nothing_is_left_over(
    story: Story, failing: str
) -> None:
    def fail(play: Play, at: int) -> None:
        play.switch.fail_at = at
        play.switch.failure, play.switch.fails_late = FAILURES[failing]

    at_every_command(story, fail)


@pytest.mark.parametrize("who", ["caller", "other", "both"])
@each_story
def test_whoever_hangs_up_at_whatever_moment_nothing_is_left_over(story: Story, who: str) -> None:
    def hang_up(play: Play, at: int) -> None:
        def after(number: int) -> None:
            if number == at:
                others = play.switch.alive - {play.caller}
                for channel in {"caller": {play.caller}, "other": others, "both": {play.caller, *others}}[
                    who
                ]:
                    play.switch.goes(channel)

        play.switch.after = after

    at_every_command(story, hang_up)


@pytest.mark.parametrize("keys", ["1578#", "3*3*3*9*#", "0", "00000000000"])
@each_story
def test_whatever_keys_come_at_once_at_whatever_moment_the_caller_has_a_way_on(
    story: Story, keys: str
) -> None:
    def press(play: Play, at: int) -> None:
        def after(number: int) -> None:
            if number == at:
                for key in keys:
                    play.scene.presses(play.caller, key)

        play.switch.after = after

    at_every_command(story, press)


@each_story
def test_a_synthesiser_that_hangs_keeps_nobody_waiting(story: Story, tmp_path: Path) -> None:
    run_fast(played(story, voice=SpeechLibrary(tmp_path, HangingSynthesiser())))
