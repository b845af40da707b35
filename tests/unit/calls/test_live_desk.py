"""What an operator asks of calls by the API, with a switch that only remembers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hanvisa.calls.desk import Desk
from hanvisa.calls.feed import KEPT
from hanvisa.calls.live_ports import EventType, LiveCall, Wish
from hanvisa.errors import NotFound
from unit.calls.scene import NOW, Scene, id_of
from unit.calls.test_calls import operator_has_caller

OLLE = id_of("olle")


def the_call(scene: Scene, channel: str) -> LiveCall:
    call = scene.house.live.of_channel(channel)
    assert call is not None
    return Desk(scene.house).call(call.id)


async def test_a_blind_transfer_by_the_api_is_carried_out_and_no_phone_is_told() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        outcome = await Desk(scene.house).ask(the_call(scene, caller).id, Wish.TRANSFER, OLLE, to="202")
        assert outcome.what == "done"
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(caller, bo)
        assert scene.control.named("tell_transferor") == []
        assert (olle, "normal") in scene.control.named("hang_up")


async def test_a_transfer_to_a_mobile_by_the_api_is_refused_as_a_refer_is() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        outcome = await Desk(scene.house).ask(
            the_call(scene, caller).id, Wish.TRANSFER, OLLE, to="0701740605"
        )
        assert outcome.refused is not None
        assert outcome.refused.rules == ("O2",)
        assert outcome.refused.alternatives
        assert scene.house.live.of_channel(caller) is scene.house.live.of_channel(olle)
        assert scene.control.named("tell_transferor") == []


async def test_an_attended_transfer_by_the_api_joins_the_far_parties() -> None:
    async with Scene() as scene:
        caller, _ = await operator_has_caller(scene)
        consult = scene.dials("olle", "202")
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(consult, bo)
        desk = Desk(scene.house)
        outcome = await desk.ask(
            the_call(scene, caller).id, Wish.TRANSFER, OLLE, consultation=the_call(scene, consult).id
        )
        assert outcome.what == "done"
        await scene.over(consult)
        assert scene.house.live.of_channel(bo) is scene.house.live.of_channel(caller)
        assert (await desk.ask(the_call(scene, caller).id, Wish.HOLD, OLLE)).what == "not_now"


async def test_a_caller_is_sent_to_leave_a_message_and_the_operator_is_free() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        desk, id_ = Desk(scene.house), the_call(scene, caller).id
        assert (await desk.ask(id_, Wish.MESSAGE, OLLE, person=id_of("nobody"))).what == "nowhere"
        assert (await desk.ask(id_, Wish.MESSAGE, OLLE, person=id_of("bo"))).what == "done"
        await scene.hears(caller, "SpeakAfterTheTone")
        assert (olle, "normal") in scene.control.named("hang_up")
        assert scene.log.of_kind("decision")[-1]["rules"] == ["S1"]
        assert not scene.house.live.is_engaged(OLLE)


async def test_no_message_is_left_for_somebody_who_can_hear_none() -> None:
    async with Scene() as scene:
        phones = [row for row in scene.directory.register.phones.rows if row.account != "bo"]
        scene.directory.register = scene.directory.register.replace(phones=phones)
        caller, olle = await operator_has_caller(scene)
        outcome = await Desk(scene.house).ask(
            the_call(scene, caller).id, Wish.MESSAGE, OLLE, person=id_of("bo")
        )
        assert outcome.refused is not None
        assert outcome.refused.rules == ("S1",)
        assert scene.house.live.of_channel(caller) is scene.house.live.of_channel(olle)


async def test_hold_and_retrieve() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        desk, id_ = Desk(scene.house), the_call(scene, caller).id
        assert (await desk.ask(id_, Wish.RETRIEVE, OLLE)).what == "not_now"
        assert (await desk.ask(id_, Wish.HOLD, OLLE)).what == "done"
        await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")
        assert desk.call(id_).held
        assert any(channel == caller for _, channel in scene.control.named("remove_from_bridge"))
        assert (await desk.ask(id_, Wish.RETRIEVE, OLLE)).what == "done"
        await scene.until(
            lambda: any(channel == caller for _, channel in scene.control.named("add_to_bridge")), "back"
        )
        assert (caller,) in scene.control.named("stop_music")
        assert scene.house.live.of_channel(olle)


async def test_an_operator_who_hangs_up_on_a_held_caller_is_rung_again() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        assert (await Desk(scene.house).ask(the_call(scene, caller).id, Wish.HOLD, OLLE)).what == "done"
        scene.hangs_up(olle)
        await scene.until(lambda: len(scene.control.named("create")) == 2, "rung again")
        again = await scene.rung("olle")
        scene.answers(again)
        await scene.talking(caller, again)


async def test_a_caller_is_sent_back_to_the_queue_and_offered_anew_without_the_greeting() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        assert (await Desk(scene.house).ask(the_call(scene, caller).id, Wish.QUEUE, OLLE)).what == "done"
        await scene.until(lambda: len(scene.control.named("create")) == 2, "rung again")
        assert (olle, "normal") in scene.control.named("hang_up")
        greetings = [files for _, files, _ in scene.control.named("play") if "/sounds/Greeting" in files]
        assert len(greetings) == 1


async def test_marks_hold_in_every_stage_and_an_ended_call_is_over() -> None:
    async with Scene() as scene:
        _, _ = await operator_has_caller(scene)
        waiting = scene.rings_in("+46980319200")
        await scene.hears(waiting, "Greeting")
        scene.finished(waiting)
        await scene.hears(waiting, "Queued")
        desk, id_ = Desk(scene.house), the_call(scene, waiting).id
        assert (await desk.ask(id_, Wish.CONFIDENTIAL, OLLE)).what == "done"
        assert (await desk.ask(id_, Wish.THREAT, OLLE)).what == "done"
        assert (desk.call(id_).confidential, desk.call(id_).threat) == (True, True)
        assert (await desk.ask(id_, Wish.HOLD, OLLE)).what == "not_now"
        assert (await desk.ask(id_, Wish.HANG_UP, OLLE)).what == "done"
        await scene.over(waiting)
        assert scene.log.of_kind("closed")[-1]["reason"] == "ended_by_operator"
        with pytest.raises(NotFound):
            await desk.ask(id_, Wish.THREAT, OLLE)


async def test_calls_that_are_no_operators_matter_are_not_shown() -> None:
    async with Scene() as scene:
        caller = scene.dials("bo", "201")
        await scene.rung("anna")
        assert scene.house.live.of_channel(caller)
        assert Desk(scene.house).calls() == ()


async def test_events_are_followed_from_now_and_replayed_from_the_last_one_seen() -> None:
    async with Scene() as scene:
        desk = Desk(scene.house)
        watching = desk.events(None)
        first = asyncio.ensure_future(anext(watching))
        await asyncio.sleep(0)
        caller, _ = await operator_has_caller(scene)
        opened = await first
        assert (opened.type, opened.version, opened.data.stage) == (EventType.OPENED, 1, "AtSwitchboard")
        seen = [opened]
        while seen[-1].data.stage != "Talking":
            seen.append(await anext(watching))
        assert {event.type for event in seen[1:]} == {EventType.CHANGED}
        again = desk.events(seen[-2].id)
        assert await anext(again) == seen[-1]
        scene.hangs_up(caller)
        ended = await anext(watching)
        while ended.type is not EventType.ENDED:
            ended = await anext(watching)
        from_unknown = desk.events("long ago")
        assert (await anext(from_unknown)).id == opened.id
        assert len(seen) < KEPT
        assert opened.at == NOW + timedelta(0)
