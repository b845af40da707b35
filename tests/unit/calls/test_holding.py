"""A caller on hold, or with a phone that dies, is never forgotten: with a switch that only remembers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hanvisa.calls.desk import Desk
from hanvisa.calls.house import CallSettings
from hanvisa.calls.live_ports import Wish
from hanvisa.calls.signals import Held, PhoneLost, Unheld
from hanvisa.errors import Unavailable
from hanvisa.policy.facts import Operator, OperatorState
from hanvisa.testing import FakeClock
from unit.calls.scene import MAIN, NOW, Scene, id_of
from unit.calls.test_attendant import rung_anew, shown
from unit.calls.test_calls import operator_has_caller
from unit.calls.undialled import NotDialling

OLLE = id_of("olle")
QUICK = CallSettings(ring_person=0.2, ring_operator=2.0, key_wait=0.05)


async def test_a_phone_that_holds_is_rung_and_answering_takes_the_caller_up() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        await holds(scene, olle)
        await after(scene, caller, 61)
        again = await rung_anew(scene, "olle", olle)
        assert shown(scene, again) == "PARKERAD 0980-31 92 44"
        assert scene.control.named("ring") == [(caller,)], "at first; now the caller hears the phone's music"
        scene.answers(again)
        await scene.until(
            lambda: any(channel == again for _, channel in scene.control.named("add_to_bridge")), "taken up"
        )
        await scene.until(lambda: (olle, "normal") in scene.control.named("hang_up"), "the old line ends")
        await after(scene, caller, 200)
        call = scene.house.live.of_channel(caller)
        assert call is not None
        assert call.other is not None
        assert call.other.channel == again


async def test_who_takes_the_hold_off_is_not_rung_any_more() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        await holds(scene, olle)
        await after(scene, caller, 61)
        again = await rung_anew(scene, "olle", olle)
        scene.tell(Unheld(olle))
        await scene.until(lambda: (again, "normal") in scene.control.named("hang_up"), "it rings no more")
        await after(scene, caller, 200)
        assert scene.house.live.of_channel(caller) is scene.house.live.of_channel(olle)


async def test_a_phone_that_is_not_dialled_for_who_is_held_is_let_go_and_the_caller_waits_on() -> None:
    control = NotDialling(rings=True)
    async with Scene(QUICK, control=control) as scene:
        caller, olle = await operator_has_caller(scene)
        control.rings = False
        await holds(scene, olle)
        await after(scene, caller, 61)
        again = await rung_anew(scene, "olle", olle)
        await scene.until(lambda: (again, "normal") in scene.control.named("hang_up"), "it is let go")
        assert scene.house.live.of_channel(again) is None
        assert scene.house.live.of_channel(caller) is scene.house.live.of_channel(olle)


async def test_an_operator_who_talks_elsewhere_hears_a_tone_there() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        await holds(scene, olle)
        consultation = scene.dials("olle", "202")
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(consultation, bo)
        await after(scene, caller, 61)
        await scene.hears(consultation, "HeldReminder")
        assert len([dial for _, dial, *_ in scene.control.named("create") if dial == "PJSIP/olle"]) == 1


async def test_who_is_held_too_long_goes_to_the_head_of_the_queue() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        waiting = scene.rings_in(MAIN)
        await scene.hears(waiting, "Greeting")
        scene.finished(waiting)
        await scene.hears(waiting, "Queued")
        await holds(scene, olle)
        await after(scene, caller, 61)
        await rung_anew(scene, "olle", olle)
        await after(scene, caller, 60)
        await scene.until(
            lambda: (olle, "normal") in scene.control.named("hang_up"), "the operator is let go"
        )
        await scene.until(
            lambda: scene.control.named("create")[-1][3] == caller, "the caller is the first to be served"
        )


async def test_by_the_api_as_well_the_operator_is_reminded_and_the_queue_has_the_caller() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        call = scene.house.live.of_channel(caller)
        assert call is not None
        assert (await Desk(scene.house).ask(call.id, Wish.HOLD, OLLE)).what == "done"
        await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")
        await after(scene, caller, 61)
        await scene.hears(olle, "HeldReminder")
        await after(scene, caller, 60)
        await rung_anew(scene, "olle", olle)


async def test_whom_an_operator_has_rung_is_no_caller() -> None:
    async with Scene(QUICK) as scene:
        olle = scene.dials("olle", "202")
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(olle, bo)
        scene.tell(Held(olle))
        await scene.until(lambda: is_held(scene, olle), "it is held")
        await after(scene, olle, 300)
        assert scene.house.live.of_channel(olle) is scene.house.live.of_channel(bo)
        assert scene.log.of_kind("signal")[-1]["type"] == "ringing"


@pytest.mark.parametrize("cause", [18, 44])
async def test_an_operators_phone_that_dies_gives_the_caller_back_to_the_head_of_the_queue(
    cause: int,
) -> None:
    async with Scene(QUICK) as scene:
        second_operator(scene)
        caller, olle = await operator_has_caller(scene)
        scene.hangs_up(olle, 0)
        scene.hangs_up(olle, cause)
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(caller, bo)
        assert scene.directory.register.operators.rows[0].state is OperatorState.PAUSED


async def test_an_operator_who_hangs_up_ends_the_call() -> None:
    async with Scene(QUICK) as scene:
        second_operator(scene)
        caller, olle = await operator_has_caller(scene)
        scene.hangs_up(olle, 0)
        scene.hangs_up(olle, 16)
        await scene.over(caller)
        assert scene.directory.register.operators.rows[0].state is OperatorState.OPEN


async def test_a_phone_that_is_gone_gives_back_whom_it_holds_and_its_operator_is_paused() -> None:
    async with Scene(QUICK) as scene:
        second_operator(scene)
        caller, olle = await operator_has_caller(scene)
        await holds(scene, olle)
        scene.control.registered["olle"] = ()
        scene.tell(PhoneLost("olle"))
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(caller, bo)
        assert (olle, "normal") in scene.control.named("hang_up")
        assert scene.directory.register.operators.rows[0].state is OperatorState.PAUSED
        assert "phone_lost" in {signal["type"] for signal in scene.log.of_kind("signal")}


async def test_whom_the_api_holds_comes_back_as_well_and_no_reminder_rings_on() -> None:
    async with Scene(QUICK) as scene:
        second_operator(scene)
        caller, _ = await operator_has_caller(scene)
        call = scene.house.live.of_channel(caller)
        assert call is not None
        assert (await Desk(scene.house).ask(call.id, Wish.HOLD, OLLE)).what == "done"
        await scene.until(lambda: call.state.held_since, "the hold is noted")
        scene.control.registered["olle"] = ()
        scene.tell(PhoneLost("olle"))
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(caller, bo)


@pytest.mark.parametrize("held", [False, True])
async def test_who_talks_is_not_cut_off_nor_given_back_by_a_phone_that_is_there_again(held: bool) -> None:
    """The one talks with a phone that is gone; the other is held by one that has registered anew."""
    async with Scene(QUICK) as scene:
        second_operator(scene)
        caller, olle = await operator_has_caller(scene)
        if held:
            await holds(scene, olle)
        else:
            scene.control.registered["olle"] = ()
        scene.tell(PhoneLost("olle"))
        await after(scene, caller, 1)
        assert scene.house.live.of_channel(caller) is scene.house.live.of_channel(olle)
        assert (olle, "normal") not in scene.control.named("hang_up")
        assert scene.directory.register.operators.rows[0].state is OperatorState.OPEN


def second_operator(scene: Scene) -> None:
    """Bo, who has only just opened."""
    bo = Operator(id_of("bo"), (id_of("board"),), OperatorState.OPEN, id_of("phone bo"), NOW)
    register = scene.directory.register
    scene.directory.register = register.replace(operators=(*register.operators.rows, bo))


async def holds(scene: Scene, operator: str) -> None:
    scene.tell(Held(operator))
    call = scene.house.live.of_channel(operator)
    assert call is not None
    await scene.until(lambda: call.state.held_since, "the hold is noted")


def is_held(scene: Scene, channel: str) -> bool:
    call = scene.house.live.of_channel(channel)
    leg = call.state.leg_of(channel) if call else None
    return leg is not None and leg.held


async def after(scene: Scene, channel: str, seconds: float) -> None:
    """So much time passes, and the call sees it."""
    call = scene.house.live.of_channel(channel)
    assert call is not None
    await scene.until(call.inbox.empty, "all signals are heeded")
    clock = scene.house.clock
    assert isinstance(clock, FakeClock)
    clock.advance(timedelta(seconds=seconds))
    call.wake()
    await scene.until(call.inbox.empty, "it has looked")


async def test_where_asterisk_does_not_answer_the_reminder_the_caller_on_hold_keeps_the_music(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fails(*_: str) -> tuple[str, ...]:
        raise Unavailable("no answer")

    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        call = scene.house.live.of_channel(caller)
        assert call is not None
        assert (await Desk(scene.house).ask(call.id, Wish.HOLD, id_of("olle"))).what == "done"
        await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")
        scene.tell(Held(olle))
        await scene.until(lambda: call.other is not None and call.other.held, "the phone holds as well")
        monkeypatch.setattr(scene.control, "dial_strings", fails)
        await after(scene, caller, 61)
        await scene.until(lambda: scene.log.of_kind("command"), "it has failed")
        assert call.state.stage["name"] == "OnHold"
        assert (caller,) not in scene.control.named("stop_music")
