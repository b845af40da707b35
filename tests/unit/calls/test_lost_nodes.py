"""A node of several that is lost, or comes back; and the proxy before them, while it is away."""

from __future__ import annotations

import asyncio

import pytest

from hanvisa.calls import registry
from hanvisa.calls.house import CallSettings
from hanvisa.calls.ports import LiveChannel
from hanvisa.calls.signals import Channel, Entered, HungUp, NodeLost, Reconnected
from hanvisa.calls.state import VARIABLE, CallState, Leg
from hanvisa.errors import Gone, Unavailable
from hanvisa.policy.facts import Callback, OperatorState
from unit.calls.scene import ANNA_DIRECT, MAIN, NOW, Scene, id_of

CALLER = "n1-1764275000.12"
LEG = "hv-c-n1-0123456789abcdef0123456789abcdef"
PATIENT = CallSettings(ring_operator=5.0, key_wait=0.05)


async def waits_at_the_node(scene: Scene) -> None:
    scene.control.alive.add(CALLER)
    scene.tell(Entered(Channel(CALLER, "carrier", "0980319244", MAIN), ("carrier",)), "n1")
    await scene.hears(CALLER, "Greeting")
    scene.finished(CALLER)


def olle_is_open(scene: Scene) -> bool:
    return scene.directory.register.operators.rows[0].state is OperatorState.OPEN


async def test_an_operator_who_was_rung_for_a_caller_at_a_lost_node_is_not_paused() -> None:
    async with Scene(PATIENT, nodes=("n1",)) as scene:
        await waits_at_the_node(scene)
        await scene.rung("olle")
        scene.tell(NodeLost("n1"), "n1")
        await scene.over(CALLER)
        assert olle_is_open(scene)


async def test_nor_one_who_was_to_be_rung_when_the_caller_was_gone() -> None:
    async with Scene(PATIENT, nodes=("n1",)) as scene:

        async def nobody_knows(channel: str, account: str) -> tuple[str, ...]:
            scene.tell(HungUp(CALLER, 16))
            raise Gone("the node n1 is lost")

        scene.control.dial_strings = nobody_knows  # type: ignore[method-assign]
        await waits_at_the_node(scene)
        await scene.over(CALLER)
        assert olle_is_open(scene)


async def test_nor_one_whose_phone_the_proxy_has_not_told() -> None:
    """They are rung again, and paused when it was told."""
    async with Scene(CallSettings(ring_operator=0.1, key_wait=0.05), nodes=("n1",)) as scene:
        scene.control.is_proxy_away = True
        await waits_at_the_node(scene)
        await scene.until(lambda: len(scene.control.named("create")) == 3, "Olle is rung again and again")
        assert olle_is_open(scene)
        scene.control.is_proxy_away = False
        await scene.rung("olle")
        await scene.until(lambda: not olle_is_open(scene), "Olle has not answered")


async def test_nor_one_who_was_to_be_rung_for_a_caller_who_left_a_number() -> None:
    async with Scene(CallSettings(ring_operator=0.1, key_wait=0.05)) as scene:
        scene.control.is_proxy_away = True
        scene.control.some_node = lambda: "n1"  # type: ignore[method-assign]
        callback = Callback(id_of("callback"), id_of("board"), "+46980319244", NOW, NOW)
        scene.directory.register = scene.directory.register.replace(callbacks=(callback,))
        scene.tell(Reconnected())
        await scene.until(lambda: len(scene.control.named("create")) == 3, "Olle is rung again and again")
        assert olle_is_open(scene)
        scene.control.is_proxy_away = False
        await scene.until(lambda: not olle_is_open(scene), "Olle has not answered")


