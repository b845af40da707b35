"""Callers whose only operator is gone for a while, or for good: with a switch that only remembers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from hanvisa.calls.house import CallSettings
from hanvisa.errors import Gone, Refused, StorageError
from hanvisa.policy.facts import Department, Extension, Group, OperatorState, Organisation, TargetKind
from hanvisa.testing import FakeCallControl
from unit.calls.scene import MAIN, Scene, id_of
from unit.calls.test_attendant import legs_to, rung_anew, shown
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_holding import second_operator
from unit.calls.test_waiting import said_to, waits

OLLE = id_of("olle")
QUICK = CallSettings(ring_person=0.2, ring_operator=2.0, key_wait=0.05, queue_say_every=0.1)
AWAY = "Queued(away=True)"


async def test_when_the_only_operators_phone_dies_nobody_is_lost_and_the_first_stays_the_first() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        behind = await waits(scene)
        scene.hangs_up(olle, 0)
        scene.hangs_up(olle, 18)
        for waiting in (caller, behind):
            await scene.until(lambda waiting=waiting: said_to(scene, waiting, AWAY), "told")  # type: ignore[misc]
        assert said_to(scene, caller, "QueuePlace(place=1")
        await opens(scene)
        again = await rung_anew(scene, "olle", olle)
        scene.answers(again)
        await scene.talking(caller, again)
        await scene.until(lambda: said_to(scene, behind, "Queued(away=False)") > 1, "one is back")
        decided = [
            one["effect"] for one in scene.log.of_kind("decision") if one["decision"] == "AttendanceFacts"
        ]
        assert decided.count("wait") == 2


async def test_who_is_rung_in_vain_is_paused_and_the_caller_waits_until_they_open() -> None:
    async with Scene(replace(QUICK, ring_operator=0.1)) as scene:
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        olle = await scene.rung("olle")
        await scene.until(lambda: said_to(scene, caller, AWAY), "told")
        await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")
        await opens(scene)
        await rung_anew(scene, "olle", olle)


async def test_who_waits_too_long_may_leave_the_number_and_keeps_the_place() -> None:
    async with Scene(QUICK) as scene:
        await scene.directory.set_operator_state(OLLE, OperatorState.PAUSED)
        caller = await waits(scene)
        await for_good(scene)
        await scene.hears(caller, "Offers")
        await presses_and_hears(scene, caller, "4", "ConfirmCallback")
        stages = {one["name"]: one["args"] for one in scene.log.of_kind("stage")}
        assert stages["LeavingNumber"]["since"] == stages["AtSwitchboard"]["since"]


async def test_nobody_there_is_said_with_the_ways_on_and_who_opens_meanwhile_has_the_caller() -> None:
    async with Scene(QUICK) as scene:
        await scene.directory.set_operator_state(OLLE, OperatorState.CLOSED)
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        await scene.hears(caller, "NoOperator")
        await scene.hears(caller, "Offers")
        await opens(scene)
        scene.finished(caller)
        await scene.rung("olle")


async def test_no_key_is_a_goodbye_and_no_number_is_asked_of_a_colleague() -> None:
    async with Scene(QUICK) as scene:
        await scene.directory.set_operator_state(OLLE, OperatorState.CLOSED)
        caller = scene.dials("bo", MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        await scene.until(lambda: said_to(scene, caller, "Offers(offers=(<Offer.AGAIN"), "no number is asked")
        await scene.hears(caller, "Goodbye")


async def test_a_key_that_comes_with_the_goodbye_is_heeded() -> None:
    async with Scene(QUICK) as scene:
        await scene.directory.set_operator_state(OLLE, OperatorState.CLOSED)
        caller = scene.rings_in(MAIN)
        await asks_with_the_goodbye_to_be_rung(scene, caller)
        await scene.hears(caller, "ConfirmCallback")


async def asks_with_the_goodbye_to_be_rung(scene: Scene, caller: str) -> None:
    for prompt in ("Greeting", "NoOperator"):
        await scene.hears(caller, prompt)
        scene.finished(caller)
    await scene.hears(caller, "Goodbye")
    scene.presses(caller, "4")
    scene.finished(caller)


async def test_who_was_sent_back_from_somebody_hears_the_ways_on_there() -> None:
    async with Scene(QUICK) as scene:
        await scene.directory.set_operator_state(OLLE, OperatorState.CLOSED)
        scene.given_absent("anna")
        caller = scene.rings_in("+46980319201")
        await scene.hears(caller, "Referral")
        await presses_and_hears(scene, caller, "0", "NoOperator")
        scene.control.commands.clear()
        scene.finished(caller)
        await scene.hears(caller, "Offers")
        stage = scene.log.of_kind("stage")[-1]
        assert (stage["name"], stage["args"]["told"]) == ("Referring", True)


async def test_whom_a_department_gave_back_may_leave_it_a_message_where_all_have_closed() -> None:
    """S1."""
    async with Scene(QUICK) as scene:
        caller = await is_sent_on(scene, TargetKind.DEPARTMENT, id_of("tekniska"))
        await scene.hears(caller, "NoOperator")
        scene.control.commands.clear()
        scene.finished(caller)
        await scene.hears(caller, "Offers")
        await presses_and_hears(scene, caller, "1", "SpeakAfterTheTone")


async def test_whom_a_group_gave_back_may_leave_their_number_there() -> None:
    async with Scene(QUICK) as scene:
        group = Group(id_of("group"), "Grupp", id_of("hallefors"), (id_of("bo"),), ())
        scene.directory.register = scene.directory.register.replace(groups=(group,))
        caller = await is_sent_on(scene, TargetKind.GROUP, group.id)
        await scene.hears(caller, "NoOperator")
        await presses_and_hears(scene, caller, "4", "ConfirmCallback")


async def test_so_may_whom_a_department_without_a_phone_gave_back() -> None:
    """S1: it hears no message."""
    async with Scene(QUICK) as scene:
        register = scene.directory.register
        home = Department(id_of("hemtjanst"), "Hemtjänsten", id_of("drift"), id_of("hallefors"))
        [anna] = [one for one in register.persons.rows if one.id == id_of("anna")]
        eva = replace(anna, id=id_of("eva"), given_name="Eva", department_id=home.id)
        extension = Extension("280", id_of("hallefors"), TargetKind.DEPARTMENT, home.id)
        scene.directory.register = register.replace(
            departments=(*register.departments.rows, home),
            persons=(*register.persons.rows, eva),
            extensions=(*register.extensions.rows, extension),
        )
        caller, olle = await operator_has_caller(scene)
        await scene.directory.set_operator_state(OLLE, OperatorState.CLOSED)
        scene.refers(olle, "280")
        await scene.hears(caller, "NoOperator")
        await presses_and_hears(scene, caller, "4", "ConfirmCallback")


async def presses_and_hears(scene: Scene, caller: str, digit: str, prompt: str) -> None:
    scene.presses(caller, digit)
    await scene.until(lambda: (f"hv-play-{caller}",) in scene.control.named("stop_playing"), "it stops")
    scene.finished(caller)
    await scene.hears(caller, prompt)


def without_phone(scene: Scene, name: str) -> None:
    phones = scene.directory.register.phones.rows
    left = tuple(one for one in phones if one.owner_id != id_of(name))
    scene.directory.register = scene.directory.register.replace(phones=left)


async def test_whom_a_person_without_a_phone_gave_back_hears_the_ways_on_there() -> None:
    """M1: the mobile's number among them, though no message can be left."""
    async with Scene(replace(QUICK, unanswered_transfer="recall")) as scene:
        without_phone(scene, "anna")
        caller, olle = await operator_has_caller(scene)
        await scene.directory.set_operator_state(OLLE, OperatorState.CLOSED)
        scene.refers(olle, "201")
        await scene.hears(caller, "NoOperator")
        scene.control.commands.clear()
        scene.finished(caller)
        await scene.hears(caller, "Offers")
        await presses_and_hears(scene, caller, "3", "MobileNumber")


