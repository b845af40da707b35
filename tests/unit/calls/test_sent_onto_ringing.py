"""An attended transfer onto a ringing consultation that was itself sent on: the caller goes where it rings (G1, O2)."""

from __future__ import annotations

from dataclasses import replace

from hanvisa.policy.facts import Extension, Organisation, TargetKind
from unit.calls.scene import ANNA_DIRECT, MAIN, Scene, id_of
from unit.calls.test_attendant import legs_to, rung_anew
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_holding import second_operator
from unit.calls.test_no_way_around import ANOTHER_MOBILE, MOBILE, PATIENT, talks
from unit.calls.test_uses_of_exceptions import uses


async def test_a_refer_onto_a_consultation_that_was_sent_on_sends_the_caller_where_it_rings() -> None:
    async with Scene(PATIENT) as scene:
        caller, olle = await operator_has_caller(scene)
        consultation = await is_sent_on(scene, "olle", "202", "201")
        first = await scene.rung("anna")
        call = scene.house.live.of_channel(consultation)
        assert call is not None
        assert call.state.dialled == "202", "what the console shows, and the call log"
        scene.refers(olle, "202", other=consultation)
        await comes_to(scene, caller, "anna", first)
        assert len(legs_to(scene, "bo")) == 1


async def test_so_does_one_onto_a_consultation_that_was_sent_on_onto_another_one() -> None:
    """Anna's phone rings for Bo, who sends the operator there."""
    async with Scene(PATIENT) as scene:
        caller, olle = await operator_has_caller(scene)
        consultation, bo = await talks(scene, "olle", "202")
        bos = scene.dials("bo", "201")
        first = await scene.rung("anna")
        scene.refers(bo, "201", other=bos)
        second = await rung_anew(scene, "anna", first)
        scene.refers(olle, "202", other=consultation)
        await comes_to(scene, caller, "anna", second)


async def test_who_is_rung_past_the_referral_for_the_consultation_is_for_the_caller() -> None:
    """Bo is an operator too, and knows that Anna is there."""
    async with Scene(PATIENT) as scene:
        caller, olle = await operator_has_caller(scene)
        second_operator(scene)
        scene.given_absent("anna")
        consultation = await is_sent_on(scene, "olle", "202", "*60*201")
        first = await scene.rung("anna")
        scene.refers(olle, "202", other=consultation)
        await comes_to(scene, caller, "anna", first)


async def test_the_number_is_read_in_the_organisation_of_whoever_sent_the_consultation_on() -> None:
    """There 203 is Anna, who is of the operator's organisation; here it is nobody."""
    async with Scene(PATIENT) as scene:
        register, theirs = scene.directory.register, id_of("grangarde")
        scene.directory.register = register.replace(
            organisations=(*register.organisations.rows, Organisation(theirs, "Grangärde")),
            persons=[
                replace(one, organisation_id=theirs) if one.id == id_of("bo") else one
                for one in register.persons.rows
            ],
            extensions=(
                *register.extensions.rows,
                Extension("203", theirs, TargetKind.PERSON, id_of("anna")),
            ),
        )
        caller, olle = await operator_has_caller(scene)
        consultation = await is_sent_on(scene, "olle", "202", "203")
        first = await scene.rung("anna")
        scene.refers(olle, "202", other=consultation)
        await comes_to(scene, caller, "anna", first)


async def test_a_mobile_to_which_the_consultation_was_sent_on_is_refused_to_an_operators_caller() -> None:
    """O2: Anna, to whom the operator has sent the caller, may be sent to a mobile, and the caller may not."""
    async with Scene(replace(PATIENT, operator_consults_mobile="allow")) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "201")
        anna = await scene.rung("anna")
        scene.answers(anna)
        await scene.talking(caller, anna)
        consultation = await is_sent_on(scene, "anna", "202", ANOTHER_MOBILE)
        mobile = await scene.rung(ANOTHER_MOBILE)
        scene.refers(anna, "202", other=consultation)
        await scene.hears(anna, "TransferRefused")
        assert (anna, "channel_declined") in scene.control.named("tell_transferor")
        assert scene.log.of_kind("outcome")[-1]["rules"][0] == "O2"
        assert scene.house.live.of_channel(caller) is scene.house.live.of_channel(anna)
        assert scene.house.live.of_channel(mobile) is scene.house.live.of_channel(consultation)


async def test_by_the_prefix_of_serial_calls_the_caller_comes_back_from_there_as_well() -> None:
    async with Scene(PATIENT) as scene:
        caller, olle = await operator_has_caller(scene)
        consultation = await is_sent_on(scene, "olle", "*63*202", "201")
        first = await scene.rung("anna")
        scene.refers(olle, "*63*202", other=consultation)
        second = await rung_anew(scene, "anna", first)
        scene.answers(second)
        await scene.talking(caller, second)
        scene.hangs_up(second)
        await rung_anew(scene, "olle", olle)


async def test_a_consultation_that_comes_back_to_the_operators_is_again_what_was_dialled() -> None:
    """Anna, who has a caller, was put through to Bo, who has hung up; the operator's phone rings for her anew."""
    async with Scene(PATIENT) as scene:
        caller = scene.rings_in(ANNA_DIRECT)
        anna = await scene.rung("anna")
        scene.answers(anna)
        await scene.talking(caller, anna)
        consultation = scene.dials("anna", MAIN)
        await scene.hears(consultation, "Greeting")
        scene.finished(consultation)
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.talking(consultation, olle)
        scene.refers(olle, "*63*202")
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(consultation, bo)
        scene.hangs_up(bo)
        await rung_anew(scene, "olle", olle)
        scene.refers(anna, MAIN, other=consultation)
        await scene.hears(caller, "Greeting")
        assert legs_to(scene, "bo") == [bo]


async def test_one_use_of_an_exception_is_for_the_operator_who_was_sent_to_a_mobile_or_for_one_caller() -> (
    None
):
    async with Scene(PATIENT) as scene:
        scene.given_exception(max_uses=1)
        caller, olle = await operator_has_caller(scene)
        second, _anna = await talks(scene, "olle", "201")
        consultation = await is_sent_on(scene, "olle", "202", MOBILE)
        first = await scene.rung(MOBILE)
        assert uses(scene) == [1]
        scene.refers(olle, "", other=consultation)
        scene.refers(second, "", other=consultation)
        await scene.until(lambda: (first, "normal") in scene.control.named("hang_up"), "it rings no more")
        await scene.over(consultation)
        mobile = await scene.rung(MOBILE)
        assert mobile != first
        scene.answers(mobile)
        await scene.talking(caller, mobile)
        told = scene.control.named("tell_transferor")[1:]
        assert told == [(olle, "channel_answered"), (second, "channel_declined")]
        assert uses(scene) == [1]


async def comes_to(scene: Scene, caller: str, who: str, before: str) -> None:
    """The phone is rung once more than the leg ``before``, answers, and the caller talks there."""
    leg = await rung_anew(scene, who, before)
    scene.answers(leg)
    await scene.talking(caller, leg)


async def is_sent_on(scene: Scene, who: str, dialled: str, to: str) -> str:
    """Somebody asks Bo, who sends them on: the channel of their consultation."""
    consultation = scene.dials(who, dialled)
    bo = await scene.rung("bo")
    scene.answers(bo)
    await scene.talking(consultation, bo)
    scene.refers(bo, to)
    await scene.until(
        lambda: (bo, "channel_answered") in scene.control.named("tell_transferor"), "they are sent on"
    )
    return consultation
