"""Asterisk refuses to play anything to a caller, or does not say that it does: they wait, and are served as ever."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from hanvisa.calls.house import CallSettings
from hanvisa.errors import Refused, TelephonyError, Unavailable
from hanvisa.lab.waiting import until
from hanvisa.policy.facts import OperatorState
from hanvisa.testing import FakeCallControl
from unit.calls.fast_time import run_fast
from unit.calls.scene import MAIN, Scene, id_of
from unit.calls.test_attendant import legs_to, rung_anew
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_closed import close

PATIENT = CallSettings(ring_operator=20.0, queue_say_every=25.0)
MINUTE = 60.0  # seconds
TIMEOUT = 2.0  # seconds: as long as an answer is waited for


FAULTS = (Refused("500"), Unavailable("no answer in time"))


class Mute(FakeCallControl):
    """``mute``: whoever would have it play meets this fault; all else it does."""

    def __init__(self, fault: TelephonyError) -> None:
        super().__init__(latency=lambda: 0.005)
        self.fault, self.mute, self.refused = fault, False, 0

    async def play(self, channel: str, files: Sequence[str], playback: str) -> None:
        if self.mute:
            self.refused += 1
            if isinstance(self.fault, Unavailable):
                await asyncio.sleep(TIMEOUT)
            raise self.fault
        await super().play(channel, files, playback)


async def greeted(scene: Scene, control: Mute) -> str:
    """A caller after whose greeting nothing is played any more; their channel."""
    caller = scene.rings_in(MAIN)
    await scene.hears(caller, "Greeting")
    control.mute = True
    scene.finished(caller)
    return caller


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_who_can_not_be_told_that_they_wait_hears_music_and_is_served_in_turn(fault: TelephonyError) -> None:
    async def story() -> None:
        control = Mute(fault)
        async with Scene(PATIENT, control=control) as scene:
            first, olle = await operator_has_caller(scene)
            caller = await greeted(scene, control)
            await asyncio.sleep(MINUTE)
            assert control.refused == 3, "at first, and their place after each time"
            assert control.named("start_music")[-1] == (caller,)
            scene.hangs_up(first)
            scene.answers(again := await rung_anew(scene, "olle", olle))
            await scene.talking(caller, again)

    run_fast(story())


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_where_nobody_is_there_they_hear_music_until_they_can_be_told_so_or_somebody_opens(
    fault: TelephonyError,
) -> None:
    async def story() -> None:
        control = Mute(fault)
        async with Scene(PATIENT, control=control) as scene:
            _, olle = await operator_has_caller(scene)
            await scene.directory.set_operator_state(id_of("olle"), OperatorState.CLOSED)
            caller = await greeted(scene, control)
            await asyncio.sleep(MINUTE)
            assert control.refused <= MINUTE, "they are in no circle without a pause"
            assert (caller,) in control.named("start_music")
            scene.hangs_up(olle)
            await scene.directory.set_operator_state(id_of("olle"), OperatorState.OPEN)
            scene.answers(again := await rung_anew(scene, "olle", olle))
            await scene.talking(caller, again)

    run_fast(story())


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_whom_not_even_the_greeting_reaches_waits_and_is_served(fault: TelephonyError) -> None:
    async def story() -> None:
        control = Mute(fault)
        async with Scene(PATIENT, control=control) as scene:
            first, olle = await operator_has_caller(scene)
            control.mute = True
            caller = scene.rings_in(MAIN)
            await asyncio.sleep(MINUTE)
            assert control.named("start_music")[-1] == (caller,)
            scene.hangs_up(first)
            scene.answers(again := await rung_anew(scene, "olle", olle))
            await scene.talking(caller, again)

    run_fast(story())


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_outside_the_hours_the_on_call_list_is_rung_for_them_once(fault: TelephonyError) -> None:
    async def story() -> None:
        control = Mute(fault)
        async with Scene(PATIENT, control=control) as scene:
            close(scene, night=True)
            await scene.directory.set_operator_state(id_of("olle"), OperatorState.CLOSED)
            control.mute = True
            caller = scene.rings_in(MAIN)
            await until(lambda: legs_to(scene, "bo"), within=MINUTE, what=lambda: "a leg to Bo is made")
            await scene.rung("bo")
            await asyncio.sleep(5 * MINUTE)
            assert len(legs_to(scene, "bo")) == 1
            assert control.named("start_music")[-1] == (caller,)
            control.mute = False
            await scene.hears(caller, "NoOperator")

    run_fast(story())
