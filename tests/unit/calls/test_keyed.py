"""Codes keyed while two talk (M4)."""

from __future__ import annotations

import asyncio

import pytest

from hanvisa.calls.live_ports import Asked, Outcome, Wish
from unit.calls.scene import Scene


async def talk(scene: Scene, number: str) -> tuple[str, str]:
    """Bo has rung that number and talks with it; the channels."""
    bo = scene.dials("bo", number)
    far = await scene.rung(number)
    scene.answers(far)
    await scene.talking(bo, far)
    return bo, far


def press(scene: Scene, channel: str, keys: str) -> None:
    for key in keys:
        scene.presses(channel, key)


@pytest.mark.parametrize(("number", "with_mobile"), [("0701740699", True), ("0846500400", False)])
async def test_both_hear_that_the_call_is_confidential_and_go_on(number: str, with_mobile: bool) -> None:
    async with Scene() as scene:
        bo, far = await talk(scene, number)
        press(scene, bo, "1*28#")
        await scene.until(lambda: scene.control.named("play_in_bridge"), "both are told")
        [(bridge, files, _)] = scene.control.named("play_in_bridge")
        assert (bridge, files) == (scene.control.named("bridge")[0][0], ("/sounds/ConfidentialNow",))
        assert f"with_mobile={with_mobile}" in scene.log.of_kind("heard")[-1]["words"]
        assert scene.log.of_kind("decision")[-1]["rules"] == ["M4"]
        call = scene.house.live.of_channel(bo)
        assert call is not None
        assert call.state.confidential
        assert scene.control.named("hang_up") == []
        scene.hangs_up(far)
        await scene.over(bo)


async def test_so_they_do_when_it_is_marked_by_the_api() -> None:
    async with Scene() as scene:
        bo, _ = await talk(scene, "0701740699")
        call = scene.house.live.of_channel(bo)
        assert call is not None
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        call.inbox.put_nowait(Asked(Wish.CONFIDENTIAL, answer))
        await scene.until(lambda: scene.control.named("play_in_bridge"), "both are told")
        assert answer.result() == Outcome("done")


async def test_a_threat_is_marked_in_silence() -> None:
    async with Scene() as scene:
        bo, _ = await talk(scene, "0846500400")
        press(scene, bo, "*29#")
        call = scene.house.live.of_channel(bo)
        assert call is not None
        await scene.until(lambda: call.state.threat, "it is marked")
        assert scene.control.named("play_in_bridge") == []
        assert scene.log.of_kind("heard") == []


async def test_the_other_party_has_no_codes() -> None:
    async with Scene() as scene:
        bo, far = await talk(scene, "0846500400")
        press(scene, far, "*28#*29#")
        await scene.until(lambda: len(scene.log.of_kind("key")) == 8, "the keys are heard")
        call = scene.house.live.of_channel(bo)
        assert call is not None
        assert not call.state.confidential
        assert not call.state.threat
