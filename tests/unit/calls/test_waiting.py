"""Callers who wait at a switchboard, with a switch that only remembers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from hanvisa.calls import callbacks, whispering
from hanvisa.calls.desk import Desk
from hanvisa.calls.house import CallSettings
from hanvisa.calls.live_ports import EventType, PausedOperator
from hanvisa.calls.ports import LiveChannel
from hanvisa.calls.signals import Channel, Entered, Held, Reconnected, Unheld
from hanvisa.calls.stage import RingingBack, to_json
from hanvisa.calls.stages import ringing_back
from hanvisa.calls.state import VARIABLE, CallState, Leg
from hanvisa.errors import StorageError
from hanvisa.policy.facts import Callback, OperatorState, OutsideNumber, TargetKind
from hanvisa.testing import FakeClock, MemoryCallbacks
from unit.calls.scene import ANNA_MOBILE, MAIN, NOW, Scene, id_of
from unit.calls.test_attendant import legs_to, rung_anew, shown
from unit.calls.test_calls import operator_has_caller
from unit.calls.undialled import NotDialling

QUICK = CallSettings(ring_person=0.2, ring_operator=2.0, key_wait=0.05, queue_say_every=0.1)


async def test_who_waits_is_told_the_place_again_and_again_and_the_wait_once_it_is_known() -> None:
    async with Scene(QUICK) as scene:
        first, olle = await operator_has_caller(scene)
        second, third = await waits(scene), await waits(scene)
        await scene.until(lambda: said_to(scene, second, "QueuePlace(place=1, minutes=None") > 1, "again")
        await scene.until(lambda: said_to(scene, third, "QueuePlace(place=2, minutes=None"), "the second")
        clock = scene.house.clock
        assert isinstance(clock, FakeClock)
        clock.advance(timedelta(minutes=3))
        scene.hangs_up(first)
        again = await rung_anew(scene, "olle", olle)
        scene.answers(again)
        await scene.talking(second, again)
        await scene.until(lambda: said_to(scene, third, "QueuePlace(place=1, minutes=3"), "the wait")


async def test_the_announcement_ends_when_the_callers_turn_comes() -> None:
    async with Scene(replace(QUICK, queue_say_every=9.0)) as scene:
        first, olle = await operator_has_caller(scene)
        second = scene.rings_in(MAIN)
        await scene.hears(second, "Greeting")
        scene.finished(second)
        await scene.hears(second, "Queued")
        scene.hangs_up(first)
        await scene.until(
            lambda: (f"hv-play-{second}",) in scene.control.named("stop_playing"), "no more of it"
        )
        scene.finished(second)
        await rung_anew(scene, "olle", olle)


async def test_who_leaves_the_number_keeps_the_place_and_is_rung_when_an_operator_has_answered() -> None:
    async with Scene(QUICK) as scene:
        await ready(scene)
        first, olle = await operator_has_caller(scene)
        caller = await leaves_number(scene)
        behind = await waits(scene)
        await scene.until(lambda: said_to(scene, behind, "QueuePlace(place=2, minutes=None"), "behind it")
        scene.hangs_up(first)
        olle = await rung_anew(scene, "olle", olle)
        assert shown(scene, olle) == "RING UPP 0980-31 92 44"
        await scene.until(lambda: said_to(scene, behind, "QueuePlace(place=1, minutes=None"), "moved up")
        scene.answers(olle)
        citizen = await scene.rung("0980319244")
        scene.answers(citizen)
        await scene.talking(olle, citizen)
        await scene.until(lambda: not scene.directory.register.callbacks.rows, "it is done")
        call = scene.house.live.of_channel(citizen)
        assert call is not None
        assert call is not scene.house.live.of_channel(caller)
        assert (call.caller.channel, call.state.touched_by) == (citizen, id_of("olle"))
        assert scene.control.variables[olle, VARIABLE] == ""
        scene.hangs_up(citizen)
        await scene.over(olle)


async def test_who_can_not_be_had_is_tried_once_more_and_the_log_tells_it() -> None:
    async with Scene(QUICK) as scene:
        await ready(scene)
        first, olle = await operator_has_caller(scene)
        await leaves_number(scene)
        scene.hangs_up(first)
        for tries, outcome in enumerate(("rung_back_later", "not_rung_back"), start=1):
            olle = await rung_anew(scene, "olle", olle)
            scene.answers(olle)
            scene.hangs_up(await rung_back(scene, tries), 17)
            await scene.hears(olle, "OutsideFailed")
            assert scene.log.of_kind("outcome")[-1]["outcome"] == outcome
            scene.finished(olle)
            await scene.over(olle)
            clock = scene.house.clock
            assert isinstance(clock, FakeClock)
            clock.advance(timedelta(minutes=6))
            scene.house.queues.wake()
        assert not scene.directory.register.callbacks.rows


async def test_a_service_that_starts_anew_goes_on_ringing_for_the_operator_who_had_answered() -> None:
    """The try is this call's already; the leg that rang the caller before is hung up."""
    async with Scene(QUICK) as scene:
        callback = Callback(
            id_of("callback"), id_of("board"), "+46980319244", NOW, NOW + timedelta(minutes=5), tries=1
        )
        scene.directory.register = scene.directory.register.replace(callbacks=(callback,))
        state = CallState(
            id="hv-k-1",
            side="phone",
            dialled=callback.number,
            caller=Leg("c1", "olle", id_of("olle"), "200"),
            answered=True,
            organisation=id_of("hallefors"),
            stage=to_json(RingingBack(callback.id, tries=0)),
        )
        scene.control.existing = (
            LiveChannel("c1", "olle", "", "", up=True),
            LiveChannel("c2", "carrier", "", "", up=False),
        )
        scene.control.orphaned = ("c1", "c2")
        scene.control.variables["c1", VARIABLE] = state.to_json()
        await ready(scene)
        citizen = await scene.rung("0980319244")
        assert ("c2", "normal") in scene.control.named("hang_up")
        scene.answers(citizen)
        await scene.talking("c1", citizen)
        await scene.until(lambda: not scene.directory.register.callbacks.rows, "it is done")


