"""A caller whom O2 or M4 keeps from an operator: nobody is paused for it, others pass, and the caller is told."""

from __future__ import annotations

from dataclasses import replace

from hanvisa.calls.desk import Desk
from hanvisa.calls.house import CallSettings
from hanvisa.calls.live_ports import Wish
from hanvisa.calls.prompts import Why
from hanvisa.policy.facts import OperatorState
from unit.calls.scene import ANNA_MOBILE, MAIN, Scene, id_of
from unit.calls.test_attendant import legs_to, rung_anew
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_holding import second_operator
from unit.calls.test_no_way_around import given_confidential, given_direct_number, marked, was_rung
from unit.calls.test_parking import parked
from unit.calls.test_waiting import waits

QUICK = CallSettings(ring_person=0.2, ring_operator=2.0, key_wait=0.05)


async def test_a_mobile_waits_while_the_only_operator_has_parked_somebody_and_whoever_came_later_passes() -> (
    None
):
    async with Scene(QUICK) as scene:
        caller, olle = await parked(scene)
        scene.hangs_up(olle)
        mobile = await waits(scene, ANNA_MOBILE)
        later = scene.rings_in(MAIN)
        await scene.hears(later, "Greeting")
        scene.finished(later)
        olle = await rung_anew(scene, "olle", olle)
        scene.answers(olle)
        await scene.talking(later, olle)
        scene.hangs_up(later)
        await scene.over(olle)
        assert is_open(scene)
        await scene.talking(caller, scene.dials("bo", "*88#"))
        olle = await rung_anew(scene, "olle", olle)
        scene.answers(olle)
        await scene.talking(mobile, olle)


async def test_another_operator_has_it_meanwhile() -> None:
    async with Scene(QUICK) as scene:
        _, olle = await parked(scene)
        scene.hangs_up(olle)
        second_operator(scene)
        mobile = scene.rings_in(MAIN, ANNA_MOBILE)
        await scene.hears(mobile, "Greeting")
        scene.finished(mobile)
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(mobile, bo)
        assert len(legs_to(scene, "olle")) == 1


async def test_a_mobile_that_comes_back_waits_as_well() -> None:
    async with Scene(replace(QUICK, unanswered_transfer="recall")) as scene:
        mobile = scene.rings_in(MAIN, ANNA_MOBILE)
        await scene.hears(mobile, "Greeting")
        scene.finished(mobile)
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.talking(mobile, olle)
        scene.refers(olle, "202")
        bo = await scene.rung("bo")
        scene.hangs_up(olle)
        another = scene.rings_in(MAIN)
        await scene.hears(another, "Greeting")
        scene.finished(another)
        again = await rung_anew(scene, "olle", olle)
        scene.answers(again)
        await scene.talking(another, again)
        scene.refers(again, "*68*202#")
        await scene.hears(another, "ParkedFor")
        scene.hangs_up(again)
        scene.hangs_up(bo, 19)
        await scene.hears(mobile, "Queued")
        assert is_open(scene)


async def test_who_has_rung_a_confidential_person_from_a_mobile_is_told_that_no_operator_may_have_it() -> (
    None
):
    async with Scene(QUICK) as scene:
        given_confidential(scene, "bo")
        given_direct_number(scene, "bo", "+46980319202")
        mobile = scene.rings_in("+46980319202", ANNA_MOBILE)
        await scene.rung("bo")
        await scene.hears(mobile, "Referral")
        scene.presses(mobile, "0")
        scene.finished(mobile)
        await scene.hears(mobile, "DialRefused")
        assert scene.log.of_kind("outcome")[-1] == {"outcome": "refused", "rules": ("M4",)}
        assert not was_rung(scene, "PJSIP/olle")
        assert is_open(scene)
        scene.finished(mobile)
        await scene.until(
            lambda: scene.log.of_kind("stage")[-1]["args"].get("told"), "and may still leave a message"
        )


async def test_who_is_marked_in_the_queue_and_has_sought_nobody_is_told_and_that_is_the_end() -> None:
    async with Scene(QUICK) as scene:
        await operator_has_caller(scene)
        mobile = await waits(scene, ANNA_MOBILE)
        await marked(scene, mobile)
        await scene.hears(mobile, "DialRefused")
        scene.finished(mobile)
        await scene.over(mobile)
        assert (mobile,) in scene.control.named("stop_music")


async def test_at_the_console_nobody_takes_such_a_caller() -> None:
    async with Scene(QUICK) as scene:
        _, olle = await parked(scene)
        scene.hangs_up(olle)
        mobile = await waits(scene, ANNA_MOBILE)
        call = scene.house.live.of_channel(mobile)
        assert call is not None
        await Desk(scene.house).ask(call.id, Wish.ANSWER, id_of("olle"))
        await scene.until(
            lambda: any(one["type"] == "not_taken" for one in scene.log.of_kind("signal")), "not taken"
        )
        assert is_open(scene)
        assert not scene.house.queues.unanswered


async def test_an_unplugged_phone_is_paused_all_the_same() -> None:
    async with Scene(QUICK) as scene:
        scene.control.registered = {"olle": ()}
        await waits(scene, ANNA_MOBILE)
        [paused] = [one for one in scene.log.of_kind("signal") if one["type"] == "operator_paused"]
        assert paused["why"] == Why.UNPLUGGED


def is_open(scene: Scene) -> bool:
    return scene.directory.register.operators.rows[0].state is OperatorState.OPEN
