"""A mobile that is on the line, and is sent on or has its place taken (O2, M4)."""

from __future__ import annotations

import pytest

from hanvisa.calls.desk import Desk
from hanvisa.calls.live_ports import Wish
from hanvisa.calls.ports import LiveChannel
from hanvisa.calls.signals import Channel, Entered, Redirected
from hanvisa.calls.state import VARIABLE, CallState
from unit.calls.scene import ANNA_MOBILE, MAIN, Scene, id_of
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_no_way_around import (
    ANOTHER_MOBILE,
    MOBILE,
    PATIENT,
    given_confidential,
    given_direct_number,
    given_forwarded,
    given_group_of,
    marked,
    talks,
    was_rung,
)
from unit.calls.test_waiting import ready


@pytest.mark.parametrize(
    ("target", "told"), [("0980319260", "channel_declined"), ("202", "channel_answered")]
)
async def test_a_mobile_that_an_operator_has_rung_is_sent_to_colleagues_and_to_nobody_outside(
    target: str, told: str
) -> None:
    async with Scene() as scene:
        olle, _ = await talks(scene, "olle", MOBILE)
        scene.refers(olle, target)
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert scene.control.named("tell_transferor") == [(olle, told)]


async def test_a_phones_redirect_sends_it_outside_neither() -> None:
    async with Scene(PATIENT) as scene:
        olle, mobile = await talks(scene, "olle", MOBILE)
        scene.refers(olle, "202")
        scene.tell(Redirected(await scene.rung("bo"), "0980319260"))
        await scene.hears(mobile, "Referral")
        assert not was_rung(scene, "0980319260")


@pytest.mark.parametrize(
    ("target", "told"), [("0980319260", "channel_declined"), ("202", "channel_answered")]
)
async def test_a_mobile_that_has_rung_a_confidential_line_is_sent_on_to_nobody_outside(
    target: str, told: str
) -> None:
    async with Scene() as scene:
        given_confidential(scene, "anna")
        mobile = scene.rings_in("+46980319201", ANNA_MOBILE)
        anna = await scene.rung("anna")
        scene.answers(anna)
        await scene.talking(mobile, anna)
        scene.refers(anna, target)
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert scene.control.named("tell_transferor") == [(anna, told)]


async def test_whom_a_confidential_persons_forwarding_sends_outside_rings_their_phone_instead() -> None:
    async with Scene() as scene:
        given_confidential(scene, "anna")
        given_forwarded(scene, "anna", "0980319244")
        mobile = scene.rings_in("+46980319201", ANNA_MOBILE)
        anna = await scene.rung("anna")
        scene.answers(anna)
        await scene.talking(mobile, anna)
        assert not was_rung(scene, "0980319244")


async def test_nor_by_the_confidential_phones_redirect() -> None:
    async with Scene(PATIENT) as scene:
        given_confidential(scene, "anna")
        mobile = scene.rings_in("+46980319201", ANNA_MOBILE)
        scene.tell(Redirected(await scene.rung("anna"), "0980319260"))
        await scene.hears(mobile, "Referral")
        assert not was_rung(scene, "0980319260")


async def test_a_mobile_that_comes_while_a_confidential_line_is_rung_is_kept_away() -> None:
    """Bo's phone would have both calls."""
    async with Scene() as scene:
        given_confidential(scene, "anna")
        given_group_of(scene, "anna")
        given_direct_number(scene, "bo", "+46980319202")
        bo = scene.dials("bo", "210")
        anna = await scene.rung("anna")
        mobile = scene.rings_in("+46980319202", ANNA_MOBILE)
        await scene.hears(mobile, "Referral")
        scene.answers(anna)
        await scene.talking(bo, anna)
        assert not was_rung(scene, "PJSIP/bo")


async def test_a_mobile_that_was_rung_is_sent_to_no_confidential_line() -> None:
    async with Scene() as scene:
        given_confidential(scene, "anna")
        bo, _ = await talks(scene, "bo", ANOTHER_MOBILE)
        scene.refers(bo, "201")
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert scene.control.named("tell_transferor") == [(bo, "channel_declined")]
        assert not was_rung(scene, "PJSIP/anna")


async def test_a_mobile_that_was_rung_is_sent_to_no_confidential_member_of_a_group() -> None:
    async with Scene() as scene:
        given_confidential(scene, "anna")
        given_group_of(scene, "anna")
        bo, _ = await talks(scene, "bo", ANOTHER_MOBILE)
        scene.refers(bo, "210")
        await scene.rung("olle")
        assert not was_rung(scene, "PJSIP/anna")


async def test_nor_does_whoever_has_a_mobile_on_the_line_reach_one_by_a_group() -> None:
    async with Scene() as scene:
        given_confidential(scene, "anna")
        given_group_of(scene, "anna")
        await talks(scene, "bo", ANOTHER_MOBILE)
        await scene.hears(scene.dials("bo", "210"), "DialRefused")
        assert not was_rung(scene, "PJSIP/anna")


