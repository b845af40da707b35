"""What attendants live by, with a switch that only remembers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hanvisa.calls.house import CallSettings
from hanvisa.policy.facts import CallingClass, Operator, OperatorState, OutsideNumber, TargetKind
from hanvisa.policy.model import Language
from unit.calls.scene import ANNA_MOBILE, MAIN, NOW, Scene, id_of
from unit.calls.test_calls import operator_has_caller

ABROAD = "00442079460958"
QUICK = CallSettings(ring_person=0.2, ring_operator=0.2, key_wait=0.05, camp_on=0.6, camp_on_retry=0.05)


async def test_an_attended_refer_onto_a_ringing_call_sends_the_caller_there_and_frees_the_operator() -> None:
    async with Scene(CallSettings(ring_person=2.0)) as scene:
        caller, olle = await operator_has_caller(scene)
        consultation = scene.dials("olle", "202")
        first = await scene.rung("bo")
        scene.refers(olle, "202", other=consultation)
        await scene.until(
            lambda: (first, "normal") in scene.control.named("hang_up"), "the first ringing ends"
        )
        await scene.over(consultation)
        second = await scene.rung("bo")
        assert second != first
        assert (olle, "channel_answered") in scene.control.named("tell_transferor")
        assert (caller,) in scene.control.named("ring")
        assert not scene.house.live.is_engaged(id_of("olle"))
        scene.answers(second)
        await scene.talking(caller, second)


@pytest.mark.parametrize("attended", [False, True])
async def test_a_phone_that_is_told_of_its_success_has_time_to_hang_up_and_talks_to_nobody(
    attended: bool,
) -> None:
    """Asterisk may send a BYE that comes at once before its NOTIFY of success (seen)."""
    async with Scene(CallSettings(ring_person=2.0)) as scene:
        _, olle = await operator_has_caller(scene)
        consultation = scene.dials("olle", "202") if attended else None
        if consultation:
            first = await scene.rung("bo")
            scene.answers(first)
            await scene.talking(consultation, first)
        scene.refers(olle, "202", other=consultation)
        if consultation:
            await scene.over(consultation)
        else:
            await scene.rung("bo")
        assert (olle, "channel_answered") in scene.control.named("tell_transferor")
        assert (olle, "normal") not in scene.control.named("hang_up")
        assert all(olle not in inside for inside in scene.control.bridges.values())
        await scene.until(
            lambda: (olle, "normal") in scene.control.named("hang_up"), "it stays and is hung up"
        )


async def test_a_refer_onto_a_ringing_call_meets_the_same_decisions() -> None:
    async with Scene(replace(QUICK, ring_person=2.0, operator_consults_mobile="allow")) as scene:
        caller, olle = await operator_has_caller(scene)
        consultation = scene.dials("olle", "0701740605")
        mobile = await scene.rung("0701740605")
        scene.refers(olle, "0701740605", other=consultation)
        await scene.hears(olle, "TransferRefused")
        assert (olle, "channel_declined") in scene.control.named("tell_transferor")
        assert scene.house.live.of_channel(caller) is scene.house.live.of_channel(olle)
        assert scene.house.live.of_channel(mobile) is scene.house.live.of_channel(consultation)


async def test_who_is_sent_on_in_vain_comes_back_to_the_operator_where_the_setting_says_so() -> None:
    async with Scene(replace(QUICK, unanswered_transfer="recall")) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "202")
        await scene.rung("bo")
        again = await rung_anew(scene, "olle", olle)
        assert shown(scene, again) == "ÅTER Bo B: svarar ej"
        scene.answers(again)
        await scene.talking(caller, again)


async def is_busy_and_waited_for(scene: Scene, phone: str, caller: str) -> None:
    """The phone that is rung says that it is busy, and the caller chooses to wait."""
    scene.hangs_up(phone, 17)
    await scene.hears(caller, "OfferToWait")
    scene.presses(caller, "5")
    await scene.until(lambda: scene.control.named("stop_playing"), "the offer stops")
    scene.finished(caller)
    await scene.hears(caller, "Waiting")
    scene.finished(caller)


async def test_a_busy_persons_caller_waits_and_is_put_through_when_the_person_is_free() -> None:
    async with Scene(replace(QUICK, camp_on=5.0)) as scene:
        talking = scene.dials("anna", "202")
        first = await scene.rung("bo")
        scene.answers(first)
        await scene.talking(talking, first)
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "202")
        second = await rung_anew(scene, "bo", first)
        await is_busy_and_waited_for(scene, second, caller)
        await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")
        scene.hangs_up(talking)
        last = await rung_anew(scene, "bo", second)
        scene.answers(last)
        await scene.talking(caller, last)
        assert (caller,) in scene.control.named("stop_music")


async def test_who_waits_for_a_busy_person_past_their_referral_is_put_through_when_they_are_free() -> None:
    async with Scene(replace(QUICK, camp_on=5.0)) as scene:
        scene.given_absent("bo")  # who is there after all
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "*60*202")
        first = await scene.rung("bo")
        await is_busy_and_waited_for(scene, first, caller)
        await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")
        last = await rung_anew(scene, "bo", first)
        scene.answers(last)
        await scene.talking(caller, last)


async def test_who_does_not_want_to_wait_is_referred_whatever_is_set_for_no_answer_and_the_reason_says_busy() -> (
    None
):
    async with Scene(replace(QUICK, unanswered_transfer="recall")) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "202")
        scene.hangs_up(await scene.rung("bo"), 17)
        await scene.hears(caller, "OfferToWait")
        scene.finished(caller)
        await scene.hears(caller, "Referral")
        decided = [one for one in scene.log.of_kind("decision") if one["decision"] == "SentOnFacts"]
        assert [one["effect"] for one in decided] == ["wait", "refer"]
        assert decided[-1]["because"]["en"] == "Bo Berg is busy, and the caller is referred (G1)."


@pytest.mark.parametrize("key", ["0", None])
async def test_who_has_waited_long_enough_or_wants_to_goes_back_to_the_operator(key: str | None) -> None:
    async with Scene(replace(QUICK, camp_on=0.2 if key is None else 5.0, camp_on_retry=9.0)) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "202")
        scene.hangs_up(await scene.rung("bo"), 17)
        await scene.hears(caller, "OfferToWait")
        scene.finished(caller)
        scene.presses(caller, "5")
        await scene.hears(caller, "Waiting")
        scene.finished(caller)
        await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")
        if key:
            scene.presses(caller, key)
        again = await rung_anew(scene, "olle", olle)
        assert shown(scene, again) == "ÅTER Bo B: upptagen"


async def test_a_colleague_operator_who_does_not_take_over_gives_the_caller_back() -> None:
    async with Scene(QUICK) as scene:
        bo_is_operator(scene, OperatorState.CLOSED)
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "202")
        scene.hangs_up(await scene.rung("bo"), 17)
        again = await rung_anew(scene, "olle", olle)
        assert shown(scene, again) == "ÅTER Bo B: upptagen"
        scene.answers(again)
        await scene.talking(caller, again)


def bo_is_operator(scene: Scene, state: OperatorState) -> None:
    bo = Operator(id_of("bo"), (id_of("board"),), state, id_of("phone bo"), NOW - timedelta(hours=1))
    register = scene.directory.register
    scene.directory.register = register.replace(operators=(*register.operators.rows, bo))


async def rung_anew(scene: Scene, who: str, before: str) -> str:
    """Wait until the phone is rung once more than the leg ``before``; the new leg's channel."""
    made = len(legs_to(scene, who))
    assert before in legs_to(scene, who)
    if legs_to(scene, who)[-1] == before:
        await scene.until(lambda: len(legs_to(scene, who)) > made, f"{who} is rung anew")
    return await scene.rung(who)


