"""A moment in which Asterisk dials nobody: it says nothing of operators and persons whose phones did not ring."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hanvisa.calls.house import CallSettings
from hanvisa.calls.queue import LEFT_ALONE
from hanvisa.calls.registry import RUNG
from hanvisa.calls.signals import Channel, Entered
from hanvisa.calls.stages.ringing_back import TRIES
from hanvisa.policy.facts import Callback, OperatorState, Phone
from hanvisa.policy.offers import Offer
from unit.calls.scene import ANNA_DIRECT, ANNA_MOBILE, MAIN, NOW, Scene, id_of
from unit.calls.test_attendance import presses_and_hears
from unit.calls.test_attendant import bo_is_operator, legs_to, rung_anew, shown
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_messages import is_recorded
from unit.calls.test_waiting import ready, rung_back
from unit.calls.undialled import NotDialling, TrunkAway

PATIENT = CallSettings(ring_person=20.0, ring_operator=20.0, key_wait=0.05)
NO_ANSWER, UNPLUGGED = 19, 20  # Q.850


def states(scene: Scene) -> list[OperatorState]:
    return [one.state for one in scene.directory.register.operators.rows]


def referred(scene: Scene) -> list[dict[str, object]]:
    told = [data for _, kind, data in scene.log.entries if kind == "outcome"]
    return [data for data in told if data["outcome"] == "referred"]


async def test_no_operator_is_paused_and_who_waits_hears_music_and_is_offered_again() -> None:
    control = NotDialling()
    async with Scene(PATIENT, control=control) as scene:
        bo_is_operator(scene, OperatorState.OPEN)
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        olle, _ = await scene.rung("olle"), await scene.rung("bo")
        await scene.hears(caller, "Queued")
        scene.finished(caller)
        await scene.until(lambda: (caller,) in control.named("start_music"), "music")
        scene.house.queues.wake()
        assert states(scene) == [OperatorState.OPEN] * 2
        control.rings = True
        scene.clock.advance(timedelta(seconds=LEFT_ALONE))
        scene.house.queues.wake()
        again = await rung_anew(scene, "olle", olle)
        scene.answers(again)
        await scene.talking(caller, again)
        assert (len(legs_to(scene, "olle")), len(legs_to(scene, "bo"))) == (2, 1), (
            "not at once, over and over"
        )


async def test_an_operator_one_of_whose_phones_could_not_be_reached_is_paused_all_the_same() -> None:
    """Theirs has been told, and has said so; the desk's was not dialled."""
    async with Scene(PATIENT, control=NotDialling()) as scene:
        register = scene.directory.register
        desk = Phone(id_of("desk"), "desk", id_of("hallefors"), None)
        [olle] = register.operators.rows
        scene.directory.register = register.replace(
            phones=(*register.phones.rows, desk), operators=(replace(olle, phone_id=desk.id),)
        )
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        await scene.rung("desk")
        [own] = legs_to(scene, "olle")
        scene.hangs_up(own, UNPLUGGED)
        await scene.until(lambda: states(scene) == [OperatorState.PAUSED], "Olle is paused")


@pytest.mark.parametrize("is_dialled", [True, False])
async def test_a_person_whose_phone_did_not_ring_is_referred_and_it_is_held_against_nobody(
    *, is_dialled: bool
) -> None:
    """G1: nobody knows whether they were there."""
    async with Scene(control=NotDialling(rings=is_dialled)) as scene:
        caller = scene.rings_in(ANNA_DIRECT)
        await scene.rung("anna")
        await scene.hears(caller, "Referral")
        [told] = referred(scene)
        assert (told["why"], told["unreferred"]) == (
            ("no_answer", True) if is_dialled else ("not_rung", False)
        )
        [because] = [
            data["because"]["en"]
            for _, kind, data in scene.log.entries
            if kind == "decision" and data["decision"] == "UnansweredFacts"
        ]
        assert ("could not be rung" in because) is not is_dialled


async def test_the_operator_sees_and_the_story_says_that_the_phone_of_whom_they_sent_the_caller_to_did_not_ring() -> (
    None
):
    """No word of that they did not answer."""
    control = NotDialling(only="/anna")
    async with Scene(replace(PATIENT, unanswered_transfer="recall"), control=control) as scene:
        _, olle = await operator_has_caller(scene)
        scene.refers(olle, "201")
        await scene.rung("anna")
        assert shown(scene, await rung_anew(scene, "olle", olle)) == "ÅTER Anna B: kunde inte ringas upp"
        [because] = [
            one["because"]["en"] for one in scene.log.of_kind("decision") if one["decision"] == "SentOnFacts"
        ]
        assert because.startswith("Anna Berg could not be rung, and the setting")


async def test_nor_where_the_proxy_before_several_nodes_was_away() -> None:
    async with Scene(nodes=("n1",)) as scene:
        scene.control.is_proxy_away = True
        caller = Channel("n1-1764275000.12", "carrier", "0980319244", ANNA_DIRECT)
        scene.control.alive.add(caller.id)
        scene.tell(Entered(caller, ("carrier",)), "n1")
        await scene.until(lambda: legs_to(scene, "anna"), "a leg is made")
        [leg] = legs_to(scene, "anna")
        scene.tell(Entered(Channel(leg, "anna", ""), (RUNG,)), "n1")
        await scene.hears(caller.id, "Referral")
        assert [(one["why"], one["unreferred"]) for one in referred(scene)] == [("not_rung", False)]