async def test_nor_is_a_member_who_has_a_mobile_on_the_line_rung_for_the_group() -> None:
    async with Scene() as scene:
        given_confidential(scene, "anna")
        given_group_of(scene, "anna")
        mobile = scene.rings_in("+46980319201", ANNA_MOBILE)
        anna = await scene.rung("anna")
        scene.dials("bo", "210")
        await scene.rung("olle")
        scene.answers(anna)
        await scene.talking(mobile, anna)
        assert was_rung(scene, "PJSIP/anna") == 1


async def test_a_line_that_is_confidential_by_its_outside_number_makes_every_call_with_it_so() -> None:
    async with Scene() as scene:
        given_direct_number(scene, "bo", "+46980319202", confidential=True)
        olle, bo = await talks(scene, "olle", "202")
        call = scene.house.live.of_channel(olle)
        assert call is scene.house.live.of_channel(bo)
        assert call is not None
        assert call.state.confidential


async def test_and_every_one_that_is_parked_for_it() -> None:
    async with Scene(PATIENT) as scene:
        given_direct_number(scene, "bo", "+46980319202", confidential=True)
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "*68*202#")
        await scene.hears(caller, "ParkedFor")
        call = scene.house.live.of_channel(caller)
        assert call is not None
        assert call.state.confidential


async def test_a_mark_that_was_made_while_something_played_is_there_when_the_service_was_killed() -> None:
    """It could not be written on the channel yet."""
    async with Scene(PATIENT) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "*68*202#")
        await scene.hears(caller, "ParkedFor")
        call = scene.house.live.of_channel(caller)
        assert call is not None
        await marked(scene, caller)
        await Desk(scene.house).ask(call.id, Wish.THREAT, None)
    written = scene.control.variables[caller, VARIABLE]
    assert not CallState.from_json(written).confidential
    async with Scene(PATIENT) as later:
        later.open_calls.states = scene.open_calls.states
        later.control.variables[caller, VARIABLE] = written
        later.control.existing = (LiveChannel(caller, "carrier", "0980319244", MAIN, up=True),)
        later.control.orphaned = (caller,)
        await ready(later)
        call = later.house.live.of_channel(caller)
        assert call is not None
        assert (call.parked_for, call.state.confidential, call.state.threat) == (id_of("bo"), True, True)


async def test_a_confidential_line_takes_nobodys_place_with_a_mobile() -> None:
    async with Scene() as scene:
        given_confidential(scene, "anna")
        bo, _ = await talks(scene, "bo", ANOTHER_MOBILE)
        scene.tell(Entered(Channel("annas", "anna", ""), (), Channel(bo, "bo", "")))
        await scene.until(lambda: ("annas", "normal") in scene.control.named("hang_up"), "Anna is put out")


async def has_sent_on_to_a_mobile(scene: Scene) -> tuple[str, str]:
    """Anna has sent a citizen on to a mobile, untouched by an operator: the two channels."""
    citizen = scene.rings_in("+46980319201")
    anna = await scene.rung("anna")
    scene.answers(anna)
    await scene.talking(citizen, anna)
    scene.refers(anna, ANOTHER_MOBILE)
    mobile = await scene.rung(ANOTHER_MOBILE)
    scene.answers(mobile)
    await scene.talking(citizen, mobile)
    return citizen, mobile


async def test_a_confidential_line_takes_no_callers_place_with_a_mobile_that_was_rung() -> None:
    """That the caller chose to ring us is no choice of the mobile's."""
    async with Scene() as scene:
        given_confidential(scene, "bo")
        citizen, _ = await has_sent_on_to_a_mobile(scene)
        scene.tell(Entered(Channel("bos", "bo", ""), (), Channel(citizen, "", "+46980319244")))
        await scene.until(lambda: ("bos", "normal") in scene.control.named("hang_up"), "Bo is put out")


async def test_nor_a_place_that_somebody_else_took_before() -> None:
    async with Scene() as scene:
        given_confidential(scene, "bo")
        citizen, mobile = await has_sent_on_to_a_mobile(scene)
        scene.tell(Entered(Channel("annas", "anna", ""), (), Channel(citizen, "", "+46980319244")))
        await scene.until(lambda: (citizen, "normal") in scene.control.named("hang_up"), "Anna is there")
        scene.tell(Entered(Channel("bos", "bo", ""), (), Channel("annas", "anna", "")))
        await scene.until(lambda: ("bos", "normal") in scene.control.named("hang_up"), "Bo is put out")
        assert (mobile, "normal") not in scene.control.named("hang_up")


async def test_a_confidential_line_takes_no_place_with_who_has_a_mobile_on_another_line() -> None:
    async with Scene() as scene:
        given_confidential(scene, "anna")
        await talks(scene, "bo", ANOTHER_MOBILE)
        _, outside = await talks(scene, "bo", "0980319260")
        scene.tell(Entered(Channel("annas", "anna", ""), (), Channel(outside, "", "0980319260")))
        await scene.until(lambda: ("annas", "normal") in scene.control.named("hang_up"), "Anna is put out")