def legs_to(scene: Scene, who: str) -> list[str]:
    return [channel for channel, dial, *_ in scene.control.named("create") if dial == f"PJSIP/{who}"]


def shown(scene: Scene, channel: str) -> str:
    [variables] = [v for made, _, v, _ in scene.control.named("create") if made == channel]
    return str(variables["CONNECTEDLINE(name,i)"])


async def test_an_operator_is_told_in_their_own_language_and_a_caller_from_abroad_in_english() -> None:
    async with Scene(replace(QUICK, whisper="always")) as scene:
        caller = scene.rings_in(MAIN, ABROAD)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.hears(olle, "Whisper")
        scene.finished(olle)
        await scene.talking(caller, olle)
        scene.refers(olle, "0701740605")
        await scene.hears(olle, "TransferRefused")
        languages = {(told["channel"], told["language"]) for told in scene.log.of_kind("heard")}
        assert languages == {(caller, Language.EN), (olle, Language.SV)}


async def test_whom_an_operator_has_rung_abroad_is_spoken_to_in_english_when_sent_on() -> None:
    async with Scene(replace(QUICK, may_call=CallingClass.ABROAD)) as scene:
        scene.given_absent("bo")
        olle = scene.dials("olle", ABROAD)
        far = await scene.rung(ABROAD)
        scene.answers(far)
        await scene.talking(olle, far)
        scene.refers(olle, "202")
        await scene.hears(far, "Referral")
        assert scene.log.of_kind("heard")[-1]["language"] is Language.EN


