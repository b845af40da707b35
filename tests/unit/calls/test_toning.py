"""The tone of M5, with a switch that only remembers."""

from __future__ import annotations

import asyncio

from hanvisa.calls.house import CallSettings
from hanvisa.calls.state import CallState
from unit.calls.scene import ANNA_MOBILE, NOW, Scene
from unit.calls.test_calls import operator_has_caller

OFTEN = CallSettings(mobile_tone_after=0.05, mobile_tone_every=0.05)


async def test_a_talk_with_a_mobile_has_its_tones_in_the_bridge_and_goes_on() -> None:
    async with Scene(OFTEN) as scene:
        caller = scene.dials("bo", "0701740699")
        mobile = await scene.rung("0701740699")
        scene.answers(mobile)
        await scene.talking(caller, mobile)
        await scene.until(lambda: len(scene.control.named("play_in_bridge")) > 1, "two tones")
        [bridge] = {bridge for bridge, _ in scene.control.named("bridge")}
        assert scene.control.named("play_in_bridge")[0] == (
            bridge,
            ("/sounds/MobileTone",),
            f"hv-tone-{bridge}",
        )
        assert scene.control.named("hang_up") == []
        scene.hangs_up(mobile)
        await scene.over(caller)


async def test_a_talk_with_a_fixed_telephone_has_none() -> None:
    async with Scene(OFTEN) as scene:
        caller = scene.dials("bo", "0846500400")
        far = await scene.rung("0846500400")
        scene.answers(far)
        await scene.talking(caller, far)
        scene.hangs_up(far)
        await scene.over(caller)
        assert scene.control.named("play_in_bridge") == []


async def test_when_a_talk_began_is_written_on_the_channel() -> None:
    async with Scene() as scene:
        caller = scene.dials("bo", "0701740699")
        mobile = await scene.rung("0701740699")
        scene.answers(mobile)
        await scene.talking(caller, mobile)

        def began() -> object:
            written = scene.control.variables.get((caller, "HANVISA_CALL"))
            return written and CallState.from_json(written).talking_since == NOW

        await scene.until(began, "it is written")


async def test_no_tone_sounds_in_a_talk_of_a_mobile_with_112() -> None:
    """M5 keeps calls on a mobile short: this one is as long as it is."""
    async with Scene(OFTEN) as scene:
        caller, olle = await operator_has_caller(scene, ANNA_MOBILE)
        await scene.until(lambda: scene.control.named("play_in_bridge"), "the tone with the operator")
        scene.refers(olle, "112")
        leg = await scene.rung("112")
        before = scene.control.named("play_in_bridge")
        scene.answers(leg)
        await scene.talking(caller, leg)
        await asyncio.sleep(1.0)
        assert scene.control.named("play_in_bridge") == before