async def test_whom_a_person_gave_back_who_has_no_ways_on_may_leave_their_number() -> None:
    """Neither a telephone nor a mobile, and alone in the department."""
    async with Scene(replace(QUICK, unanswered_transfer="recall")) as scene:
        without_phone(scene, "bo")
        register = scene.directory.register
        home = Department(id_of("hemtjanst"), "Hemtjänsten", id_of("drift"), id_of("hallefors"))
        persons = [
            replace(one, department_id=home.id) if one.id == id_of("bo") else one
            for one in register.persons.rows
        ]
        scene.directory.register = register.replace(
            departments=(*register.departments.rows, home), persons=tuple(persons)
        )
        caller, olle = await operator_has_caller(scene)
        await scene.directory.set_operator_state(OLLE, OperatorState.CLOSED)
        scene.refers(olle, "202")
        await scene.hears(caller, "NoOperator")
        await presses_and_hears(scene, caller, "4", "ConfirmCallback")


@pytest.mark.parametrize("waits", [False, True], ids=["no answer", "busy"])
async def test_who_is_for_somebody_where_there_is_no_switchboard_hears_the_referral_when_no_operator_has_them(
    *, waits: bool
) -> None:
    """G1, S1."""
    async with Scene(replace(QUICK, unanswered_transfer="recall", camp_on=5.0)) as scene:
        given_no_switchboard(scene, "bo")
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "202")
        bo = await scene.rung("bo")
        await scene.directory.set_operator_state(OLLE, OperatorState.CLOSED)
        if waits:
            scene.hangs_up(bo, 17)
            await scene.hears(caller, "OfferToWait")
            await presses_and_hears(scene, caller, "0", "Referral")
        await scene.hears(caller, "Referral")
        await presses_and_hears(scene, caller, "1", "SpeakAfterTheTone")


