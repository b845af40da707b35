"""A caller whom O2 or M4 keeps from an operator: nobody is paused for it, others pass, and the caller is told."""

from __future__ import annotations

from dataclasses import replace

from hanvisa.calls.desk import Desk
from hanvisa.calls.house import CallSettings
from hanvisa.calls.live_ports import Wish
from hanvisa.calls.prompts import Why
from hanvisa.policy.facts import Department, Extension, OperatorState, OutsideNumber, TargetKind
from unit.calls.scene import ANNA_MOBILE, MAIN, Scene, id_of
from unit.calls.test_attendant import legs_to, rung_anew
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_holding import second_operator
from unit.calls.test_no_way_around import (
    MOBILE,
    PATIENT,
    given_confidential,
    given_direct_number,
    marked,
    talks,
    was_rung,
)
from unit.calls.test_parking import parked
from unit.calls.test_waiting import heard_anew, leaves_number, ready, waits, whispered

QUICK = CallSettings(ring_person=0.2, ring_operator=2.0, key_wait=0.05, queue_say_every=0.1)


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


async def mobile_has_bo(scene: Scene) -> tuple[str, str]:
    """Anna's, who has rung the main number; Bo is the other operator."""
    second_operator(scene)
    return await operator_has_caller(scene, ANNA_MOBILE, "bo")


async def test_another_operator_has_it_meanwhile() -> None:
    async with Scene(QUICK) as scene:
        _, olle = await parked(scene)
        scene.hangs_up(olle)
        await mobile_has_bo(scene)
        assert len(legs_to(scene, "olle")) == 1


async def test_a_mobile_that_comes_back_waits_as_well() -> None:
    async with Scene(replace(QUICK, unanswered_transfer="recall")) as scene:
        mobile, olle = await operator_has_caller(scene, ANNA_MOBILE)
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


async def test_an_operator_who_answers_a_mobile_that_was_marked_while_it_rang_is_not_paused() -> None:
    async with Scene(PATIENT) as scene:
        mobile, olle = await mobile_rings_olle(scene)
        await marked(scene, mobile)
        scene.answers(olle)
        await scene.until(lambda: (olle, "normal") in scene.control.named("hang_up"), "kept apart")
        await scene.hears(mobile, "DialRefused")
        assert is_open(scene)


async def test_nor_when_it_is_marked_while_they_are_told_which_main_number_was_rung() -> None:
    async with Scene(replace(PATIENT, whisper="always")) as scene:
        mobile, olle = await mobile_rings_olle(scene)
        scene.answers(olle)
        await scene.hears(olle, "Whisper")
        await marked(scene, mobile)
        scene.finished(olle)
        await scene.until(lambda: (olle, "normal") in scene.control.named("hang_up"), "kept apart")
        await scene.hears(mobile, "DialRefused")
        assert is_open(scene)


async def test_an_operator_who_answers_for_a_ring_back_with_a_mobile_beside_is_not_paused_as_not_answering() -> (
    None
):
    async with Scene(replace(PATIENT, queue_say_every=0.1)) as scene:
        await ready(scene)
        first, olle = await operator_has_caller(scene)
        await leaves_number(scene)
        scene.hangs_up(first)
        olle = await rung_anew(scene, "olle", olle)
        await talks(scene, "olle", MOBILE)
        scene.answers(olle)
        await scene.until(lambda: (olle, "normal") in scene.control.named("hang_up"), "they are not had")
        await scene.over(olle)
        assert is_open(scene)


async def test_a_mobile_that_left_its_number_is_not_forgotten_when_the_operator_has_parked_somebody() -> None:
    async with Scene(QUICK) as scene:
        await ready(scene)
        citizen, olle = await operator_has_caller(scene)
        mobile = await waits(scene, ANNA_MOBILE)
        scene.presses(mobile, "4")
        await scene.hears(mobile, "ConfirmCallback")
        scene.presses(mobile, "1")
        await scene.until(lambda: (f"hv-play-{mobile}",) in scene.control.named("stop_playing"), "it stops")
        scene.finished(mobile)
        await scene.hears(mobile, "CallbackKept")
        scene.finished(mobile)
        await scene.over(mobile)
        scene.refers(olle, "*68*202#")
        await scene.hears(citizen, "ParkedFor")
        scene.finished(citizen)
        scene.hangs_up(olle)
        await scene.until(lambda: not scene.house.live.is_engaged(id_of("olle")), "Olle is free")
        assert len(legs_to(scene, "olle")) == 1
        await scene.talking(citizen, scene.dials("bo", "*88#"))
        olle = await rung_anew(scene, "olle", olle)
        scene.answers(olle)
        mobile = await scene.rung(MOBILE)
        scene.answers(mobile)
        await scene.talking(olle, mobile)


