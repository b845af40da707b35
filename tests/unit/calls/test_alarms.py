"""Operators are told that somebody has dialled 112."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from hanvisa.calls import alarms
from hanvisa.calls.desk import Desk
from hanvisa.calls.live_ports import Envelope, EventType, Wish
from hanvisa.calls.registry import RUNG
from hanvisa.calls.signals import Channel, Entered
from hanvisa.policy.emergency import EmergencyCaller
from hanvisa.policy.facts import OperatorState
from unit.calls.scene import MAIN, Scene, id_of
from unit.calls.test_calls import operator_has_caller
from unit.calls.undialled import NotDialling

BO = EmergencyCaller("bo", id_of("bo"), "Bo Berg", "202", "", id_of("hallefors"))


async def first_event(scene: Scene) -> Envelope:
    events = Desk(scene.house).events("")
    assert (await anext(events)).type is EventType.RESET
    return await anext(events)


async def test_an_open_operator_hears_who_and_where_and_watchers_see_it() -> None:
    async with Scene() as scene:
        scene.house.alarms.dialled("bo")
        olle = await scene.rung("olle")
        event = await first_event(scene)
        assert (event.type, event.data) == (EventType.EMERGENCY, BO)
        [(_, _, shown, originator)] = scene.control.named("create")
        assert (shown["CONNECTEDLINE(name,i)"], originator) == ("112 Bo Berg", "")
        assert scene.house.live.is_engaged(id_of("olle"))
        scene.answers(olle)
        await scene.hears(olle, "EmergencyDialled")
        scene.finished(olle)
        await scene.over(olle)
        assert [one["outcome"] for one in scene.log.of_kind("outcome")] == ["emergency"]


async def test_a_fault_in_telling_of_one_keeps_its_operator_and_the_next_call_from_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Scene() as scene:
        with monkeypatch.context() as once, capture_logs() as told:

            def fails(*_: object) -> None:
                raise KeyError("a fault of ours")

            once.setattr(scene.house.feed, "emergency", fails)
            scene.house.alarms.dialled("bo")
            await scene.rung("olle")
        assert [one["part"] for one in told if one["event"] == "beside.failed"] == ["telling of calls to 112"]
        assert [part.name for part in scene.registry.beside if part.trouble] == ["telling of calls to 112"]
        scene.house.alarms.dialled("bo")
        assert (await first_event(scene)).data == BO
        await scene.until(lambda: not any(part.trouble for part in scene.registry.beside), "it goes well")


async def test_an_operator_who_does_not_answer_or_is_unplugged_is_let_be() -> None:
    async with Scene() as scene:
        scene.house.alarms.dialled("bo")
        olle = await scene.rung("olle")
        await scene.over(olle)
        assert scene.directory.register.operators.rows[0].state is OperatorState.OPEN
    async with Scene() as scene:
        scene.control.fail_at = 1
        scene.house.alarms.dialled("bo")
        await scene.until(lambda: len(scene.log.of_kind("closed")) == 2, "it is over")
        assert not scene.house.live.is_engaged(id_of("olle"))


async def test_one_whose_phone_rings_hears_it_though_asterisks_answer_to_that_was_lost() -> None:
    async with Scene(control=NotDialling(rings=True)) as scene:
        scene.house.alarms.dialled("bo")
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.hears(olle, "EmergencyDialled")


async def test_an_operator_on_the_line_is_not_rung() -> None:
    async with Scene() as scene:
        scene.dials("olle", "0846500400")
        await scene.rung("0846500400")
        scene.house.alarms.dialled("bo")
        event = await scene_event(scene)
        assert event.data == BO
        assert [dial for _, dial, *_ in scene.control.named("create")] == ["PJSIP/0846500400@carrier"]


async def test_where_nobody_is_free_the_first_who_is_hears_it_before_they_get_a_caller() -> None:
    async with Scene() as scene:
        line = scene.dials("olle", "0846500400")
        await scene.rung("0846500400")
        caller = scene.rings_in(MAIN)
        for prompt in ("Greeting", "Queued"):
            await scene.hears(caller, prompt)
            scene.finished(caller)
        await scene.until(lambda: scene.control.named("start_music"), "the caller waits")
        scene.house.alarms.dialled("bo")
        await scene_event(scene)
        scene.hangs_up(line)
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.hears(olle, "EmergencyDialled")
        rung = [shown for _, dial, shown, _ in scene.control.named("create") if dial == "PJSIP/olle"]
        assert [shown["CONNECTEDLINE(name,i)"] for shown in rung] == ["112 Bo Berg"]


async def test_who_opens_within_a_quarter_of_an_hour_hears_it_and_later_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for seconds, is_told in ((alarms.FIRST_WITHIN, True), (0.0, False)):
        monkeypatch.setattr(alarms, "FIRST_WITHIN", seconds)
        async with Scene() as scene:
            await scene.directory.set_operator_state(id_of("olle"), OperatorState.CLOSED)
            scene.house.alarms.dialled("bo")
            scene.rings_in("0980319201")
            await scene.rung("anna")
            await scene.directory.set_operator_state(id_of("olle"), OperatorState.OPEN)
            scene.house.queues.wake()
            scene.dials("bo", "0846500400")
            await scene.rung("0846500400")
            assert ("PJSIP/olle" in [dial for _, dial, *_ in scene.control.named("create")]) is is_told


async def scene_event(scene: Scene) -> Envelope:
    async for event in Desk(scene.house).events(""):
        if event.type is EventType.EMERGENCY:
            return event
    raise AssertionError


async def test_a_spelling_that_the_service_dials_alarms_as_well_and_waits_for_nothing() -> None:
    async with Scene() as scene:
        scene.dials("bo", "+112")
        await scene.rung("112")
        await scene.rung("olle")
        assert [one["outcome"] for one in scene.log.of_kind("outcome")] == ["emergency"]


async def test_a_leg_that_enters_late_is_hung_up() -> None:
    async with Scene() as scene:
        scene.tell(Entered(Channel("late", "olle", ""), (RUNG,)))
        await scene.until(lambda: ("late", "normal") in scene.control.named("hang_up"), "it is hung up")


async def test_a_caller_who_is_put_through_to_112_alarms_the_other_operators() -> None:
    async with Scene() as scene:
        given_operator(scene, "anna")
        _, olle = await operator_has_caller(scene)
        scene.refers(olle, "112")
        await scene.rung("112")
        event = await scene_event(scene)
        assert event.data == EmergencyCaller(
            "", number="+46980319244", by=id_of("olle"), operator="Olle Berg"
        )
        anna = await scene.rung("anna")
        shown = [shown for _, dial, shown, _ in scene.control.named("create") if dial == "PJSIP/anna"]
        assert [one["CONNECTEDLINE(name,i)"] for one in shown] == ["112 0980-31 92 44"]
        scene.answers(anna)
        await scene.hears(anna, "EmergencyDialled")
        assert "PJSIP/olle" not in [dial for _, dial, *_ in scene.control.named("create")][1:]
        outcomes = [one["outcome"] for one in scene.log.of_kind("outcome")]
        assert outcomes.count("put_through_to_emergency") == 1


async def test_by_the_api_and_past_a_referral_it_is_the_same() -> None:
    async with Scene() as scene:
        caller, _ = await operator_has_caller(scene)
        call = scene.house.live.of_channel(caller)
        assert call is not None
        outcome = await Desk(scene.house).ask(call.id, Wish.TRANSFER, id_of("olle"), to="*60*112")
        assert outcome.what == "done"
        await scene.rung("112")
        event = await scene_event(scene)
        assert isinstance(event.data, EmergencyCaller)
        assert event.data.by == id_of("olle")


@pytest.mark.parametrize("dialled", ["*60*112", "*62*112", "*63**60*0112", "*60*+112"])
async def test_what_operators_dial_before_a_number_keeps_nobody_from_112(dialled: str) -> None:
    async with Scene() as scene:
        scene.dials("olle", dialled)
        await scene.rung("112")
        event = await scene_event(scene)
        assert isinstance(event.data, EmergencyCaller)
        assert (event.data.account, event.data.by) == ("olle", None)


def given_operator(scene: Scene, name: str) -> None:
    [olle] = scene.directory.register.operators.rows
    another = replace(olle, person_id=id_of(name), phone_id=id_of(f"phone {name}"))
    scene.directory.register = scene.directory.register.replace(operators=(olle, another))
