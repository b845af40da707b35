"""The language in which somebody is spoken to goes with them, into whatever call they come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanvisa.calls.signals import Channel, Entered
from hanvisa.policy.facts import CallingClass
from hanvisa.policy.model import Language
from unit.calls.scene import Scene
from unit.calls.test_no_way_around import PATIENT, talks

ABROAD = "004930123456"
MAY_CALL_ABROAD = replace(PATIENT, may_call=CallingClass.ABROAD)


async def _joined(scene: Scene, one: str, other: str) -> None:
    live = scene.house.live
    await scene.until(lambda: live.of_channel(one) is live.of_channel(other), "they are in one call")


async def _is_told_of_absent_anna(scene: Scene, by: str, channel: str) -> Language:
    """Who is sent on to Anna ``by`` that phone hears that she is absent: the language in which they do."""

    def told() -> list[Language]:
        return [one["language"] for one in scene.log.of_kind("heard") if one["channel"] == channel]

    before = len(told())
    scene.refers(by, "201")
    await scene.until(lambda: len(told()) > before, "they hear something")
    return told()[-1]


@pytest.mark.parametrize("refers_on", ["the caller's leg", "the consultation's"])
async def test_english_that_a_caller_has_chosen_outlives_an_attended_transfer(refers_on: str) -> None:
    async with Scene(PATIENT) as scene:
        scene.given_absent("anna")
        caller = scene.rings_in("0980319201")
        await scene.hears(caller, "Referral")
        scene.presses(caller, "9")
        scene.finished(caller)
        await scene.until(
            lambda: scene.log.of_kind("heard")[-1]["language"] is Language.EN,
            "the caller hears it in English",
        )
        scene.presses(caller, "0")
        scene.finished(caller)
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.talking(caller, olle)
        consultation, bo = await talks(scene, "olle", "202")
        if refers_on == "the caller's leg":
            scene.refers(olle, "202", other=consultation)
        else:
            scene.refers(consultation, "200", other=olle)
        await _joined(scene, caller, bo)
        assert await _is_told_of_absent_anna(scene, bo, caller) is Language.EN


async def test_whom_an_operator_has_rung_abroad_is_spoken_to_in_english_after_an_attended_transfer() -> None:
    async with Scene(MAY_CALL_ABROAD) as scene:
        scene.given_absent("anna")
        olle, far = await talks(scene, "olle", ABROAD)
        consultation, bo = await talks(scene, "olle", "202")
        scene.refers(olle, "202", other=consultation)
        await _joined(scene, bo, far)
        assert await _is_told_of_absent_anna(scene, bo, far) is Language.EN


async def test_so_is_who_stays_when_a_colleague_takes_the_operators_place() -> None:
    async with Scene(MAY_CALL_ABROAD) as scene:
        scene.given_absent("anna")
        olle, far = await talks(scene, "olle", ABROAD)
        scene.control.alive.add("bos")
        scene.tell(Entered(Channel("bos", "bo", ""), (), Channel(olle, "olle", "")))
        await _joined(scene, "bos", far)
        assert await _is_told_of_absent_anna(scene, "bos", far) is Language.EN
