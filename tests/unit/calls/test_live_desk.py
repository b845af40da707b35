"""What an operator asks of calls by the API, with a switch that only remembers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from hanvisa.calls.desk import Desk
from hanvisa.calls.house import CallSettings
from hanvisa.calls.live_ports import EventType, LiveCall, Wish
from hanvisa.errors import NotFound
from hanvisa.policy.facts import Operator, OperatorState
from hanvisa.testing import FakeCallControl
from unit.calls.scene import NOW, Scene, id_of
from unit.calls.test_attendant import rung_anew
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


async def waits_in_line(scene: Scene) -> str:
    """Somebody has rung the main number while Olle talks, and waits."""
    waiting = scene.rings_in("+46980319200", "0980319245")
    await scene.hears(waiting, "Greeting")
    scene.finished(waiting)
    await scene.hears(waiting, "Queued")
    return waiting


def asked_to_answer(scene: Scene) -> list[str]:
    """The legs whose phones were to answer by themselves."""
    made = scene.control.named("create")
    return [channel for channel, _, variables, *_ in made if "PJSIP_HEADER(add,Call-Info)" in dict(variables)]


async def test_an_operator_takes_a_caller_at_the_console_whom_the_queue_offers_them_just_then() -> None:
    async with Scene(CallSettings(ring_operator=5.0)) as scene:
        caller = scene.rings_in("+46980319200")
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        first = await scene.rung("olle")
        desk, id_ = Desk(scene.house), the_call(scene, caller).id
        assert desk.call(id_).rings == (OLLE,)
        assert (await desk.ask(id_, Wish.ANSWER, OLLE)).what == "done"
        await scene.until(lambda: asked_to_answer(scene), "rung anew, to answer by itself")
        assert any(channel == first for channel, _ in scene.control.named("hang_up"))
        again = await scene.rung("olle")
        assert asked_to_answer(scene) == [again]
        scene.answers(again)
        await scene.talking(caller, again)
        operator = scene.directory.register.operator(OLLE)
        assert operator is not None
        assert operator.state is OperatorState.OPEN, "not paused: they lost the ringing to themselves"


async def test_who_waits_is_taken_by_an_operator_who_has_another_on_hold_and_not_by_one_who_talks() -> None:
    async with Scene(CallSettings(ring_operator=5.0)) as scene:
        caller, _ = await operator_has_caller(scene)
        waiting = await waits_in_line(scene)
        desk, id_ = Desk(scene.house), the_call(scene, waiting).id
        assert (await desk.ask(id_, Wish.ANSWER, OLLE)).what == "not_now"
        assert (await desk.ask(id_, Wish.ANSWER, id_of("bo"))).what == "not_now"
        assert (await desk.ask(the_call(scene, caller).id, Wish.HOLD, OLLE)).what == "done"
        await scene.until(lambda: (caller,) in scene.control.named("start_music"), "on hold")
        assert (await desk.ask(id_, Wish.ANSWER, OLLE)).what == "done"
        await scene.until(lambda: (f"hv-play-{waiting}",) in scene.control.named("stop_playing"), "cut short")
        scene.finished(waiting)
        await scene.until(lambda: asked_to_answer(scene), "rung")
        second = await scene.rung("olle")
        scene.answers(second)
        await scene.talking(waiting, second)


async def test_who_takes_a_caller_and_does_not_answer_is_not_paused_and_the_caller_waits_on() -> None:
    async with Scene(CallSettings(ring_operator=0.1)) as scene:
        caller, _ = await operator_has_caller(scene)
        waiting = await waits_in_line(scene)
        desk, id_ = Desk(scene.house), the_call(scene, waiting).id
        assert (await desk.ask(the_call(scene, caller).id, Wish.HOLD, OLLE)).what == "done"
        await scene.until(lambda: (caller,) in scene.control.named("start_music"), "on hold")
        assert (await desk.ask(id_, Wish.ANSWER, OLLE)).what == "done"
        scene.finished(waiting)
        await scene.until(lambda: asked_to_answer(scene), "rung")
        [rung] = asked_to_answer(scene)
        await scene.until(lambda: any(one == rung for one, _ in scene.control.named("hang_up")), "given up")
        await scene.until(lambda: desk.call(id_).rings == (), "nobody rings")
        operator = scene.directory.register.operator(OLLE)
        assert operator is not None
        assert operator.state is OperatorState.OPEN
        assert desk.call(id_).stage == "AtSwitchboard"


class TakesAMoment(FakeCallControl):
    """Each command is on its way for a moment, as it is to Asterisk."""

    async def stop_ringing(self, channel: str) -> None:
        await asyncio.sleep(0.01)
        await super().stop_ringing(channel)


async def test_who_did_not_answer_whom_they_took_is_offered_at_once_who_waits_longer() -> None:
    """They have been free for them since their wrap-up time was over."""
    patient = CallSettings(ring_operator=0.5, queue_say_every=45.0)
    async with Scene(patient, control=TakesAMoment()) as scene:
        scene.house.queues.wrap_up = 0.3
        talking, olle = await operator_has_caller(scene)
        await waits_in_line(scene)
        second = await waits_in_line(scene)
        scene.hangs_up(talking)
        await scene.over(olle)
        came = await Desk(scene.house).ask(the_call(scene, second).id, Wish.ANSWER, OLLE)
        assert came.what == "done"
        taken = await rung_anew(scene, "olle", olle)
        scene.clock.advance(timedelta(seconds=1))
        await scene.until(lambda: (taken, "normal") in scene.control.named("hang_up"), "it rang in vain")
        await rung_anew(scene, "olle", taken)


async def test_a_parked_caller_is_taken_at_the_console() -> None:
    async with Scene(CallSettings(ring_operator=5.0)) as scene:
        caller, _ = await operator_has_caller(scene)
        desk, id_ = Desk(scene.house), the_call(scene, caller).id
        assert (await desk.ask(id_, Wish.TRANSFER, OLLE, to="*68*201")).what == "done"
        await scene.hears(caller, "ParkedFor")
        assert desk.call(id_).parked_for == id_of("anna")
        assert (await desk.ask(id_, Wish.ANSWER, OLLE)).what == "done"
        scene.finished(caller)
        await scene.until(lambda: asked_to_answer(scene), "rung")
        again = await scene.rung("olle")
        scene.answers(again)
        await scene.talking(caller, again)


async def test_a_caller_is_handed_over_to_a_colleague_who_is_open_and_free() -> None:
    async with Scene() as scene:
        bo = Operator(
            id_of("bo"), (id_of("board"),), OperatorState.CLOSED, id_of("phone bo"), NOW - timedelta(hours=1)
        )
        olle = scene.directory.register.operators.rows[0]
        scene.directory.register = scene.directory.register.replace(operators=(olle, bo))
        caller, olles = await operator_has_caller(scene)
        desk, id_ = Desk(scene.house), the_call(scene, caller).id
        assert (await desk.ask(id_, Wish.HAND_OVER, OLLE, person=id_of("anna"))).what == "nowhere"
        assert (await desk.ask(id_, Wish.HAND_OVER, OLLE, person=id_of("bo"))).what == "not_now"
        open_ = replace(bo, state=OperatorState.OPEN)
        scene.directory.register = scene.directory.register.replace(operators=(olle, open_))
        assert (await desk.ask(id_, Wish.HAND_OVER, OLLE, person=id_of("bo"))).what == "done"
        bos = await scene.rung("bo")
        assert (olles, "normal") in scene.control.named("hang_up")
        made = {channel: dict(variables) for channel, _, variables, *_ in scene.control.named("create")}
        assert made[bos]["CONNECTEDLINE(name,i)"] == "FRÅN Olle B"
        scene.answers(bos)
        await scene.talking(caller, bos)
        assert desk.call(id_).operator == id_of("bo")


async def test_a_number_is_rung_from_the_console_as_if_dialled_on_ones_own_phone() -> None:
    async with Scene() as scene:
        desk = Desk(scene.house)
        assert await desk.dial(OLLE, "202")
        olle = await scene.rung("olle")
        assert asked_to_answer(scene) == [olle]
        assert scene.house.live.is_engaged(OLLE)
        scene.answers(olle)
        bo = await scene.rung("bo")
        assert not await desk.dial(OLLE, "201"), "their phone is in use"
        scene.answers(bo)
        await scene.talking(olle, bo)


async def test_a_call_that_is_confidential_from_its_beginning_goes_to_no_mobile() -> None:
    """M4: the answer to what was said in confidence."""
    async with Scene() as scene:
        assert await Desk(scene.house).dial(id_of("bo"), "0701740605", confidential=True)
        scene.answers(await scene.rung("bo"))
        await scene.until(lambda: "M4" in str(scene.log.of_kind("decision")), "refused")
        assert not any("0701740605" in dial for _, dial, *_ in scene.control.named("create"))


async def test_a_mobile_is_rung_from_the_console_only_as_it_is_from_the_phone() -> None:
    """O2: a caller on hold, and no exception."""
    async with Scene() as scene:
        caller, _ = await operator_has_caller(scene)
        desk = Desk(scene.house)
        assert (await desk.ask(the_call(scene, caller).id, Wish.HOLD, OLLE)).what == "done"
        await scene.until(lambda: (caller,) in scene.control.named("start_music"), "on hold")
        assert await desk.dial(OLLE, "0701740605")
        await scene.until(lambda: asked_to_answer(scene), "rung")
        scene.answers(await scene.rung("olle"))
        await scene.until(lambda: "O2" in str(scene.log.of_kind("decision")), "refused")
        assert not any("0701740605" in dial for _, dial, *_ in scene.control.named("create"))


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
        assert opened.at == NOW + timedelta(0)