async def test_an_operators_prefix_rings_an_absent_persons_phone_and_a_colleagues_does_not() -> None:
    async with Scene(QUICK) as scene:
        scene.given_absent("anna")
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "*60*201")
        anna = await scene.rung("anna")
        scene.answers(anna)
        await scene.talking(caller, anna)
        scene.refers(anna, "*60*201")
        await scene.hears(caller, "Referral")


async def test_an_operator_rings_past_a_referral_to_announce_a_caller_and_a_colleague_does_not() -> None:
    async with Scene(QUICK) as scene:
        scene.given_absent("anna")
        caller, olle = await operator_has_caller(scene)
        consultation = scene.dials("olle", "*60*201")
        anna = await scene.rung("anna")
        scene.answers(anna)
        await scene.talking(consultation, anna)
        scene.refers(olle, "*60*201", other=consultation)
        await scene.until(
            lambda: scene.house.live.of_channel(anna) is scene.house.live.of_channel(caller), "put through"
        )
        colleague = scene.dials("bo", "*60*201")
        await scene.hears(colleague, "Referral")


async def test_a_consultation_by_the_prefix_of_serial_calls_gives_the_caller_back_as_well() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        consultation = scene.dials("olle", "*63*202")
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(consultation, bo)
        scene.refers(olle, "*63*202", other=consultation)
        await scene.over(consultation)
        scene.hangs_up(bo)
        again = await rung_anew(scene, "olle", olle)
        scene.answers(again)
        await scene.talking(caller, again)


async def test_an_operator_leaves_a_message_themselves_or_lets_the_caller_who_waits() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        own = scene.dials("olle", "*62*202")
        await scene.hears(own, "SpeakAfterTheTone")
        scene.refers(olle, "*62*202", other=own)
        await scene.hears(caller, "SpeakAfterTheTone")
        await scene.over(own)


async def test_a_message_is_for_a_person_and_a_department_is_not_rung_instead() -> None:
    async with Scene(QUICK) as scene:
        number = OutsideNumber("+46980319282", TargetKind.DEPARTMENT, id_of("tekniska"))
        register = scene.directory.register
        scene.directory.register = register.replace(numbers=(*register.numbers.rows, number))
        own = scene.dials("olle", "*62*0980319282")
        await scene.hears(own, "CodeWrong")
        assert scene.log.of_kind("outcome")[-1]["why"] == "no_person"
        assert not scene.control.named("create")


async def test_a_threat_stays_marked_when_the_consultation_is_joined() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        consultation = scene.dials("olle", "202")
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(consultation, bo)
        theirs = scene.house.live.of_channel(consultation)
        assert theirs is not None
        theirs.change(threat=True)
        scene.refers(olle, "202", other=consultation)
        await scene.over(consultation)
        call = scene.house.live.of_channel(caller)
        assert call is not None
        assert call.state.threat


async def test_an_operators_prefix_lets_the_caller_leave_a_message() -> None:
    async with Scene(QUICK) as scene:
        scene.given_absent("anna")
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "*62*0701740699")
        await scene.until(
            lambda: (olle, "channel_unavailable") in scene.control.named("tell_transferor"), "nobody's"
        )
        scene.refers(olle, "*62*201")
        await scene.hears(caller, "SpeakAfterTheTone")
        assert (olle, "channel_answered") in scene.control.named("tell_transferor")
        assert "anna" not in [dial for _, dial, *_ in scene.control.named("create")]


async def test_serial_calls_come_back_after_each_party_until_the_operator_hangs_up() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "*63*202")
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(caller, bo)
        scene.hangs_up(bo)
        again = await rung_anew(scene, "olle", olle)
        scene.answers(again)
        await scene.talking(caller, again)
        scene.refers(again, "201")
        anna = await scene.rung("anna")
        scene.hangs_up(anna, 20)
        last = await rung_anew(scene, "olle", again)
        assert shown(scene, last) == "ÅTER Anna B: kan inte nås"
        scene.answers(last)
        await scene.talking(caller, last)
        scene.hangs_up(last)
        await scene.over(caller)


async def test_a_serial_caller_hears_the_referral_of_who_is_absent_and_comes_back() -> None:
    """G1."""
    async with Scene(QUICK) as scene:
        scene.given_absent("anna")
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "*63*201")
        await scene.hears(caller, "Referral")
        scene.finished(caller)
        again = await rung_anew(scene, "olle", olle)
        assert shown(scene, again) == "ÅTER Anna B: frånvarande"