@pytest.mark.parametrize(
    ("given_up", "rung"), [(False, "olle"), (True, "0701740605")], ids=["an operator", "who left it"]
)
async def test_a_fault_in_ringing_back_is_told_and_it_is_tried_later(
    monkeypatch: pytest.MonkeyPatch, *, given_up: bool, rung: str
) -> None:
    async def fails(*_: object) -> None:
        raise KeyError("a fault of ours")

    async with Scene(QUICK) as scene:
        callback = Callback(id_of("callback"), id_of("board"), "+46980319244", NOW, NOW)
        if given_up:
            callback = replace(callback, number=ANNA_MOBILE, confidential=True, tries=1)
        scene.directory.register = scene.directory.register.replace(callbacks=(callback,))
        with monkeypatch.context() as once, capture_logs() as told:
            once.setattr(callbacks, "own_phone_answers", fails)
            await ready(scene)
            await scene.until(lambda: any(one["event"] == "calls.work_failed" for one in told), "it is told")
        scene.clock.advance(timedelta(minutes=6))
        scene.house.queues.wake()
        await scene.rung(rung)


async def test_an_operator_whose_phone_is_not_dialled_to_ring_back_is_not_paused_and_it_is_tried_later() -> (
    None
):
    """They have not heard it ring."""
    async with Scene(QUICK, control=NotDialling()) as scene:
        callback = Callback(id_of("callback"), id_of("board"), "+46980319244", NOW, NOW)
        scene.directory.register = scene.directory.register.replace(callbacks=(callback,))
        await ready(scene)
        leg = await scene.rung("olle")
        await scene.until(lambda: (leg, "normal") in scene.control.named("hang_up"), "the leg is ended")
        await asyncio.sleep(QUICK.ring_operator * 2)
        assert scene.directory.register.operators.rows[0].state is OperatorState.OPEN
        assert len(scene.control.named("create")) == 1, "not at once, over and over"
        scene.clock.advance(timedelta(minutes=6))
        scene.house.queues.wake()
        assert await rung_anew(scene, "olle", leg)


