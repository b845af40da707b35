"""Callers who wait at a switchboard, with a switch that only remembers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hanvisa.calls.house import CallSettings
from hanvisa.testing import FakeClock
from unit.calls.scene import MAIN, Scene
from unit.calls.test_attendant import rung_anew
from unit.calls.test_calls import operator_has_caller

QUICK = CallSettings(ring_person=0.2, ring_operator=2.0, key_wait=0.05, queue_say_every=0.1)


async def test_who_waits_is_told_the_place_again_and_again_and_the_wait_once_it_is_known() -> None:
    async with Scene(QUICK) as scene:
        first, olle = await operator_has_caller(scene)
        second, third = await waits(scene), await waits(scene)
        await scene.until(lambda: said_to(scene, second, "QueuePlace(place=1, minutes=None)") > 1, "again")
        await scene.until(lambda: said_to(scene, third, "QueuePlace(place=2, minutes=None)"), "the second")
        clock = scene.house.clock
        assert isinstance(clock, FakeClock)
        clock.advance(timedelta(minutes=3))
        scene.hangs_up(first)
        again = await rung_anew(scene, "olle", olle)
        scene.answers(again)
        await scene.talking(second, again)
        await scene.until(lambda: said_to(scene, third, "QueuePlace(place=1, minutes=3)"), "the wait")


async def test_the_announcement_ends_when_the_callers_turn_comes() -> None:
    async with Scene(replace(QUICK, queue_say_every=9.0)) as scene:
        first, olle = await operator_has_caller(scene)
        second = scene.rings_in(MAIN)
        await scene.hears(second, "Greeting")
        scene.finished(second)
        await scene.hears(second, "Queued")
        scene.hangs_up(first)
        await scene.until(
            lambda: (f"hv-play-{second}",) in scene.control.named("stop_playing"), "no more of it"
        )
        scene.finished(second)
        await rung_anew(scene, "olle", olle)


async def waits(scene: Scene) -> str:
    """Somebody has rung the main number and heard the first announcement; from now on each ends at once."""
    caller = scene.rings_in(MAIN)
    await scene.hears(caller, "Greeting")
    scene.finished(caller)
    await scene.hears(caller, "Queued")
    scene.finished(caller)
    await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")
    return caller


def said_to(scene: Scene, channel: str, words: str) -> int:
    """How often it was said; what is said ends at once."""
    scene.finished(channel)
    return sum(words in said["words"] for said in scene.log.of_kind("heard") if said["channel"] == channel)