async def test_a_serial_caller_there_is_told_the_ways_on_twice_and_no_more() -> None:
    async with Scene(QUICK) as scene:
        given_no_switchboard(scene, "bo")
        scene.given_absent("bo")
        caller, olle = await operator_has_caller(scene)
        await scene.directory.set_operator_state(OLLE, OperatorState.CLOSED)
        scene.refers(olle, "*63*202")
        await scene.hears(caller, "Referral")
        scene.control.commands.clear()
        scene.finished(caller)
        await scene.hears(caller, "Offers")
        scene.finished(caller)
        await scene.hears(caller, "Goodbye")
        assert (said_to(scene, caller, "Referral("), said_to(scene, caller, "Offers(")) == (1, 2)


def given_no_switchboard(scene: Scene, name: str) -> None:
    """They belong to an organisation that has none."""
    register, nora = scene.directory.register, Organisation(id_of("nora"), "Nora")
    scene.directory.register = register.replace(
        organisations=(*register.organisations.rows, nora),
        persons=tuple(
            replace(one, organisation_id=nora.id) if one.id == id_of(name) else one
            for one in register.persons.rows
        ),
    )


async def is_sent_on(scene: Scene, kind: TargetKind, target: UUID) -> str:
    """An operator sends a caller to where nobody answers, and closes: the caller's channel."""
    register = scene.directory.register
    extension = Extension("280", id_of("hallefors"), kind, target)
    scene.directory.register = register.replace(extensions=(*register.extensions.rows, extension))
    caller, olle = await operator_has_caller(scene)
    scene.refers(olle, "280")
    await scene.rung("bo")
    await closes(scene)
    return caller