async def test_whose_number_can_not_be_stored_is_told_to_hold_the_line_and_waits_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fails(_: object, __: Callback) -> None:
        raise StorageError("the database is away")

    monkeypatch.setattr(MemoryCallbacks, "keep", fails)
    async with Scene(QUICK) as scene:
        await operator_has_caller(scene)
        caller = await waits(scene)
        scene.presses(caller, "4")
        await scene.hears(caller, "ConfirmCallback")
        scene.presses(caller, "1")
        scene.finished(caller)
        await scene.hears(caller, "WentWrong")
        assert scene.log.of_kind("heard")[-1]["words"] == "WentWrong(holds=True)"
        scene.control.commands.clear()
        scene.finished(caller)
        await scene.hears(caller, "Queued")


async def test_an_operator_is_told_that_it_failed_where_a_callback_can_not_be_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fails(*_: object) -> None:
        raise StorageError("the database is away")

    monkeypatch.setattr(MemoryCallbacks, "take", fails)
    async with Scene(QUICK) as scene:
        await ready(scene)
        first, olle = await operator_has_caller(scene)
        await leaves_number(scene)
        scene.hangs_up(first)
        olle = await rung_anew(scene, "olle", olle)
        scene.answers(olle)
        await scene.hears(olle, "WentWrong")
        assert len(scene.directory.register.callbacks.rows) == 1, "it is rung back later"


async def test_an_operator_who_does_not_answer_leaves_the_callback_where_it_is() -> None:
    async with Scene(replace(QUICK, ring_operator=0.1)) as scene:
        await ready(scene)
        first, _ = await operator_has_caller(scene)
        await leaves_number(scene)
        scene.hangs_up(first)
        await scene.until(
            lambda: scene.directory.register.operators.rows[0].state is OperatorState.PAUSED, "Olle is paused"
        )
        assert [row.tries for row in scene.directory.register.callbacks.rows] == [0]


async def test_a_withheld_caller_keys_the_number_and_none_that_nobody_rings_from() -> None:
    async with Scene(QUICK) as scene:
        await operator_has_caller(scene)
        caller = await waits(scene, "")
        scene.presses(caller, "4")
        for keys, heard in (("112#", "CallbackRefused"), ("0980319245#", "ConfirmCallback")):
            await heard_anew(scene, caller, "KeyYourNumber")
            scene.presses(caller, keys[0])
            await scene.until(lambda: scene.control.named("stop_playing"), "the speech stops")
            scene.finished(caller)
            for key in keys[1:]:
                scene.presses(caller, key)
            await scene.hears(caller, heard)
            scene.control.commands.clear()
            scene.finished(caller)
            if heard == "CallbackRefused":
                await scene.hears(caller, "Queued")
                scene.presses(caller, "4")
                await scene.until(lambda: scene.control.named("stop_playing"), "the speech stops")
                scene.finished(caller)
        scene.presses(caller, "1")
        await scene.hears(caller, "CallbackKept")
        assert [row.number for row in scene.directory.register.callbacks.rows] == ["+46980319245"]


async def test_who_stops_keying_is_asked_again_and_goes_on() -> None:
    async with Scene(replace(QUICK, keying=0.05)) as scene:
        await operator_has_caller(scene)
        caller = await waits(scene, "")
        scene.presses(caller, "4")
        for keys in ("0980", "319245", "#"):
            await heard_anew(scene, caller, "KeyYourNumber")
            scene.presses(caller, keys[0])
            await scene.until(lambda: scene.control.named("stop_playing"), "the speech stops")
            scene.finished(caller)
            for key in keys[1:]:
                scene.presses(caller, key)
        await scene.hears(caller, "ConfirmCallback")
        assert "+46980319245" in scene.log.of_kind("heard")[-1]["words"]


async def test_who_keys_nothing_is_asked_again_and_then_waits_on() -> None:
    async with Scene(replace(QUICK, keying=0.05)) as scene:
        await operator_has_caller(scene)
        caller = await waits(scene, "")
        scene.presses(caller, "4")
        for _ in range(ringing_back.ASKED):
            await heard_anew(scene, caller, "KeyYourNumber")
            scene.finished(caller)
        await scene.hears(caller, "Queued")


