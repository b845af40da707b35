"""Who is put through to nobody by a rule is told which, and what there is instead, and nothing counts (M4, O2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanvisa.calls.prompts import Why
from hanvisa.calls.signals import Redirected
from hanvisa.policy.facts import OperatorState
from unit.calls.scene import ANNA_MOBILE, Scene, id_of
from unit.calls.test_attendant import QUICK
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_closed import close
from unit.calls.test_no_way_around import ANOTHER_MOBILE, given_confidential, talks, was_rung
from unit.calls.test_unreferred import counted, heard, refusals

PATIENT = replace(QUICK, ring_person=2.0)
HOURS = ["open", "nobody there", "closed", "night", "no switchboard"]
"""When somebody is put through to nobody: with operators, or in one of the ways of having none."""


def given(scene: Scene, hours: str) -> None:
    register = scene.directory.register
    match hours:
        case "nobody there":
            [olle] = register.operators.rows
            away = replace(olle, state=OperatorState.CLOSED)
            scene.directory.register = register.replace(operators=(away,))
        case "closed" | "night":
            close(scene, night=hours == "night")
        case "no switchboard":
            scene.directory.register = register.replace(switchboards=())


def given_olle_is_no_operator(scene: Scene) -> None:
    """But Anna is."""
    [olle] = scene.directory.register.operators.rows
    another = replace(olle, person_id=id_of("anna"))
    scene.directory.register = scene.directory.register.replace(operators=(another,))


async def is_led_to_a_confidential_line(scene: Scene, mobile: str, olle: str) -> None:
    """Olle sends the mobile on to Anna, whose phone redirects to Bo, whose line is confidential."""
    given_confidential(scene, "bo")
    scene.refers(olle, "201")
    scene.tell(Redirected(await scene.rung("anna"), "202"))
    await scene.hears(mobile, "DialRefused")
    assert heard(scene).endswith("DialRefused(rule='M4', mobile_on_line=False)")


async def hears_the_ways_on_at_once(scene: Scene, mobile: str) -> None:
    """Told once by which rule, then the ways on, a message among them; nobody of the on-call list was rung."""
    scene.finished(mobile)
    await scene.hears(mobile, "Offers")
    assert "Offer.MESSAGE" in heard(scene)
    assert refusals(scene) == [("M4",)]
    assert not counted(scene)
    assert not was_rung(scene, "bo")
    assert scene.log.of_kind("stage")[-1]["args"]["why"] == Why.NOT_RUNG
    told = [str(one["words"]) for one in scene.log.of_kind("heard")]
    assert "DialRefused" in told[-2]


@pytest.mark.parametrize("hours", HOURS)
async def test_a_mobile_that_a_colleague_sends_on_to_a_confidential_line_may_leave_a_message(
    hours: str,
) -> None:
    async with Scene(PATIENT) as scene:
        given_olle_is_no_operator(scene)
        olle, mobile = await talks(scene, "olle", ANOTHER_MOBILE)
        given(scene, hours)
        await is_led_to_a_confidential_line(scene, mobile, olle)
        await hears_the_ways_on_at_once(scene, mobile)


@pytest.mark.parametrize("hours", HOURS)
async def test_so_may_one_that_rang_in_and_that_an_operator_sends_on(hours: str) -> None:
    async with Scene(PATIENT) as scene:
        mobile, olle = await operator_has_caller(scene, ANNA_MOBILE)
        given(scene, hours)
        await is_led_to_a_confidential_line(scene, mobile, olle)
        await hears_the_ways_on_at_once(scene, mobile)


async def test_a_colleague_with_a_mobile_on_the_line_may_leave_a_confidential_one_a_message() -> None:
    async with Scene(PATIENT) as scene:
        given_confidential(scene, "bo")
        await talks(scene, "anna", ANOTHER_MOBILE)
        second = scene.dials("anna", "202")
        await scene.hears(second, "DialRefused")
        assert heard(scene).endswith("DialRefused(rule='M4', mobile_on_line=True)")
        await hears_the_ways_on_at_once(scene, second)
        scene.presses(second, "1")
        scene.finished(second)
        await scene.hears(second, "SpeakAfterTheTone")
