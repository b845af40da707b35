"""Asterisk does not answer for a while: nobody is dropped, and what was missed is found out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from hanvisa.calls.bringing_out import AWAY, AWAY_WITH_MUSIC, BringingOut
from hanvisa.calls.house import CallSettings
from hanvisa.calls.ports import LiveChannel, Place
from hanvisa.calls.registry import SYNC_AGAIN
from hanvisa.calls.signals import Answered, Channel, Entered, NodeLost, Reconnected
from hanvisa.errors import Unavailable
from hanvisa.lab.waiting import until
from hanvisa.testing import MemoryTexts
from unit.calls.play import TO_CHOOSE, RunningClock
from unit.calls.scene import ANNA_DIRECT, MAIN, NOW, Scene
from unit.calls.switch import Switch

LONG = 60.0  # seconds
BLINK = 1.0  # seconds
SOON = AWAY + 1.0


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


@dataclass
class Beside:
    """`OtherWay` to the same switch. ``brought_out`` are those with whom the dialplan goes on."""

    switch: LosingSwitch
    brought_out: set[str] = field(default_factory=set)
    hung_up: set[str] = field(default_factory=set)

    async def places(self) -> dict[str, Place]:
        return {channel: self._place(channel) for channel in self.switch.alive}

    def _place(self, channel: str) -> Place:
        served = channel not in self.switch.dialled and channel not in self.brought_out
        return Place(channel, "from-carrier", MAIN, served, self.switch.partner(channel) is not None)

    async def bring_out(self, place: Place) -> None:
        self.brought_out.add(place.channel)

    async def hang_up(self, place: Place) -> None:
        self.hung_up.add(place.channel)
        self.switch.is_gone(place.channel)


@asynccontextmanager
async def beside(switch: LosingSwitch, scene: Scene) -> AsyncIterator[Beside]:
    way = Beside(switch)
    bringing_out = asyncio.create_task(BringingOut(scene.house, way, lambda: not switch.lost).run())
    async with scene:
        yield way
    bringing_out.cancel()


def loses(switch: LosingSwitch) -> None:
    switch.lost, switch.tell = True, lambda _: None


def is_back(switch: LosingSwitch, scene: Scene, way: Beside) -> None:
    switch.lost, switch.tell = False, scene.tell
    switch.gone_on = way.brought_out
    scene.tell(Reconnected())


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
        assert not any("WentWrong" in str(heard) for heard in scene.log.of_kind("heard"))
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


async def test_who_listens_is_brought_out_and_who_talks_goes_on(switch: LosingSwitch, scene: Scene) -> None:
    scene.given_absent("anna")
    async with beside(switch, scene) as way:
        talking = scene.rings_in(MAIN)
        await asyncio.sleep(LONG)
        listening = scene.rings_in(ANNA_DIRECT)
        await asyncio.sleep(BLINK)
        loses(switch)
        await asyncio.sleep(SOON)
        assert way.brought_out == {listening}
        await scene.over(listening)
        assert scene.log.of_kind("closed") == [{"reason": "brought_out"}]
        is_back(switch, scene, way)
        await asyncio.sleep(LONG)
        assert switch.partner(talking)
        assert listening in switch.alive
        assert not way.hung_up


async def test_a_phone_that_rings_is_taken_away_and_the_caller_brought_out(
    switch: LosingSwitch, scene: Scene
) -> None:
    switch.phones["anna"] = "rings"
    async with beside(switch, scene) as way:
        caller = scene.rings_in(ANNA_DIRECT)
        await asyncio.sleep(BLINK)
        anna = switch.leg("anna")
        loses(switch)
        await asyncio.sleep(SOON)
        assert (way.brought_out, way.hung_up) == ({caller}, {anna})


async def test_who_hears_music_keeps_their_place_for_longer(switch: LosingSwitch, scene: Scene) -> None:
    async with beside(switch, scene) as way:
        scene.rings_in(MAIN)
        await asyncio.sleep(LONG)
        waiting = scene.rings_in(MAIN)
        await asyncio.sleep(LONG)
        loses(switch)
        await asyncio.sleep(AWAY_WITH_MUSIC - 1.0)
        assert not way.brought_out
        await asyncio.sleep(2.0)
        assert way.brought_out == {waiting}


async def test_nobody_is_left_alone_by_whom_they_talked_to(switch: LosingSwitch, scene: Scene) -> None:
    async with beside(switch, scene) as way:
        caller = scene.rings_in(ANNA_DIRECT)
        await asyncio.sleep(LONG)
        anna = switch.partner(caller)
        assert anna is not None
        loses(switch)
        switch.goes(anna)
        await asyncio.sleep(SOON)
        assert (way.brought_out, way.hung_up) == (set(), {caller})


async def test_a_line_that_is_lost_for_a_moment_takes_nobody_away(switch: LosingSwitch, scene: Scene) -> None:
    scene.given_absent("anna")
    async with beside(switch, scene) as way:
        caller = scene.rings_in(ANNA_DIRECT)
        await asyncio.sleep(BLINK)
        loses(switch)
        await asyncio.sleep(BLINK)
        is_back(switch, scene, way)
        await asyncio.sleep(SOON)
        assert not way.brought_out
        assert scene.house.live.of_channel(caller)


async def test_whom_another_program_has_brought_out_is_let_go(switch: LosingSwitch, scene: Scene) -> None:
    """`hanvisa rescue`. Asterisk lists them with our application for some time (seen)."""
    scene.given_absent("anna")
    async with beside(switch, scene) as way:
        caller = scene.rings_in(ANNA_DIRECT)
        await asyncio.sleep(BLINK)
        way.brought_out.add(caller)
        is_back(switch, scene, way)
        await scene.over(caller)
        is_back(switch, scene, way)
        await asyncio.sleep(BLINK)
        assert caller in switch.alive
        assert scene.house.live.of_channel(caller) is None


async def test_the_calls_of_a_lost_node_are_over_and_those_of_the_others_go_on() -> None:
    async with Scene(nodes=("n1", "n2")) as scene:
        lost, stays = (
            Channel(f"{node}-1764275000.12", "carrier", "0980319244", ANNA_DIRECT) for node in ("n1", "n2")
        )
        for channel in (lost, stays):
            scene.tell(Entered(channel, ("carrier",)), channel.id[:2])
        await until(lambda: len(scene.control.named("create")) == 2, what="both are rung for")
        scene.tell(NodeLost("n1"), "n1")
        await until(lambda: scene.house.live.of_channel(lost.id) is None, what="the call at n1 is over")
        assert scene.house.live.of_channel(stays.id) is not None
        assert [told["node"] for told in scene.log.of_kind("signal") if told["type"] == "node_lost"] == ["n1"]


async def test_a_node_that_is_lost_while_it_is_looked_at_is_not_asked_again() -> None:
    async with Scene(nodes=("n1", "n2")) as scene:
        asked: list[str] = []

        async def channels(node: str = "") -> tuple[LiveChannel, ...]:
            asked.append(node)
            if node == "n1":
                raise Unavailable("the line is lost")
            return ()

        scene.control.channels = channels  # type: ignore[method-assign]
        scene.tell(Reconnected("n1"), "n1")
        scene.tell(NodeLost("n1"), "n1")
        asyncio.get_running_loop().call_later(SYNC_AGAIN + 0.1, scene.tell, Reconnected("n2"), "n2")
        await until(scene.registry.synced.is_set, within=SYNC_AGAIN + 2, what="the others are in agreement")
        assert set(asked) == {"n1", "n2"}
        assert asked.count("n1") == 1


async def test_after_a_loss_only_the_calls_of_that_node_are_looked_after() -> None:
    async with Scene(nodes=("n1", "n2")) as scene:
        caller = Channel("n1-1764275000.12", "carrier", "0980319244", ANNA_DIRECT)
        scene.tell(Entered(caller, ("carrier",)), "n1")
        await until(lambda: scene.control.named("create"), what="it rings")
        [leg] = [command[0] for command in scene.control.named("create")]
        assert leg.startswith("hv-c-n1-"), "at the caller's node"
        scene.tell(Reconnected("n2"), "n2")
        scene.tell(Answered(leg), "n1")
        await until(lambda: scene.control.named("bridge"), what="they talk")
        scene.tell(Reconnected("n1"), "n1")
        await until(
            lambda: scene.house.live.of_channel(caller.id) is None, what="the call that is gone is over"
        )