async def test_so_does_one_who_leaves_no_message_after_all() -> None:
    """The referral, which they have heard, is not told again."""
    async with Scene(QUICK) as scene:
        scene.given_absent("anna")
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "*63*201")
        await scene.hears(caller, "Referral")
        scene.presses(caller, "1")
        await scene.until(lambda: (f"hv-play-{caller}",) in scene.control.named("stop_playing"), "it stops")
        scene.finished(caller)
        await scene.hears(caller, "SpeakAfterTheTone")
        scene.finished(caller)
        await scene.hears(caller, "RecordingTone")
        scene.finished(caller)
        await scene.until(lambda: scene.control.named("record"), "recording")
        scene.said(caller, 0.0)
        await scene.hears(caller, "NothingHeard")
        scene.control.commands.clear()
        scene.finished(caller)
        await scene.hears(caller, "Offers")
        scene.finished(caller)
        again = await scene.rung("olle")
        assert shown(scene, again) == "ÅTER Anna B: frånvarande"


async def finds_nobody(scene: Scene) -> str:
    """A serial caller to somebody absent, whose operator has closed, hears the ways on again; their channel."""
    scene.given_absent("anna")
    caller, olle = await operator_has_caller(scene)
    scene.refers(olle, "*63*201")
    await scene.directory.set_operator_state(id_of("olle"), OperatorState.CLOSED)
    await scene.hears(caller, "Referral")
    scene.finished(caller)
    await scene.hears(caller, "NoOperator")
    scene.control.commands.clear()
    scene.finished(caller)
    await scene.hears(caller, "Offers")
    return caller


async def test_where_no_operator_is_left_they_are_bidden_goodbye() -> None:
    async with Scene(QUICK) as scene:
        caller = await finds_nobody(scene)
        scene.finished(caller)
        await scene.hears(caller, "Goodbye")
        scene.finished(caller)
        await scene.over(caller)


async def test_where_the_operator_opens_while_the_ways_on_are_told_they_come_back_after_all() -> None:
    async with Scene(QUICK) as scene:
        caller = await finds_nobody(scene)
        await scene.directory.set_operator_state(id_of("olle"), OperatorState.OPEN)
        scene.finished(caller)
        scene.answers(olle := await scene.rung("olle"))
        await scene.talking(caller, olle)


async def test_a_serial_caller_comes_back_to_the_operator_who_has_taken_them_over_until_that_one_hangs_up() -> (
    None
):
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        bo_is_operator(scene, OperatorState.OPEN)
        scene.refers(olle, "*63*201")
        scene.answers(anna := await scene.rung("anna"))
        await scene.talking(caller, anna)
        await scene.directory.set_operator_state(id_of("olle"), OperatorState.CLOSED)
        scene.hangs_up(anna)
        scene.answers(bo := await scene.rung("bo"))
        await scene.talking(caller, bo)
        scene.refers(bo, "201")
        scene.answers(again := await rung_anew(scene, "anna", anna))
        await scene.talking(caller, again)
        scene.hangs_up(again)
        scene.answers(last := await rung_anew(scene, "bo", bo))
        await scene.talking(caller, last)
        scene.hangs_up(last)
        await scene.over(caller)


async def test_a_confidential_caller_is_put_through_to_112_at_any_time() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        call = scene.house.live.of_channel(caller)
        assert call is not None
        call.change(confidential=True)
        scene.refers(olle, "112")
        emergency = await scene.rung("112")
        scene.answers(emergency)
        await scene.talking(caller, emergency)


async def test_an_employee_on_their_mobile_is_put_through_to_112_on_the_operators_other_line() -> None:
    """No rule touches it, O2 neither."""
    async with Scene(QUICK) as scene:
        mobile, olle = await operator_has_caller(scene, ANNA_MOBILE)
        asking = scene.dials("olle", "112")
        emergency = await scene.rung("112")
        scene.answers(emergency)
        await scene.talking(asking, emergency)
        scene.refers(olle, "112", other=asking)
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert scene.control.named("tell_transferor") == [(olle, "channel_answered")]
        assert scene.house.live.of_channel(mobile) is scene.house.live.of_channel(emergency)


async def test_an_attended_refer_onto_a_call_to_112_that_is_not_ours_gives_the_caller_one_of_their_own() -> (
    None
):
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "112", other="of-the-dialplan")
        emergency = await scene.rung("112")
        scene.answers(emergency)
        await scene.talking(caller, emergency)
        assert ("of-the-dialplan", "normal") not in scene.control.named("hang_up")
