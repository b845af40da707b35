"""A conference inside a phone can't be seen: who has a caller on one line meets no mobile on another (O2, M4)."""

from __future__ import annotations

from hanvisa.calls.signals import Channel, Entered
from unit.calls.scene import ANNA_MOBILE, Scene
from unit.calls.test_attendant import rung_anew
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_no_way_around import (
    ANOTHER_MOBILE,
    MOBILE,
    PATIENT,
    given_confidential,
    given_direct_number,
    talks,
    was_rung,
)


async def test_a_registered_mobile_that_rings_in_does_not_reach_an_operator_who_has_a_caller() -> None:
    async with Scene() as scene:
        given_direct_number(scene, "olle", "+46980319209")
        await operator_has_caller(scene)
        mobile = scene.rings_in("+46980319209", from_=ANNA_MOBILE)
        await scene.hears(mobile, "Referral")
        assert was_rung(scene, "PJSIP/olle") == 1


async def test_a_colleague_with_a_confidential_caller_rings_no_mobile() -> None:
    async with Scene() as scene:
        given_confidential(scene, "anna")
        await talks(scene, "anna", "202")
        consult = scene.dials("bo", ANOTHER_MOBILE)
        await scene.hears(consult, "DialRefused")
        assert not was_rung(scene, ANOTHER_MOBILE)


async def test_a_colleague_with_a_mobile_on_the_line_gets_no_confidential_caller() -> None:
    async with Scene() as scene:
        given_confidential(scene, "anna")
        await talks(scene, "bo", ANOTHER_MOBILE)
        caller = scene.dials("anna", "202")
        await scene.hears(caller, "Referral")
        assert not was_rung(scene, "PJSIP/bo")


async def test_a_confidential_line_is_not_rung_by_who_has_a_mobile_on_the_line() -> None:
    async with Scene() as scene:
        given_confidential(scene, "anna")
        await talks(scene, "bo", ANOTHER_MOBILE)
        caller = scene.dials("bo", "201")
        await scene.hears(caller, "DialRefused")
        assert not was_rung(scene, "PJSIP/anna")


async def test_an_operator_with_a_mobile_on_the_line_rings_nobody_outside_but_112() -> None:
    async with Scene() as scene:
        await talks(scene, "olle", MOBILE)
        second = scene.dials("olle", "0980319260")
        await scene.hears(second, "DialRefused")
        assert not was_rung(scene, "0980319260")
        [heard] = [one["words"] for one in scene.log.of_kind("heard") if one["channel"] == second]
        assert "mobile_on_line=True" in heard, "not that they have rung a mobile"
        [refused] = [one for one in scene.log.of_kind("decision") if one["effect"] == "refuse"]
        assert refused["because"]["en"].startswith("While you have a mobile on the line")
        await talks(scene, "olle", "112")


async def test_with_an_exception_they_do_for_one_use() -> None:
    async with Scene() as scene:
        scene.given_exception(max_uses=1)
        first, _ = await talks(scene, "olle", MOBILE)
        second, _ = await talks(scene, "olle", "0980319260")
        scene.refers(second, "", other=first)
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert scene.control.named("tell_transferor") == [(second, "channel_answered")]
        assert [one.uses for one in scene.directory.register.exceptions.rows] == [1]


async def test_an_operator_reaches_no_mobile_while_somebody_outside_rings_for_them() -> None:
    async with Scene(PATIENT) as scene:
        scene.dials("olle", "0980319260")
        await scene.rung("0980319260")
        second = scene.dials("olle", MOBILE)
        await scene.hears(second, "DialRefused")
        assert not was_rung(scene, MOBILE)


async def test_nor_does_a_registered_mobile_that_rings_in_reach_them() -> None:
    async with Scene(PATIENT) as scene:
        given_direct_number(scene, "olle", "+46980319209")
        scene.dials("olle", "0980319260")
        await scene.rung("0980319260")
        mobile = scene.rings_in("+46980319209", from_=ANNA_MOBILE)
        await scene.hears(mobile, "Referral")
        assert not was_rung(scene, "PJSIP/olle")