@pytest.mark.parametrize("state", [OperatorState.PAUSED, OperatorState.CLOSED])
async def test_a_caller_does_not_come_back_to_an_operator_who_is_not_open(state: OperatorState) -> None:
    async with Scene(replace(QUICK, unanswered_transfer="recall")) as scene:
        caller, olle = await operator_has_caller(scene)
        second_operator(scene)
        scene.refers(olle, "201")
        anna = await scene.rung("anna")
        await scene.directory.set_operator_state(OLLE, state)
        scene.hangs_up(anna, 19)
        bo = await scene.rung("bo")
        assert shown(scene, bo) == "ÅTER Anna B: svarar ej"
        assert len(legs_to(scene, "olle")) == 1
        scene.answers(bo)
        await scene.talking(caller, bo)


async def test_an_operator_who_does_not_take_a_caller_back_is_paused_and_the_caller_waits_for_them() -> None:
    async with Scene(replace(QUICK, unanswered_transfer="recall", ring_operator=0.1)) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "201")
        scene.hangs_up(await scene.rung("anna"), 19)
        again = await rung_anew(scene, "olle", olle)
        await scene.until(lambda: said_to(scene, caller, AWAY), "told")
        assert state(scene) is OperatorState.PAUSED
        await opens(scene)
        last = await rung_anew(scene, "olle", again)
        assert shown(scene, last) == "ÅTER Anna B: svarar ej"


async def test_an_operator_who_closes_while_their_phone_rings_stays_closed() -> None:
    """Else the callers are told that they are expected back, and wait five minutes for nobody."""
    async with Scene(replace(QUICK, ring_operator=0.2)) as scene:
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        await scene.rung("olle")
        await closes(scene)
        await scene.hears(caller, "NoOperator")
        assert state(scene) is OperatorState.CLOSED


async def test_so_does_one_who_has_closed_and_whose_phone_dies_in_their_last_talk() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        await closes(scene)
        scene.hangs_up(olle, 44)
        await scene.hears(caller, "NoOperator")
        assert state(scene) is OperatorState.CLOSED


async def test_who_can_not_be_paused_is_left_alone_for_a_while_and_the_caller_hears_music(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def not_stored(*_: object) -> None:
        raise StorageError("made to fail")

    async with Scene(QUICK) as scene:
        monkeypatch.setattr(scene.directory, "set_operator_state", not_stored)
        scene.control.registered = {"olle": ()}
        caller = await waits(scene)
        assert paused(scene) == 1
        scene.control.registered = {}
        scene.clock.advance(timedelta(seconds=11))
        scene.house.queues.wake()
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.talking(caller, olle)


class GoneBeforeItsPhonesAreKnown(FakeCallControl):
    async def dial_strings(self, channel: str, account: str) -> tuple[str, ...]:
        raise Gone(f"{account} is looked for on {channel}, which is gone")


class GoneAsThePhoneIsToRing(FakeCallControl):
    async def create(self, channel: str, *_: object) -> None:
        raise Refused(f"{channel} has no originator")

    async def variable(self, channel: str, name: str) -> str:
        raise Gone(f"{channel} is gone, and {name} with it")


@pytest.mark.parametrize("control", [GoneBeforeItsPhonesAreKnown, GoneAsThePhoneIsToRing])
async def test_nobody_is_paused_for_a_caller_who_hangs_up_before_a_phone_rings(
    control: type[FakeCallControl],
) -> None:
    async with Scene(QUICK, control=control()) as scene:
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        await scene.over(caller)
        assert not paused(scene)


def paused(scene: Scene) -> int:
    return sum(one["type"] == "operator_paused" for one in scene.log.of_kind("signal"))


async def opens(scene: Scene) -> None:
    await scene.directory.set_operator_state(OLLE, OperatorState.OPEN)
    scene.house.queues.wake()


async def closes(scene: Scene) -> None:
    await scene.directory.set_operator_state(OLLE, OperatorState.CLOSED)
    scene.house.queues.wake()


def state(scene: Scene) -> OperatorState:
    return scene.directory.register.operators.rows[0].state


async def for_good(scene: Scene) -> None:
    """The pause has lasted for too long."""
    scene.clock.advance(timedelta(seconds=301))
    scene.house.queues.wake()