async def test_a_mobiles_number_is_not_kept_where_every_operator_is_confidential() -> None:
    """Nobody could ever ring it: whoever leaves it is told so, and keeps the place."""
    async with Scene(QUICK) as scene:
        given_confidential(scene, "olle")
        await operator_has_caller(scene)
        caller = await waits(scene, "")
        scene.presses(caller, "4")
        await heard_anew(scene, caller, "KeyYourNumber")
        scene.presses(caller, "0")
        await scene.until(lambda: scene.control.named("stop_playing"), "the speech stops")
        scene.finished(caller)
        for key in "701740605#":
            scene.presses(caller, key)
        await scene.hears(caller, "CallbackRefused")
        assert scene.log.of_kind("decision")[-1]["rules"] == ["M4"]
        told = scene.log.of_kind("heard")[-1]["words"]
        assert told.startswith("DialRefused(rule='M4'"), "by which rule, as who left it before is told"


async def test_nor_is_that_of_a_confidential_person() -> None:
    async with Scene(QUICK) as scene:
        given_confidential(scene, "anna")
        await operator_has_caller(scene)
        caller = await waits(scene, ANNA_MOBILE)
        scene.presses(caller, "4")
        await scene.hears(caller, "CallbackRefused")
        assert scene.log.of_kind("heard")[-1]["words"].startswith("DialRefused(rule='M4'")


async def test_whoever_waits_in_confidence_is_not_put_out_while_a_mobile_rings_their_phone() -> None:
    async with Scene(replace(QUICK, queue_say_every=9.0)) as scene:
        given_confidential(scene, "bo")
        given_direct_number(scene, "bo", "+46980319202")
        await operator_has_caller(scene)
        register = scene.directory.register
        scene.directory.register = register.replace(
            extensions=(
                *register.extensions.rows,
                Extension("299", id_of("hallefors"), TargetKind.SWITCHBOARD, id_of("board")),
            )
        )
        waiting = scene.dials("bo", "299")
        await scene.hears(waiting, "Greeting")
        scene.finished(waiting)
        await scene.hears(waiting, "Queued")
        scene.finished(waiting)
        await scene.until(lambda: (waiting,) in scene.control.named("start_music"), "music")
        mobile = scene.rings_in("+46980319202", ANNA_MOBILE)
        await scene.rung("bo")
        scene.hangs_up(mobile)
        scene.house.queues.wake()
        await scene.over(mobile)
        assert not any(
            to == waiting and "/sounds/DialRefused" in files for to, files, _ in scene.control.named("play")
        )


async def test_a_mobile_does_not_wait_for_ever_for_operators_who_are_all_confidential() -> None:
    async with Scene(QUICK) as scene:
        given_confidential(scene, "olle")
        mobile = scene.rings_in(MAIN, ANNA_MOBILE)
        await scene.hears(mobile, "Greeting")
        scene.finished(mobile)

        def is_told() -> bool:
            scene.finished(mobile)
            return any(
                to == mobile and {"/sounds/DialRefused", "/sounds/NoOperator"} & set(files)
                for to, files, _ in scene.control.named("play")
            )

        await scene.until(is_told, "they are told")


async def test_a_confidential_mobile_is_not_taken_from_the_operator_and_put_out() -> None:
    async with Scene(PATIENT) as scene:
        mobile, olle = await operator_has_caller(scene, ANNA_MOBILE)
        await marked(scene, mobile)
        call = scene.house.live.of_channel(mobile)
        assert call is not None
        outcome = await Desk(scene.house).ask(call.id, Wish.QUEUE, id_of("olle"))
        assert outcome.what == "refused"
        assert (olle, "normal") not in scene.control.named("hang_up")


