"""Asterisk does not answer for a while: nobody is dropped, and what was missed is found out."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hanvisa.calls.house import CallSettings
from hanvisa.calls.ports import LiveChannel
from hanvisa.calls.signals import Reconnected
from hanvisa.errors import Unavailable
from hanvisa.testing import MemoryTexts
from unit.calls.play import TO_CHOOSE, RunningClock
from unit.calls.scene import ANNA_DIRECT, MAIN, NOW, Scene
from unit.calls.switch import Switch

LONG = 60.0  # seconds


class LosingSwitch(Switch):
    """While ``lost``, no command comes through."""

    lost = False

    async def _do(self, *command: Any, **more: Any) -> None:
        self._must_be_there()
        await super()._do(*command, **more)

    async def variable(self, channel: str, name: str) -> str:
        self._must_be_there()
        return await super().variable(channel, name)

    def _must_be_there(self) -> None:
        if self.lost:
            raise Unavailable("the line is lost")


@pytest.fixture
def switch() -> LosingSwitch:
    return LosingSwitch()


@pytest.fixture
def scene(switch: LosingSwitch) -> Scene:
    scene = Scene(
        CallSettings(key_wait=TO_CHOOSE, keying=TO_CHOOSE), switch, None, MemoryTexts(), RunningClock(NOW)
    )
    switch.tell = scene.tell
    return scene


@pytest.mark.parametrize("dialled", [ANNA_DIRECT, MAIN])
async def test_who_listens_or_waits_goes_on_when_the_line_is_back(
    switch: LosingSwitch, scene: Scene, dialled: str
) -> None:
    """The second at the main number waits for the operator, who talks with the first."""
    scene.given_absent("anna")
    async with scene:
        scene.rings_in(MAIN)
        await asyncio.sleep(LONG)
        caller = scene.rings_in(dialled)
        await asyncio.sleep(1)
        switch.lost = True
        await asyncio.sleep(LONG)
        assert caller in switch.alive
        switch.lost = False
        await asyncio.sleep(1)
        assert switch.hears(caller)
        assert not any("TryLater" in str(heard) for heard in scene.log.of_kind("heard"))
        [call] = {scene.house.live.of_channel(caller)}
        assert call is not None
        assert ("hang_up", caller, "normal") not in switch.commands


async def test_who_has_answered_meanwhile_is_connected() -> None:
    async with Scene() as scene:
        caller = scene.rings_in(ANNA_DIRECT)
        anna = await scene.rung("anna")
        scene.control.existing = (
            LiveChannel(caller, "carrier", "0980319244", ANNA_DIRECT, up=True),
            LiveChannel(anna, "anna", "", "", up=True),
        )
        scene.tell(Reconnected())
        await scene.talking(caller, anna)
