"""What goes wrong in a call: every command failing in every way, both sides hanging up at every moment.

Whatever happens, no caller hears nothing for more than three seconds or is left without a way on, and when all have
hung up no channel and no bridge is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from hanvisa.calls.stages import switchboard
from hanvisa.errors import Refused
from hanvisa.speech.fakes import HangingSynthesiser
from hanvisa.speech.library import SpeechLibrary
from hanvisa.testing import FakeCallControl
from unit.calls import stories, stories_of_operators, stories_of_people
from unit.calls.fast_time import run_fast
from unit.calls.play import Play, Story, at_every_command, played
from unit.calls.scene import ANNA_DIRECT, Scene
from unit.calls.switch import FAILURES

STORIES = (*stories.STORIES, *stories_of_operators.STORIES, *stories_of_people.STORIES)

WHO = ("caller", "other", "both")
KEYS = ("1578#", "3*3*3*9*#", "00000000000")

each_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)


@pytest.mark.parametrize("failing", FAILURES)
@each_story
def test_whatever_command_fails_nobody_is_left_in_silence_and_nothing_is_left_over(
    story: Story, failing: str
) -> None:
    def fail(play: Play, at: int) -> None:
        play.switch.fail_at = at
        play.switch.failure, play.switch.fails_late = FAILURES[failing]

    at_every_command(story, fail, every=len(FAILURES), first=list(FAILURES).index(failing))


@pytest.mark.parametrize("who", WHO)
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

    at_every_command(story, hang_up, every=len(WHO), first=WHO.index(who))


@each_story
def test_whatever_keys_come_at_once_at_whatever_moment_the_caller_has_a_way_on(story: Story) -> None:
    def press(play: Play, at: int) -> None:
        def after(number: int) -> None:
            if number == at:
                for key in KEYS[at % len(KEYS)]:
                    play.scene.presses(play.caller, key)

        play.switch.after = after

    at_every_command(story, press, every=4, first=STORIES.index(story))


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> SpeechLibrary:
    """It has what was ready made, and makes nothing."""
    return SpeechLibrary(tmp_path_factory.mktemp("speech"), HangingSynthesiser())


@each_story
def test_a_synthesiser_that_hangs_keeps_nobody_waiting(story: Story, voice: SpeechLibrary) -> None:
    run_fast(played(story, voice=voice))


class FailsInARow(FakeCallControl):
    """The first joining, and then its apologies: all before the operators, and the first of the other kind."""

    joined = False
    told = False

    async def bridge(self, bridge: str, channels: Sequence[str]) -> None:
        if not self.joined:
            self.joined = True
            raise Refused("made to fail")
        await super().bridge(bridge, channels)

    async def play(self, channel: str, files: Sequence[str], playback: str) -> None:
        if "/sounds/WentWrong" in files or ("/sounds/TryLater" in files and not self.told):
            self.told = True
            raise Refused("made to fail")
        await super().play(channel, files, playback)


async def test_a_caller_is_not_dropped_where_no_apology_can_be_told_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(switchboard, "MUSIC_INSTEAD", 0.05)
    async with Scene(control=FailsInARow()) as scene:
        caller = scene.rings_in(ANNA_DIRECT)
        scene.answers(await scene.rung("anna"))
        scene.answers(olle := await scene.rung("olle"))
        await scene.talking(caller, olle)


async def test_a_colleague_who_is_not_led_on_is_told_so_once_more() -> None:
    async with Scene(control=FailsInARow()) as scene:
        anna = scene.dials("anna", "202")
        scene.answers(await scene.rung("bo"))
        await scene.hears(anna, "TryLater")


class Lingering(FakeCallControl):
    """A command that takes a moment to be given up, as a connection to the database does."""

    given_up = False

    async def ring(self, channel: str) -> None:
        await super().ring(channel)
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.sleep(0.01)
        self.given_up = True


async def test_a_stop_waits_until_the_calls_do_nothing_any_more() -> None:
    """What they had open would be closed under them."""
    control = Lingering(registered={"anna": ("PJSIP/anna",)})
    async with Scene(control=control) as scene:
        scene.rings_in(ANNA_DIRECT)
        await scene.until(lambda: control.named("ring"), "the caller is told that it rings")
    assert control.given_up