async def test_a_colleague_for_whom_a_confidential_line_rings_reaches_no_mobile() -> None:
    async with Scene(PATIENT) as scene:
        given_confidential(scene, "anna")
        scene.dials("bo", "201")
        await scene.rung("anna")
        second = scene.dials("bo", ANOTHER_MOBILE)
        await scene.hears(second, "DialRefused")
        assert not was_rung(scene, ANOTHER_MOBILE)


async def test_whoever_has_a_mobile_on_the_line_takes_no_operators_place() -> None:
    async with Scene() as scene:
        await talks(scene, "bo", MOBILE)
        caller, olle = await operator_has_caller(scene)
        scene.tell(Entered(Channel("bos", "bo", ""), (), Channel(olle, "olle", "")))
        await scene.until(lambda: ("bos", "normal") in scene.control.named("hang_up"), "Bo is put out")
        assert scene.house.live.of_channel(caller) is scene.house.live.of_channel(olle)


async def test_nor_do_they_pick_up_a_phone_that_rings_for_an_operators_caller() -> None:
    async with Scene(PATIENT) as scene:
        await talks(scene, "bo", MOBILE)
        _, olle = await operator_has_caller(scene)
        scene.refers(olle, "201")
        anna = await scene.rung("anna")
        scene.tell(Entered(Channel("bos", "bo", ""), (), Channel(anna, "anna", "")))
        await scene.until(lambda: ("bos", "normal") in scene.control.named("hang_up"), "Bo is put out")


async def test_a_colleague_with_a_mobile_on_the_line_whom_the_operator_consults_gets_no_caller() -> None:
    async with Scene() as scene:
        await talks(scene, "bo", MOBILE)
        caller, olle = await operator_has_caller(scene)
        consult, bo = await talks(scene, "olle", "202")
        scene.refers(olle, "", other=consult)
        await scene.until(
            lambda: (olle, "channel_declined") in scene.control.named("tell_transferor"), "declined"
        )
        assert scene.house.live.of_channel(caller) is not scene.house.live.of_channel(bo)


async def test_an_operator_with_a_caller_takes_nobodys_place_with_a_mobile() -> None:
    async with Scene() as scene:
        bo, mobile = await talks(scene, "bo", MOBILE)
        await operator_has_caller(scene)
        scene.tell(Entered(Channel("olles", "olle", ""), (), Channel(bo, "bo", "")))
        await scene.until(lambda: ("olles", "normal") in scene.control.named("hang_up"), "Olle is put out")
        assert scene.house.live.of_channel(mobile) is scene.house.live.of_channel(bo)


async def test_a_mobile_takes_nobodys_place_with_a_colleague_who_has_a_confidential_caller() -> None:
    async with Scene() as scene:
        given_confidential(scene, "anna")
        await talks(scene, "anna", "202")
        _, outside = await talks(scene, "bo", "0980319260")
        scene.tell(
            Entered(Channel("mobile", "carrier", ANOTHER_MOBILE), (), Channel(outside, "", "0980319260"))
        )
        await scene.until(lambda: ("mobile", "normal") in scene.control.named("hang_up"), "it is put out")


async def test_a_mobile_is_brought_to_no_colleague_who_has_a_confidential_caller() -> None:
    async with Scene() as scene:
        scene.directory.register = scene.directory.register.replace(operators=())
        given_confidential(scene, "anna")
        _, bo = await talks(scene, "anna", "202")
        olle, mobile = await talks(scene, "olle", ANOTHER_MOBILE)
        consult = scene.dials("olle", "202")
        bo = await rung_anew(scene, "bo", bo)
        scene.answers(bo)
        await scene.talking(consult, bo)
        scene.refers(olle, "", other=consult)
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert scene.control.named("tell_transferor") == [(olle, "channel_declined")]
        assert scene.house.live.of_channel(mobile) is not scene.house.live.of_channel(bo)