async def test_no_key_leads_back_to_the_same_place() -> None:
    async with Scene(QUICK) as scene:
        await operator_has_caller(scene)
        caller = await waits(scene)
        scene.presses(caller, "4")
        await scene.hears(caller, "ConfirmCallback")
        scene.control.commands.clear()
        scene.finished(caller)
        await scene.hears(caller, "Queued")
        joined = [
            stage["args"]["since"] for stage in scene.log.of_kind("stage") if stage["args"].get("since")
        ]
        assert len(set(joined)) == 1
        assert not scene.directory.register.callbacks.rows


async def test_an_operator_who_did_not_answer_is_told_at_the_next_opening_and_the_console_at_once() -> None:
    async with Scene(replace(QUICK, ring_operator=0.1)) as scene:
        events = Desk(scene.house).events("")
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        await scene.rung("olle")
        await scene.hears(caller, "Queued")
        seen = await anext(events)
        while seen.type is not EventType.OPERATOR_PAUSED:
            seen = await anext(events)
        assert seen.data == PausedOperator(id_of("olle"), "no_answer")
        for told in (1, 1):
            olle = scene.dials("olle", "*27#")
            await scene.hears(olle, "OperatorStateSet")
            said = [one["words"] for one in scene.log.of_kind("heard") if "WasPaused" in one["words"]]
            assert len(said) == told
            assert "unanswered=True" in said[0]
            scene.finished(olle)
            await scene.over(olle)


async def test_the_organisation_is_whispered_to_the_operator_while_the_caller_hears_ringing() -> None:
    async with Scene(replace(QUICK, whisper="always")) as scene:
        caller, olle = await whispered(scene)
        assert scene.control.named("ring")[-1] == (caller,)
        assert scene.control.named("bridge") == []
        assert scene.house.live.is_engaged(id_of("olle"))
        scene.finished(olle)
        await scene.talking(caller, olle)
        assert scene.control.named("stop_ringing")[-1] == (caller,)


