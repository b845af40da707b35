"""A node of several that is lost, or comes back; and the proxy before them, while it is away."""

from __future__ import annotations

import asyncio

import pytest

from hanvisa.calls import registry
from hanvisa.calls.house import CallSettings
from hanvisa.calls.ports import LiveChannel
from hanvisa.calls.signals import Channel, Entered, HungUp, NodeLost, Reconnected
from hanvisa.calls.state import VARIABLE, CallState, Leg
from hanvisa.errors import Gone
from hanvisa.policy.facts import Callback, OperatorState
from unit.calls.scene import ANNA_DIRECT, MAIN, NOW, Scene, id_of

CALLER = "n1-1764275000.12"
LEG = "hv-c-n1-0123456789abcdef0123456789abcdef"
PATIENT = CallSettings(ring_operator=5.0, key_wait=0.05)


async def waits_at_the_node(scene: Scene) -> None:
    scene.control.alive.add(CALLER)
    scene.tell(Entered(Channel(CALLER, "carrier", "0980319244", MAIN), ("carrier",)))
    await scene.hears(CALLER, "Greeting")
    scene.finished(CALLER)


def olle_is_open(scene: Scene) -> bool:
    return scene.directory.register.operators.rows[0].state is OperatorState.OPEN


async def test_an_operator_who_was_rung_for_a_caller_at_a_lost_node_is_not_paused() -> None:
    async with Scene(PATIENT) as scene:
        await waits_at_the_node(scene)
        await scene.rung("olle")
        scene.tell(NodeLost("n1"))
        await scene.over(CALLER)
        assert olle_is_open(scene)


async def test_nor_one_who_was_to_be_rung_when_the_caller_was_gone() -> None:
    async with Scene(PATIENT) as scene:

        async def nobody_knows(channel: str, account: str) -> tuple[str, ...]:
            scene.tell(HungUp(CALLER, 16))
            raise Gone("the node n1 is lost")

        scene.control.dial_strings = nobody_knows  # type: ignore[method-assign]
        await waits_at_the_node(scene)
        await scene.over(CALLER)
        assert olle_is_open(scene)


async def test_nor_one_whose_phone_the_proxy_has_not_told() -> None:
    """They are rung again, and paused when it was told."""
    async with Scene(CallSettings(ring_operator=0.1, key_wait=0.05)) as scene:
        scene.control.is_proxy_away = True
        await waits_at_the_node(scene)
        await scene.until(lambda: len(scene.control.named("create")) == 3, "Olle is rung again and again")
        assert olle_is_open(scene)
        scene.control.is_proxy_away = False
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
    async with Scene() as scene:
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
        scene.tell(NodeLost("n1"))
        scene.tell(Reconnected("n1"))
        time = asyncio.get_running_loop().time
        back_at = time()
        await scene.until(lambda: scene.house.live.of_channel(LEG), "the call is taken on")
        assert time() - back_at >= registry.LEARNS_WITHIN, "whoever had it may have it still"
        scene.hangs_up(LEG)
        await scene.over(CALLER)
        assert not scene.control.named("move_here")
