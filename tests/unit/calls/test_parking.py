"""A caller whom an operator parks for somebody: picked up by a code, never forgotten, never joined to a mobile (O2)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from hanvisa.calls.call import Call
from hanvisa.calls.desk import Desk
from hanvisa.calls.house import CallSettings
from hanvisa.calls.live_ports import Wish
from hanvisa.calls.ports import LiveChannel
from hanvisa.calls.signals import Channel, Entered, Held, Reconnected
from hanvisa.calls.state import VARIABLE, CallState
from hanvisa.policy.facts import OperatorState
from hanvisa.testing import FakeCallControl
from unit.calls.scene import ANNA_MOBILE, MAIN, NOW, Scene, id_of
from unit.calls.test_attendant import rung_anew, shown
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_holding import after
from unit.calls.test_no_way_around import given_confidential, marked, talks, was_rung

QUICK = CallSettings(ring_person=0.2, ring_operator=2.0, key_wait=0.05)


async def test_the_named_person_picks_the_caller_up_with_a_code() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await parked(scene)
        assert (olle, "channel_answered") in scene.control.named("tell_transferor")
        assert not scene.house.live.is_engaged(id_of("olle"))
        bo = scene.dials("bo", "*88#")
        await scene.talking(caller, bo)
        call = scene.house.live.of_channel(caller)
        assert call is scene.house.live.of_channel(bo)
        assert call is not None
        assert (call.state.held_since, call.state.touched_by) == (None, id_of("olle"))
        assert (caller,) in scene.control.named("stop_music")
        scene.hangs_up(caller)
        await scene.over(caller)
        hung_up = [channel for channel, *_ in scene.control.named("hang_up")]
        assert hung_up.count(bo) == 1, "once, when the caller has gone"


async def test_the_phone_of_the_named_person_is_told_by_whom_they_are_awaited_if_it_is_free() -> None:
    async with Scene(QUICK) as scene:
        await parked(scene)
        [told] = scene.control.named("send_text")
        assert told == ("bo", "Parkerad för dig: 0980-31 92 44. Hämta med *88.", "*88")
    async with Scene(QUICK) as scene:
        await talks(scene, "bo", "0980319299")
        await parked(scene)
        assert scene.control.named("send_text") == []


async def test_a_phone_that_can_not_be_told_keeps_nobody_from_waiting() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "*68*202")
        await scene.hears(caller, "ParkedFor")
        scene.control.fail_at = len(scene.control.commands) + 2  # after the music
        scene.finished(caller)
        await scene.until(lambda: scene.control.named("send_text"), "the phone is told")
        bo = scene.dials("bo", "*88")
        await scene.talking(caller, bo)


async def test_a_caller_is_picked_up_while_they_hear_whom_they_wait_for() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "*68*202#")
        await scene.hears(caller, "ParkedFor")
        bo = scene.dials("bo", "*88")
        await scene.until(lambda: (f"hv-play-{caller}",) in scene.control.named("stop_playing"), "it stops")
        scene.finished(caller)
        await scene.talking(caller, bo)


async def test_an_operator_picks_up_who_is_parked_for_somebody_and_others_do_not() -> None:
    async with Scene(QUICK) as scene:
        caller, _ = await parked(scene)
        anna = scene.dials("anna", "*88*202#")
        await scene.hears(anna, "CodeWrong")
        assert scene.log.of_kind("outcome")[-1]["why"] == "operators_only"
        olle = scene.dials("olle", "*88*202#")
        await scene.talking(caller, olle)


@pytest.mark.parametrize("dialled", ["*88#", "*88*202#"])
async def test_where_nobody_is_parked_it_is_said(dialled: str) -> None:
    async with Scene(QUICK) as scene:
        caller, _ = await parked(scene)
        scene.hangs_up(caller)
        await scene.over(caller)
        olle = scene.dials("olle", dialled)
        await scene.hears(olle, "CodeWrong")
        assert scene.log.of_kind("outcome")[-1]["why"] == "nobody_parked"


async def test_of_two_who_are_parked_the_one_who_has_waited_longer_is_picked_up() -> None:
    async with Scene(QUICK) as scene:
        first, olle = await parked(scene)
        await after(scene, first, 1)
        second = scene.rings_in(MAIN)
        await scene.hears(second, "Greeting")
        scene.finished(second)
        again = await rung_anew(scene, "olle", olle)
        scene.answers(again)
        await scene.talking(second, again)
        scene.refers(again, "*68*202#")
        await scene.hears(second, "ParkedFor")
        bo = scene.dials("bo", "*88#")
        await scene.talking(first, bo)
        assert scene.house.live.of_channel(second) is not scene.house.live.of_channel(bo)


async def test_whoever_has_a_mobile_on_the_line_picks_nobody_up() -> None:
    async with Scene(replace(QUICK, ring_person=2.0)) as scene:
        caller, _ = await parked(scene)
        talking = scene.dials("bo", "0701740605")
        scene.answers(mobile := await scene.rung("0701740605"))
        await scene.talking(talking, mobile)
        bo = scene.dials("bo", "*88#")
        await scene.hears(bo, "CodeWrong")
        assert scene.log.of_kind("outcome")[-1]["why"] == "mobile_on_line"
        assert scene.log.of_kind("decision")[-1]["rules"] == ["O2"]
        assert call_of(scene, caller).parked_for == id_of("bo")


async def test_a_caller_who_is_picked_up_in_a_confidential_call_is_in_one() -> None:
    """M4."""
    async with Scene(QUICK) as scene:
        caller, _ = await parked(scene)
        assert await Desk(scene.house).dial(id_of("bo"), "*88#", confidential=True)
        scene.answers(bo := await scene.rung("bo"))
        await scene.talking(caller, bo)
        assert call_of(scene, caller).state.confidential


async def test_a_parked_mobile_is_not_picked_up_in_one_and_is_as_before() -> None:
    """M4."""
    async with Scene(QUICK) as scene:
        caller, _ = await parked(scene, ANNA_MOBILE)
        assert await Desk(scene.house).dial(id_of("bo"), "*88#", confidential=True)
        scene.answers(await scene.rung("bo"))
        await scene.until(lambda: any(one["rules"] == ["M4"] for one in scene.log.of_kind("decision")), "no")
        await scene.until(lambda: call_of(scene, caller).fetched_by is None, "decided")
        assert call_of(scene, caller).parked_for == id_of("bo")
        assert not call_of(scene, caller).state.confidential


async def test_who_has_picked_up_a_caller_reaches_no_mobile_meanwhile() -> None:
    async with Scene(QUICK) as scene:
        caller, _ = await parked(scene)
        bo = scene.dials("bo", "*88#")
        await scene.talking(caller, bo)
        consulting = scene.dials("bo", "0701740605")
        await scene.hears(consulting, "DialRefused")
        assert not was_rung(scene, "0701740605")


async def test_an_operator_who_has_parked_a_caller_reaches_no_mobile_meanwhile() -> None:
    async with Scene(QUICK) as scene:
        await parked(scene)
        consulting = scene.dials("olle", "0701740605")
        await scene.hears(consulting, "DialRefused")
        assert not was_rung(scene, "0701740605")


async def test_a_caller_parked_for_a_confidential_person_is_confidential() -> None:
    async with Scene(QUICK) as scene:
        given_confidential(scene, "bo")
        caller, _ = await parked(scene)
        assert call_of(scene, caller).state.confidential


async def test_the_operator_is_reminded_and_answering_takes_the_caller_back() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await parked(scene)
        await after(scene, caller, 61)
        again = await rung_anew(scene, "olle", olle)
        assert shown(scene, again) == "PARKERAD Bo B"
        scene.answers(again)
        await scene.talking(caller, again)


async def test_an_operator_who_talks_meanwhile_is_reminded_by_a_tone() -> None:
    async with Scene(QUICK) as scene:
        caller, _ = await parked(scene)
        talking = scene.dials("olle", "201")
        scene.answers(anna := await scene.rung("anna"))
        await scene.talking(talking, anna)
        await after(scene, caller, 61)
        await scene.hears(talking, "HeldReminder")


async def test_who_is_not_picked_up_goes_to_the_head_of_the_queue() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await parked(scene)
        await after(scene, caller, 61)
        reminder = await rung_anew(scene, "olle", olle)
        await after(scene, caller, 60)
        await scene.until(lambda: (reminder, "normal") in scene.control.named("hang_up"), "it rings no more")
        again = await rung_anew(scene, "olle", reminder)
        assert shown(scene, again) == "ÅTER Bo B: svarar ej"
        scene.answers(again)
        await scene.talking(caller, again)


async def test_zero_leads_back_to_the_operator() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await parked(scene)
        scene.presses(caller, "0")
        again = await rung_anew(scene, "olle", olle)
        assert shown(scene, again) == "ÅTER Bo B: svarar ej"


async def test_an_attended_transfer_to_the_code_parks_as_well() -> None:
    async with Scene(replace(QUICK, ring_person=2.0)) as scene:
        caller, olle = await operator_has_caller(scene)
        consultation = scene.dials("olle", "*68*202#")
        await scene.hears(consultation, "ParkHere")
        scene.finished(consultation)
        scene.refers(olle, "*68*202#", other=consultation)
        await scene.hears(caller, "ParkedFor")
        await scene.over(consultation)
        assert (consultation, "normal") in scene.control.named("hang_up")


async def test_the_api_parks_as_a_phone_does() -> None:
    async with Scene(QUICK) as scene:
        caller, _ = await operator_has_caller(scene)
        call = call_of(scene, caller)
        assert (
            await Desk(scene.house).ask(call.id, Wish.TRANSFER, id_of("olle"), to="*68*202")
        ).what == "done"
        await scene.hears(caller, "ParkedFor")
        (live,) = Desk(scene.house).calls()
        assert (live.stage, live.held, live.parked_for) == ("Parked", True, id_of("bo"))


async def test_for_an_extension_that_nobody_has_the_caller_stays_with_the_operator() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "*68*999#")
        await scene.until(
            lambda: (olle, "channel_unavailable") in scene.control.named("tell_transferor"),
            "the phone is told",
        )
        assert scene.house.live.of_channel(caller) is scene.house.live.of_channel(olle)


async def test_on_the_phones_of_others_the_code_parks_nobody() -> None:
    async with Scene(QUICK) as scene:
        caller = scene.rings_in("0980319201")
        scene.answers(anna := await scene.rung("anna"))
        await scene.talking(caller, anna)
        scene.refers(anna, "*68*202#")
        await scene.until(
            lambda: (anna, "channel_unavailable") in scene.control.named("tell_transferor"), "it is told"
        )
        assert scene.house.live.of_channel(caller) is scene.house.live.of_channel(anna)


async def test_a_service_that_takes_the_call_on_reckons_from_when_they_were_parked() -> None:
    async with Scene(QUICK) as scene:
        caller, _ = await parked(scene)
        written = call_of(scene, caller).state
    async with Scene(QUICK) as scene:
        scene.control.orphaned = (caller,)
        scene.control.existing = (LiveChannel(caller, "carrier", "0980319244", "0980319200", up=True),)
        scene.control.variables[caller, VARIABLE] = written.to_json()
        scene.tell(Reconnected())
        await scene.hears(caller, "ParkedFor")
        scene.finished(caller)
        await after(scene, caller, 121)
        again = await scene.rung("olle")
        assert shown(scene, again) == "ÅTER Bo B: svarar ej"
        assert CallState.from_json(written.to_json()).held_since == NOW


async def test_a_parked_caller_is_handed_over_to_a_colleague_who_sees_for_whom() -> None:
    async with Scene(CallSettings(ring_operator=5.0)) as scene:
        register = scene.directory.register
        olle, anna = register.operators.rows[0], id_of("anna")
        colleague = replace(olle, person_id=anna, phone_id=id_of("phone anna"), state=OperatorState.CLOSED)
        scene.directory.register = register.replace(operators=(olle, colleague))
        caller, _ = await parked(scene)
        desk, id_ = Desk(scene.house), call_of(scene, caller).id
        assert (await desk.ask(id_, Wish.HAND_OVER, olle.person_id, person=id_of("bo"))).what == "nowhere"
        assert (await desk.ask(id_, Wish.HAND_OVER, olle.person_id, person=anna)).what == "not_now"
        scene.directory.register = register.replace(
            operators=(olle, replace(colleague, state=OperatorState.OPEN))
        )
        assert (await desk.ask(id_, Wish.HAND_OVER, olle.person_id, person=anna)).what == "done"
        rings = await scene.rung("anna")
        assert shown(scene, rings) == "FRÅN Olle B"
        [call] = desk.calls()
        assert (call.sought, call.why, call.parked_for) == (id_of("bo"), None, None)
        assert (caller,) in scene.control.named("stop_music")
        scene.answers(rings)
        await scene.talking(caller, rings)
        assert desk.call(id_).operator == anna


async def test_a_caller_is_handed_over_while_they_hear_whom_they_wait_for() -> None:
    async with Scene(CallSettings(ring_operator=5.0)) as scene:
        register = scene.directory.register
        olle, anna = register.operators.rows[0], id_of("anna")
        colleague = replace(olle, person_id=anna, phone_id=id_of("phone anna"))
        scene.directory.register = register.replace(operators=(olle, colleague))
        caller, leg = await operator_has_caller(scene)
        scene.refers(leg, "*68*202#")
        await scene.hears(caller, "ParkedFor")
        desk = Desk(scene.house)
        await desk.ask(call_of(scene, caller).id, Wish.HAND_OVER, olle.person_id, person=anna)
        await scene.until(lambda: (f"hv-play-{caller}",) in scene.control.named("stop_playing"), "it stops")
        scene.finished(caller)
        await scene.rung("anna")
        assert scene.control.named("send_text") == [], "nobody is to fetch them"


async def parked(scene: Scene, number: str = "0980319244") -> tuple[str, str]:
    """A citizen whom Olle has parked for Bo, with music: the caller's channel and what was Olle's."""
    caller, olle = await operator_has_caller(scene, number)
    scene.refers(olle, "*68*202#")
    await scene.hears(caller, "ParkedFor")
    scene.finished(caller)
    await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")
    return caller, olle


def call_of(scene: Scene, channel: str) -> Call:
    call = scene.house.live.of_channel(channel)
    assert call is not None
    return call


async def test_a_parked_mobile_comes_to_nobody_who_has_a_caller() -> None:
    """O2: neither by the code nor by the reminder's ringing; without a caller it does."""
    async with Scene(QUICK) as scene:
        olle, mobile = await talks(scene, "olle", "0701740699")
        scene.refers(olle, "*68*202#")
        await scene.hears(mobile, "ParkedFor")
        scene.finished(mobile)
        scene.hangs_up(olle)
        caller, line = await operator_has_caller(scene)
        scene.tell(Held(line))
        picking = scene.dials("olle", "*88*202#")
        await scene.hears(picking, "CodeWrong")
        assert scene.log.of_kind("outcome")[-1]["why"] == "mobile_on_line"
        scene.hangs_up(caller)
        await scene.over(caller)
        await scene.talking(mobile, scene.dials("olle", "*88*202#"))