async def test_a_name_that_takes_too_long_to_whisper_is_cut_short_before_the_two_are_joined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Asterisk joins nobody to whom something plays."""
    monkeypatch.setattr(whispering, "LONGEST", 0.1)
    async with Scene(replace(QUICK, whisper="always")) as scene:
        caller, olle = await whispered(scene)
        await scene.talking(caller, olle)
        assert scene.control.named("stop_playing") == [(f"hv-play-{olle}",)]


@pytest.mark.parametrize("takes_off", [True, False])
async def test_an_operator_who_holds_while_it_is_whispered_is_joined_when_they_take_the_hold_off(
    takes_off: bool,
) -> None:
    """A phone does so by itself when its user takes another line."""
    async with Scene(replace(QUICK, whisper="always")) as scene:
        caller, olle = await whispered(scene)
        scene.tell(Held(olle))
        await scene.until(lambda: scene.control.named("stop_playing"), "it is whispered no more")
        scene.finished(olle)
        if takes_off:
            assert scene.control.named("bridge") == []
            scene.tell(Unheld(olle))
            await scene.talking(caller, olle)
        else:
            await scene.hears(caller, "Queued")
            assert (olle, "normal") in scene.control.named("hang_up")


@pytest.mark.parametrize("who", ["caller", "operator"])
async def test_who_hangs_up_while_it_is_whispered_leaves_nothing_behind(who: str) -> None:
    async with Scene(replace(QUICK, whisper="always")) as scene:
        caller, olle = await whispered(scene)
        if who == "caller":
            scene.hangs_up(caller)
            await scene.until(lambda: (olle, "normal") in scene.control.named("hang_up"), "Olle is let go")
            await scene.over(olle)
        else:
            scene.hangs_up(olle)
            await scene.hears(caller, "Queued")
        assert scene.control.named("bridge") == []


async def test_it_is_whispered_by_itself_to_who_serves_several_main_numbers() -> None:
    async with Scene(QUICK) as scene:
        numbers = scene.directory.register.numbers.rows
        other = OutsideNumber("+46980319299", TargetKind.SWITCHBOARD, id_of("board"))
        scene.directory.register = scene.directory.register.replace(numbers=(*numbers, other))
        await whispered(scene)


async def test_after_a_call_an_operator_has_time_to_wrap_up() -> None:
    async with Scene(QUICK) as scene:
        scene.house.queues.wrap_up = 30.0
        first, olle = await operator_has_caller(scene)
        second = await waits(scene)
        scene.refers(olle, "202")
        await scene.rung("bo")
        await scene.until(lambda: (olle, "normal") in scene.control.named("hang_up"), "Olle is free")
        await scene.until(lambda: said_to(scene, second, "QueuePlace(place=1") > 1, "still waiting")
        assert [dial for _, dial, *_ in scene.control.named("create")].count("PJSIP/olle") == 1
        desk, looked_again = Desk(scene.house), []
        assert desk.wraps_up(id_of("olle"))
        assert id_of("olle") in desk.busy()[1]
        scene.house.queues.on_wake(lambda: looked_again.append(desk.busy()))
        clock = scene.house.clock
        assert isinstance(clock, FakeClock)
        clock.advance(timedelta(seconds=31))
        scene.house.queues.wake()
        assert id_of("olle") not in looked_again[0][1]
        assert not desk.wraps_up(id_of("olle"))
        await rung_anew(scene, "olle", olle)
        assert first


async def test_so_has_one_whose_call_is_picked_up() -> None:
    async with Scene(QUICK) as scene:
        scene.house.queues.wrap_up = 30.0
        _, olle = await operator_has_caller(scene)
        second = await waits(scene)
        scene.control.alive.add("bos")
        scene.tell(Entered(Channel("bos", "bo", ""), (), Channel(olle, "olle", "")))
        await scene.until(lambda: (olle, "normal") in scene.control.named("hang_up"), "Bo has the caller")
        told = said_to(scene, second, "QueuePlace(place=1")
        await scene.until(lambda: said_to(scene, second, "QueuePlace(place=1") > told + 1, "still waiting")
        assert not scene.house.live.is_engaged(id_of("olle"))


async def ready(scene: Scene) -> None:
    scene.tell(Reconnected())
    await scene.until(scene.registry.synced.is_set, "synced")


async def rung_back(scene: Scene, tries: int = 1) -> str:
    """Wait until whoever left a number is rung for the so manieth time; the new leg's channel."""
    made = "0980319244@carrier"
    await scene.until(lambda: len(legs_to(scene, made)) == tries, "they are rung back")
    return await scene.rung(made)


async def leaves_number(scene: Scene) -> str:
    caller = await waits(scene)
    scene.presses(caller, "4")
    await scene.hears(caller, "ConfirmCallback")
    scene.presses(caller, "1")
    await scene.until(lambda: (f"hv-play-{caller}",) in scene.control.named("stop_playing"), "it stops")
    scene.finished(caller)
    await scene.hears(caller, "CallbackKept")
    scene.finished(caller)
    await scene.over(caller)
    return caller


async def heard_anew(scene: Scene, caller: str, prompt: str) -> None:
    """Wait until it is said; what was commanded before is forgotten."""
    await scene.hears(caller, prompt)
    scene.control.commands.clear()


async def waits(scene: Scene, number: str = "0980319244") -> str:
    """Somebody has rung the main number and heard the first announcement; from now on each ends at once."""
    caller = scene.rings_in(MAIN, number)
    await scene.hears(caller, "Greeting")
    scene.finished(caller)
    await scene.hears(caller, "Queued")
    scene.finished(caller)
    await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")
    return caller


def said_to(scene: Scene, channel: str, words: str) -> int:
    """How often it was said; what is said ends at once."""
    scene.finished(channel)
    return sum(words in said["words"] for said in scene.log.of_kind("heard") if said["channel"] == channel)


async def whispered(scene: Scene) -> tuple[str, str]:
    """A citizen has rung the main number, and Olle, who has answered, hears which: the two channels."""
    caller = scene.rings_in(MAIN)
    await scene.hears(caller, "Greeting")
    scene.finished(caller)
    olle = await scene.rung("olle")
    scene.answers(olle)
    await scene.hears(olle, "Whisper")
    return caller, olle