async def test_calls_of_a_node_that_is_back_are_taken_on_where_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Asterisk tells whose channels are moved that they have left: to their own application they would have hung up."""
    monkeypatch.setattr(registry, "LEARNS_WITHIN", 0.2)
    async with Scene(nodes=("n1",)) as scene:
        state = CallState(
            id="hv-k-n1-1",
            side="carrier",
            dialled=ANNA_DIRECT,
            caller=Leg(CALLER, "carrier", number="+46980319244"),
            other=Leg(LEG, "anna", id_of("anna")),
            bridge="hv-b-n1-1",
            answered=True,
            stage={"name": "Talking", "args": {}},
        )
        scene.control.existing = (
            LiveChannel(CALLER, "carrier", "0980319244", ANNA_DIRECT, up=True),
            LiveChannel(LEG, "anna", "", "", up=True),
        )
        scene.control.orphaned = scene.control.ours = (CALLER, LEG)
        scene.control.bridges["hv-b-n1-1"] = {CALLER, LEG}
        scene.control.variables[CALLER, VARIABLE] = state.to_json()
        scene.tell(NodeLost("n1"), "n1")
        scene.tell(Reconnected("n1"), "n1")
        time = asyncio.get_running_loop().time
        back_at = time()
        await scene.until(lambda: scene.house.live.of_channel(LEG), "the call is taken on")
        assert time() - back_at >= registry.LEARNS_WITHIN, "whoever had it may have it still"
        scene.hangs_up(LEG)
        await scene.over(CALLER)
        assert not scene.control.named("move_here")


class HangingNode:
    """One that is connected, and answers no question until it goes on. ``asked``: it has been.

    Who asks waits for ``within`` seconds.
    """

    def __init__(self, scene: Scene, node: str, within: float = 10.0) -> None:
        self.asked, self.goes_on = asyncio.Event(), asyncio.Event()
        self._node, self._within, self._answer = node, within, scene.control.channels
        scene.control.channels = self._channels  # type: ignore[method-assign]

    async def _channels(self, node: str = "") -> tuple[LiveChannel, ...]:
        if node == self._node:
            self.asked.set()
            try:
                await asyncio.wait_for(self.goes_on.wait(), self._within)
            except TimeoutError as error:
                raise Unavailable(f"{node} does not answer") from error
        return await self._answer(node)


async def test_a_node_that_hangs_holds_up_nobody_at_the_others() -> None:
    async with Scene(nodes=("n1", "n2")) as scene:
        hanging = HangingNode(scene, "n1")
        scene.tell(Reconnected("n1"), "n1")
        await hanging.asked.wait()
        scene.tell(Reconnected("n2"), "n2")
        for node in ("n1", "n2"):
            caller = Channel(f"{node}-1764275000.12", "carrier", "0980319244", ANNA_DIRECT)
            scene.tell(Entered(caller, ("carrier",)), node)
        await scene.until(lambda: scene.control.named("create"), "Anna is rung for the caller at n2")
        assert not scene.house.live.of_channel(CALLER), "what is at n1 is found out first"
        hanging.goes_on.set()
        await scene.until(lambda: scene.house.live.of_channel(CALLER), "and then the one at n1 is served")


async def test_nor_those_who_left_a_number() -> None:
    async with Scene(PATIENT, nodes=("n1", "n2")) as scene:
        hanging = HangingNode(scene, "n1", within=0.1)
        scene.control.some_node = lambda: "n2"  # type: ignore[method-assign]
        scene.tell(Reconnected("n2"), "n2")
        await scene.until(scene.registry.synced.is_set, "n2 is known")
        scene.tell(Reconnected("n1"), "n1")
        await hanging.asked.wait()
        callback = Callback(id_of("callback"), id_of("board"), "+46980319244", NOW, NOW)
        scene.directory.register = scene.directory.register.replace(callbacks=(callback,))
        scene.house.queues.wake()
        await scene.rung("olle")


async def test_nor_those_whose_leg_could_not_be_hung_up() -> None:
    async with Scene(nodes=("n1", "n2")) as scene:
        hung_up, at_n1, at_n2 = scene.control.hang_up, "n1-1764275000.12", "n2-1764275000.12"
        scene.control.alive |= {at_n1, at_n2}

        async def hang_up(channel: str, reason: str = "normal") -> None:
            if channel == at_n1:
                await asyncio.Event().wait()
            await hung_up(channel, reason)

        scene.control.hang_up = hang_up  # type: ignore[method-assign]
        for channel in (at_n1, at_n2):
            scene.house.leftovers.channel(channel)
        await scene.until(lambda: scene.house.leftovers.channels == {at_n1}, "the one at n2 is gone")