async def test_who_left_a_number_is_not_given_up_for_it_however_often_and_is_tried_twice_when_it_is_over() -> (
    None
):
    control = NotDialling(only="@carrier")
    async with Scene(PATIENT, control=control) as scene:
        callback = Callback(id_of("callback"), id_of("board"), "+46980319244", NOW, NOW)
        scene.directory.register = scene.directory.register.replace(callbacks=(callback,))
        await ready(scene)
        olle = await scene.rung("olle")
        for times in range(1, TRIES + 1):
            scene.answers(olle)
            await rung_back(scene, times)
            olle = await is_told_and_rung_later(scene, olle, "not_rung")
        control.rings = True
        scene.answers(olle)
        scene.hangs_up(await rung_back(scene, TRIES + 1), NO_ANSWER)
        olle = await is_told_and_rung_later(scene, olle, "no_answer")
        scene.answers(olle)
        scene.hangs_up(await rung_back(scene, TRIES + 2), NO_ANSWER)
        await scene.until(lambda: not scene.directory.register.callbacks.rows, "it is let go")
        assert scene.log.of_kind("outcome")[-1] == {"outcome": "not_rung_back", "why": "no_answer"}


async def test_nor_where_no_leg_to_the_carrier_was_made() -> None:
    async with Scene(PATIENT, control=TrunkAway()) as scene:
        callback = Callback(id_of("callback"), id_of("board"), "+46980319244", NOW, NOW)
        scene.directory.register = scene.directory.register.replace(callbacks=(callback,))
        await ready(scene)
        olle = await scene.rung("olle")
        for _ in range(TRIES):
            scene.answers(olle)
            olle = await is_told_and_rung_later(scene, olle, "not_rung")
        assert scene.directory.register.callbacks.rows


async def is_told_and_rung_later(scene: Scene, olle: str, why: str) -> str:
    """The operator hears that whoever left a number was not had, and is rung for them anew; that leg's channel."""
    await scene.until(
        lambda: scene.log.of_kind("outcome")[-1:] == [{"outcome": "rung_back_later", "why": why}], why
    )
    await scene.hears(olle, "OutsideFailed")
    scene.finished(olle)
    await scene.over(olle)
    scene.clock.advance(timedelta(minutes=6))
    scene.house.queues.wake()
    return await rung_anew(scene, "olle", olle)


async def test_nor_is_left_untold_who_is_given_up_by_a_rule_and_they_are_rung_twice_all_the_same() -> None:
    """M4: whoever left a mobile for a confidential call is rung to be told."""
    control = NotDialling(only="@carrier")
    async with Scene(PATIENT, control=control) as scene:
        callback = Callback(
            id_of("callback"), id_of("board"), ANNA_MOBILE, NOW, NOW, confidential=True, tries=1
        )
        scene.directory.register = scene.directory.register.replace(callbacks=(callback,))
        await ready(scene)
        mobile = await scene.rung("0701740605@carrier")
        await scene.over(mobile)
        control.rings = True
        for _ in range(TRIES):
            assert scene.directory.register.callbacks.rows
            scene.clock.advance(timedelta(minutes=6))
            scene.house.queues.wake()
            mobile = await rung_anew(scene, "0701740605@carrier", mobile)
            scene.hangs_up(mobile, NO_ANSWER)
            await scene.over(mobile)
        await scene.until(lambda: not scene.directory.register.callbacks.rows, "it is let go")


async def test_nor_where_no_leg_to_the_carrier_could_be_made_to_tell_them() -> None:
    async with Scene(PATIENT, control=TrunkAway()) as scene:
        callback = Callback(
            id_of("callback"), id_of("board"), ANNA_MOBILE, NOW, NOW, confidential=True, tries=1
        )
        scene.directory.register = scene.directory.register.replace(callbacks=(callback,))
        await ready(scene)
        for times in range(1, TRIES + 2):
            await scene.until(lambda times=times: len(scene.log.of_kind("closed")) == times, "it failed")
            await scene.until(
                lambda: [one.tries for one in scene.directory.register.callbacks.rows] == [1], "it is no try"
            )
            scene.clock.advance(timedelta(minutes=6))
            scene.house.queues.wake()


async def test_of_whom_an_operator_lets_a_message_be_left_nobody_hears_that_they_do_not_answer() -> None:
    """`*62*`: their phone is not rung for it. The caller says nothing, and has the ways on and the referral again."""
    async with Scene(PATIENT) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "*62*201")
        await is_recorded(scene, caller)
        scene.said(caller, 0.0)
        await scene.hears(caller, "NothingHeard")
        scene.finished(caller)
        await scene.hears(caller, "Offers")
        await presses_and_hears(scene, caller, Offer.AGAIN.value, "Referral")
        assert "Why.NOT_RUNG" in str(scene.log.of_kind("heard")[-1]["words"])
        assert not referred(scene)
