"""Phones that are in calls of which only the dialplan's fallback knows: they are busy, and may have a mobile there."""

from __future__ import annotations

from hanvisa.calls.house import CallSettings
from hanvisa.calls.signals import Channel, Entered
from hanvisa.policy.facts import OperatorState
from unit.calls.scene import MAIN, Scene, id_of
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_holding import second_operator
from unit.calls.test_no_way_around import given_confidential, given_phone_of_nobody, was_rung
from unit.calls.test_waiting import waits

QUICK = CallSettings(ring_person=0.2, ring_operator=2.0, key_wait=0.05)


async def test_an_operator_who_is_in_one_gets_nobody_and_is_not_paused_until_it_is_over() -> None:
    async with Scene(QUICK) as scene:
        scene.house.tell_in_fallback({"olle"})
        assert scene.house.live.engaged() == {id_of("olle")}
        caller = await waits(scene)
        assert scene.directory.register.operators.rows[0].state is OperatorState.OPEN
        scene.house.tell_in_fallback(set())
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.talking(caller, olle)


async def test_another_operator_is_rung_meanwhile() -> None:
    async with Scene(QUICK) as scene:
        second_operator(scene)
        scene.house.tell_in_fallback({"olle"})
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        await scene.rung("bo")


async def test_a_colleague_who_is_in_one_gets_no_caller_of_an_operators() -> None:
    """O2."""
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.house.tell_in_fallback({"bo"})
        scene.refers(olle, "202")
        await scene.hears(caller, "OfferToWait")
        assert not was_rung(scene, "PJSIP/bo")


async def test_nor_a_confidential_one_and_any_other_does_ring() -> None:
    """M4."""
    async with Scene(QUICK) as scene:
        scene.house.tell_in_fallback({"anna"})
        scene.dials("bo", "201")
        await scene.rung("anna")
        given_confidential(scene, "anna")
        citizen = scene.rings_in("+46980319201")
        await scene.hears(citizen, "Referral")
        assert was_rung(scene, "PJSIP/anna") == 1


async def test_a_phone_that_is_nobodys_takes_no_operators_place_from_there() -> None:
    async with Scene(QUICK) as scene:
        given_phone_of_nobody(scene, "room")
        caller, olle = await operator_has_caller(scene)
        scene.house.tell_in_fallback({"room", "unknown"})
        scene.tell(Entered(Channel("rooms", "room", ""), (), Channel(olle, "olle", "")))
        await scene.until(lambda: ("rooms", "normal") in scene.control.named("hang_up"), "put out")
        assert scene.house.live.of_channel(caller) is scene.house.live.of_channel(olle)