async def test_nor_when_it_is_handed_over() -> None:
    async with Scene(PATIENT) as scene:
        mobile, olle = await operator_has_caller(scene, ANNA_MOBILE)
        second_operator(scene)
        await marked(scene, mobile)
        call = scene.house.live.of_channel(mobile)
        assert call is not None
        outcome = await Desk(scene.house).ask(call.id, Wish.HAND_OVER, id_of("olle"), person=id_of("bo"))
        assert outcome.what == "refused"
        assert (olle, "normal") not in scene.control.named("hang_up")


async def test_a_mobile_is_handed_over_to_no_colleague_who_has_parked_somebody() -> None:
    """Nor to the queue, with a “done” that was none: it stays, and the console says why."""
    async with Scene(QUICK) as scene:
        _, olle = await parked(scene)
        scene.hangs_up(olle)
        mobile, bo = await mobile_has_bo(scene)
        call = scene.house.live.of_channel(mobile)
        assert call is not None
        outcome = await Desk(scene.house).ask(call.id, Wish.HAND_OVER, id_of("bo"), person=id_of("olle"))
        assert outcome.what == "kept_apart"
        assert (bo, "normal") not in scene.control.named("hang_up")
        assert call.other is not None


async def test_a_mobile_is_not_parked_for_a_confidential_person() -> None:
    async with Scene(PATIENT) as scene:
        given_confidential(scene, "bo")
        _, olle = await operator_has_caller(scene, ANNA_MOBILE)
        scene.refers(olle, "*68*202#")
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert scene.control.named("tell_transferor") == [(olle, "channel_declined")]


async def test_whoever_sought_a_confidential_department_may_still_leave_it_a_message() -> None:
    async with Scene(PATIENT) as scene:
        register, organisation = scene.directory.register, id_of("hallefors")
        department = Department(id_of("social"), "Social", id_of("drift"), organisation, confidential=True)
        scene.directory.register = register.replace(
            departments=(*register.departments.rows, department),
            numbers=(
                *register.numbers.rows,
                OutsideNumber("+46980319280", TargetKind.DEPARTMENT, department.id),
            ),
        )
        mobile = scene.rings_in("+46980319280", ANNA_MOBILE)

        def is_told_the_ways_on() -> bool:
            scene.finished(mobile)
            stages = scene.log.of_kind("stage")
            return bool(stages) and stages[-1]["name"] == "ReferringMembers"

        await scene.until(is_told_the_ways_on, "they may leave a message, as of a person")


async def test_an_operator_who_has_left_the_register_does_not_keep_whom_they_took_for_ever() -> None:
    async with Scene(replace(PATIENT, queue_say_every=0.1)) as scene:
        second_operator(scene)
        first, olle = await operator_has_caller(scene)
        second = await waits_behind(scene)
        call = scene.house.live.of_channel(second)
        assert call is not None
        call.taken_by = id_of("nobody any more")  # as of an operator who was ended in this moment
        scene.hangs_up(first)
        await rung_anew(scene, "olle", olle)


async def test_who_asked_for_a_caller_whom_another_got_is_not_rung_for_them_later() -> None:
    async with Scene(replace(PATIENT, whisper="always")) as scene:
        second_operator(scene)
        caller, olle = await whispered(scene)
        call = scene.house.live.of_channel(caller)
        assert call is not None
        await Desk(scene.house).ask(call.id, Wish.ANSWER, id_of("bo"))
        scene.finished(olle)
        await scene.talking(caller, olle)
        assert call.taken_by is None


async def mobile_rings_olle(scene: Scene) -> tuple[str, str]:
    mobile = scene.rings_in(MAIN, ANNA_MOBILE)
    await scene.hears(mobile, "Greeting")
    scene.finished(mobile)
    return mobile, await scene.rung("olle")


async def waits_behind(scene: Scene) -> str:
    rows = scene.directory.register.operators.rows
    closed = [
        replace(row, state=OperatorState.PAUSED) if row.person_id == id_of("bo") else row for row in rows
    ]
    scene.directory.register = scene.directory.register.replace(operators=closed)
    return await waits(scene)


def is_open(scene: Scene) -> bool:
    return scene.directory.register.operators.rows[0].state is OperatorState.OPEN
