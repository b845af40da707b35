"""Callers who lose whom they are just being joined to: they have waited, and are first again (decisions.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from hanvisa.calls.house import CallSettings
from hanvisa.errors import Gone, Refused, TelephonyError
from hanvisa.policy.facts import OperatorState
from hanvisa.testing import FakeCallControl
from unit.calls.scene import Scene
from unit.calls.test_attendant import rung_anew
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_waiting import waits

QUICK = CallSettings(ring_operator=2.0, key_wait=0.05, queue_say_every=60.0)


class LosingInJoining(FakeCallControl):
    """What bridges ``lost`` fails: whoever has it hangs up in that moment. Asterisk refuses then (400)."""

    lost: str = ""
    failure: TelephonyError

    async def bridge(self, bridge: str, channels: Sequence[str]) -> None:
        if self.lost in channels:
            self.is_gone(self.lost)
            raise self.failure
        await super().bridge(bridge, channels)


def losing(failure: TelephonyError) -> LosingInJoining:
    control = LosingInJoining()
    control.failure = failure
    return control


async def is_lost(scene: Scene, leg: str) -> None:
    """Whoever it rings at answers, and hangs up in the moment of joining."""
    assert isinstance(scene.control, LosingInJoining)
    scene.control.lost = leg
    scene.answers(leg)
    await scene.until(lambda: (leg, "normal") in scene.control.named("hang_up"), "the leg is given up")
    scene.hangs_up(leg)


def has(scene: Scene, leg: str, caller: str) -> bool:
    return scene.house.live.of_channel(leg) is scene.house.live.of_channel(caller)


async def waits_again(scene: Scene, caller: str) -> None:
    await scene.hears(caller, "Queued")
    scene.finished(caller)
    await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")


async def some_time_later(scene: Scene) -> None:
    scene.clock.advance(timedelta(seconds=31))
    scene.house.queues.wake()


@pytest.mark.parametrize("failure", [Gone("no such bridge"), Refused("Channel not found")])
async def test_whose_operator_hangs_up_in_the_moment_of_joining_keeps_their_place(
    failure: TelephonyError,
) -> None:
    async with Scene(QUICK, control=losing(failure)) as scene:
        _, olle = await operator_has_caller(scene)
        first = await waits(scene)
        scene.clock.advance(timedelta(seconds=5))
        behind = await waits(scene)
        scene.hangs_up(olle)
        lost = await rung_anew(scene, "olle", olle)
        assert has(scene, lost, first)
        await is_lost(scene, lost)
        await some_time_later(scene)
        again = await rung_anew(scene, "olle", lost)
        assert has(scene, again, first)
        scene.answers(again)
        await scene.talking(first, again)
        assert scene.house.live.of_channel(behind)
        assert "WentWrong" not in repr(scene.log.of_kind("heard")), "nothing of ours has failed"
        assert scene.directory.register.operators.rows[0].state is OperatorState.OPEN


async def test_who_comes_back_to_an_operator_and_loses_them_so_is_first() -> None:
    settings = replace(QUICK, unanswered_transfer="recall")
    async with Scene(settings, control=losing(Refused("Channel not found"))) as scene:
        scene.house.queues.wrap_up = 30.0
        returned, olle = await operator_has_caller(scene)
        await waits(scene)
        scene.refers(olle, "202")
        scene.hangs_up(await scene.rung("bo"), 19)
        lost = await rung_anew(scene, "olle", olle)
        assert has(scene, lost, returned)
        await is_lost(scene, lost)
        await waits_again(scene, returned)
        await some_time_later(scene)
        assert has(scene, await rung_anew(scene, "olle", lost), returned)


async def test_whom_an_operator_has_sent_on_and_who_loses_that_one_so_is_first() -> None:
    async with Scene(QUICK, control=losing(Refused("Channel not found"))) as scene:
        sent, olle = await operator_has_caller(scene)
        await waits(scene)
        await waits(scene)
        scene.refers(olle, "202")
        bo = await scene.rung("bo")
        second = await rung_anew(scene, "olle", olle)
        scene.answers(second)
        await is_lost(scene, bo)
        await scene.hears(sent, "WentWrong")
        scene.finished(sent)
        await waits_again(scene, sent)
        scene.hangs_up(second)
        assert has(scene, await rung_anew(scene, "olle", second), sent)