async def test_whoever_rings_a_mobile_while_they_fetch_a_caller_does_not_get_them() -> None:
    """O2."""
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "*68*202#")
        await scene.hears(caller, "ParkedFor")
        picking = scene.dials("bo", "*88#")
        await scene.until(lambda: (f"hv-play-{caller}",) in scene.control.named("stop_playing"), "it stops")
        scene.dials("bo", "0701740605")
        await scene.rung("0701740605")
        scene.finished(caller)
        await scene.hears(picking, "CodeWrong")
        assert not any({caller, picking} <= inside for inside in scene.control.bridges.values())


async def test_a_phone_that_picks_up_the_reminders_ringing_is_not_left_in_silence() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await parked(scene)
        await after(scene, caller, 61)
        again = await rung_anew(scene, "olle", olle)
        scene.control.alive.add("annas")
        scene.tell(Entered(Channel("annas", "anna", ""), (), Channel(again, "olle", "")))
        await scene.until(lambda: ("annas", "normal") in scene.control.named("hang_up"), "it is hung up")


async def test_a_caller_is_parked_and_comes_back_after_the_party_when_the_operator_wants_both() -> None:
    async with Scene(QUICK) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "*63**68*202#")
        await scene.hears(caller, "ParkedFor")
        assert call_of(scene, caller).state.serial == id_of("olle")


