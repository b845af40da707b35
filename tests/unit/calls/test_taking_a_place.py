"""Whoever takes a place that there is not, or is gone at once, leaves nobody in silence and stays in none."""

from __future__ import annotations

from dataclasses import replace

from hanvisa.calls.desk import Desk
from hanvisa.calls.live_ports import Wish
from hanvisa.calls.signals import Channel, Entered, HungUp
from hanvisa.testing import FakeCallControl
from unit.calls.scene import Scene, id_of
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_no_way_around import (
    MOBILE,
    PATIENT,
    talks,
)
from unit.calls.test_waiting import whispered


async def test_whoever_picks_up_a_phone_that_rings_for_the_console_is_hung_up_and_it_goes_on_dialling() -> (
    None
):
    async with Scene(PATIENT) as scene:
        assert await Desk(scene.house).dial(id_of("olle"), "202")
        olle = await scene.rung("olle")
        scene.tell(Entered(Channel("bos", "bo", ""), (), Channel(olle, "olle", "")))
        await scene.until(lambda: ("bos", "normal") in scene.control.named("hang_up"), "Bo is put out")
        scene.tell(HungUp("bos", 16))
        scene.answers(olle)
        await scene.rung("bo")


async def test_and_whoever_takes_the_place_of_an_operator_who_is_being_told_which_main_number_was_rung() -> (
    None
):
    async with Scene(replace(PATIENT, whisper="always")) as scene:
        caller, olle = await whispered(scene)
        scene.tell(Entered(Channel("bos", "bo", ""), (), Channel(olle, "olle", "")))
        await scene.until(lambda: ("bos", "normal") in scene.control.named("hang_up"), "Bo is put out")
        scene.finished(olle)
        await scene.talking(caller, olle)


async def test_whoever_takes_a_place_and_hangs_up_before_they_are_judged_leaves_nobody_in_silence() -> None:
    async with Scene() as scene:
        caller, anna = await talks(scene, "bo", "201")
        scene.tell(Entered(Channel("olles", "olle", ""), (), Channel(anna, "anna", "")))
        scene.hangs_up("olles")
        # As after every party who hangs up.
        await scene.over(caller)


async def test_whoever_takes_a_place_while_the_call_is_being_ended_is_hung_up() -> None:
    class Ending(FakeCallControl):
        async def hang_up(self, channel: str, reason: str = "normal") -> None:
            await super().hang_up(channel, reason)
            if channel == anna:
                scene.tell(Entered(Channel("olles", "olle", ""), (), Channel(anna, "anna", "")))
                await scene.until(lambda: scene.house.live.of_channel("olles"), "Olle has come in")

    async with Scene(control=Ending()) as scene:
        caller, anna = await talks(scene, "bo", "201")
        scene.hangs_up(caller)
        await scene.over(caller)
        assert ("olles", "normal") in scene.control.named("hang_up")


async def test_whose_place_is_refused_while_they_are_held_hears_music_again_and_not_the_operator() -> None:
    async with Scene(PATIENT) as scene:
        caller, _ = await operator_has_caller(scene)
        call = scene.house.live.of_channel(caller)
        assert call is not None
        await Desk(scene.house).ask(call.id, Wish.HOLD, id_of("olle"))
        await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")
        scene.tell(Entered(Channel("new", "carrier", MOBILE), (), Channel(caller, "", "0980319244")))
        await scene.until(lambda: scene.control.named("start_music") == [(caller,)] * 2, "music again")
        assert ("new", "normal") in scene.control.named("hang_up")
        assert not scene.control.named("add_to_bridge")