async def test_a_mobile_that_is_marked_while_the_reminder_rings_is_not_joined() -> None:
    """M4: and stays parked."""
    async with Scene(QUICK) as scene:
        mobile, olle = await operator_has_caller(scene, ANNA_MOBILE)
        scene.refers(olle, "*68*202#")
        await scene.hears(mobile, "ParkedFor")
        scene.finished(mobile)
        scene.hangs_up(olle)
        await scene.until(lambda: (mobile,) in scene.control.named("start_music"), "music")
        await after(scene, mobile, 61)
        again = await rung_anew(scene, "olle", olle)
        await marked(scene, mobile)
        scene.answers(again)
        await scene.until(lambda: (again, "normal") in scene.control.named("hang_up"), "hung up")
        assert call_of(scene, mobile).parked_for == id_of("bo")
        assert not any(again in channels for _, channels in scene.control.named("bridge"))


async def test_an_operator_who_has_answered_the_reminder_rings_no_mobile_before_they_are_joined() -> None:
    """O2."""
    async with Scene(QUICK, control=SlowToStopMusic()) as scene:
        caller, olle = await parked(scene)
        scene.hangs_up(olle)
        await after(scene, caller, 61)
        again = await rung_anew(scene, "olle", olle)
        scene.answers(again)
        await scene.until(lambda: call_of(scene, caller).promised, "answered")
        consult = scene.dials("olle", "0701740605")
        await scene.hears(consult, "DialRefused")
        assert not was_rung(scene, "0701740605")


class SlowToStopMusic(FakeCallControl):
    async def stop_music(self, channel: str) -> None:
        await super().stop_music(channel)
        await asyncio.Event().wait()
