"""Who is rung in vain (G1): an unreferred absence where none is registered; of one that is, the caller hears."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hanvisa.calls.signals import Redirected
from hanvisa.policy.facts import Absence, AbsenceReason, TimeKind
from hanvisa.policy.model import Text
from hanvisa.policy.offers import Offer
from unit.calls.scene import ANNA_DIRECT, ANNA_MOBILE, NOW, Scene, id_of
from unit.calls.test_attendance import GoneAsThePhoneIsToRing
from unit.calls.test_attendant import QUICK
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_no_way_around import ANOTHER_MOBILE, given_confidential, talks, was_rung

HOUR = timedelta(hours=1)
AT_HOME = AbsenceReason(
    "11",
    Text("Hemifrån", "At home"),
    Text("arbetar hemifrån", "works from home"),
    TimeKind.TIME,
    reachable=True,
)


def given_at_home(scene: Scene, name: str) -> None:
    absence = Absence(id_of("absence"), id_of(name), AT_HOME, NOW - HOUR, NOW + HOUR)
    scene.directory.register = scene.directory.register.replace(absences=(absence,))


def outcome(scene: Scene) -> dict[str, Any]:
    [referred] = [one for one in scene.log.of_kind("outcome") if one["outcome"] == "referred"]
    return referred


def heard(scene: Scene) -> str:
    return str(scene.log.of_kind("heard")[-1]["words"])


def because(scene: Scene) -> str:
    [decision] = [one for one in scene.log.of_kind("decision") if one["decision"] == "UnansweredFacts"]
    assert decision["rules"][0] == "G1"
    return str(decision["because"]["en"])


async def test_no_answer_without_an_absence_is_one() -> None:
    async with Scene(QUICK) as scene:
        caller = scene.rings_in(ANNA_DIRECT)
        await scene.rung("anna")
        await scene.hears(caller, "Referral")
        assert outcome(scene)["unreferred"]
        assert because(scene).endswith("counted as an unreferred absence (G1).")


@pytest.mark.parametrize(("cause", "why"), [(17, "busy"), (19, "no_answer"), (20, "unplugged")])
async def test_whoever_has_set_that_they_work_from_home_and_is_not_to_be_had_has_none(
    cause: int, why: str
) -> None:
    async with Scene(QUICK) as scene:
        given_at_home(scene, "anna")
        caller = scene.rings_in(ANNA_DIRECT)
        scene.hangs_up(await scene.rung("anna"), cause)
        await scene.hears(caller, "Referral")
        assert (outcome(scene)["why"], outcome(scene)["unreferred"]) == (why, False)
        assert because(scene).endswith("not counted, since an absence is registered (G1).")


async def test_nor_has_whoever_is_absent_and_rung_past_the_referral() -> None:
    async with Scene(QUICK) as scene:
        scene.given_absent("anna")
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "*60*201")
        await scene.rung("anna")
        await scene.hears(caller, "Referral")
        assert (outcome(scene)["why"], outcome(scene)["unreferred"]) == ("absent", False)
        assert because(scene).endswith("not counted, since an absence is registered (G1).")
        assert "is in a meeting" in heard(scene)


async def test_who_sets_an_absence_while_their_phone_rings_is_told_to_be_absent() -> None:
    async with Scene(QUICK) as scene:
        caller = scene.rings_in(ANNA_DIRECT)
        await scene.rung("anna")
        scene.given_absent("anna")
        await scene.hears(caller, "Referral")
        assert "is in a meeting" in heard(scene)
        assert (outcome(scene)["why"], outcome(scene)["unreferred"]) == ("absent", False)


async def test_and_an_operator_to_whom_the_caller_goes_sees_it() -> None:
    async with Scene(QUICK) as scene:
        caller = scene.rings_in(ANNA_DIRECT)
        await scene.rung("anna")
        scene.given_absent("anna")
        await scene.hears(caller, "Referral")
        scene.presses(caller, Offer.OPERATOR.value)
        await scene.rung("olle")
        shown = [variables["CONNECTEDLINE(name,i)"] for _, _, variables, _ in scene.control.named("create")]
        assert shown[-1] == "ÅTER Anna B: frånvarande"


async def test_who_works_from_home_and_does_not_answer_is_told_not_to() -> None:
    async with Scene(QUICK) as scene:
        given_at_home(scene, "anna")
        caller = scene.rings_in(ANNA_DIRECT)
        await scene.rung("anna")
        await scene.hears(caller, "Referral")
        assert "no_answer" in heard(scene)
        assert "works from home" not in heard(scene)


async def test_nor_has_whom_a_caller_rang_who_hung_up_just_as_the_leg_was_made() -> None:
    async with Scene(QUICK, control=GoneAsThePhoneIsToRing()) as scene:
        scene.rings_in(ANNA_DIRECT)
        await scene.until(lambda: scene.log.of_kind("closed"), "the call is over")
        assert stages(scene)[-1] == "ReachingPerson"
        assert not counted(scene)


# M4: whose phones were not rung, for the caller has a mobile on the line, or is one


def refusals(scene: Scene) -> list[Any]:
    return [one["rules"] for one in scene.log.of_kind("outcome") if one["outcome"] == "refused"]


def stages(scene: Scene) -> list[str]:
    return [one["name"] for one in scene.log.of_kind("stage")]


def counted(scene: Scene) -> list[dict[str, Any]]:
    return [one for one in scene.log.of_kind("outcome") if one.get("unreferred")]


async def test_an_operator_with_a_mobile_on_the_line_hears_why_a_confidential_colleague_is_not_rung() -> None:
    async with Scene(QUICK) as scene:
        given_confidential(scene, "anna")
        await talks(scene, "olle", ANOTHER_MOBILE)
        second = scene.dials("olle", "201")
        await scene.until(lambda: any(to == second for to, *_ in scene.control.named("play")), "an answer")
        assert heard(scene) == "Breath() DialRefused(rule='M4', mobile_on_line=True)"
        scene.finished(second)
        await scene.hears(second, "Offers")
        assert not was_rung(scene, "anna")
        assert refusals(scene) == [("M4",)]
        assert not counted(scene)


async def test_a_colleague_with_a_mobile_on_the_line_whom_an_operator_sends_on_is_told_and_comes_back() -> (
    None
):
    async with Scene(QUICK) as scene:
        given_confidential(scene, "anna")
        await talks(scene, "bo", ANOTHER_MOBILE)
        caller, olle = await talks(scene, "bo", "200")
        scene.refers(olle, "201")
        await scene.hears(caller, "DialRefused")
        scene.finished(caller)
        await scene.until(lambda: stages(scene)[-1] == "AtSwitchboard", "they wait for the operator")
        assert not was_rung(scene, "anna")
        assert refusals(scene) == [("M4",)]
        assert not counted(scene)


async def test_a_mobile_that_a_redirect_leads_to_a_confidential_line_is_told_and_may_leave_a_message() -> (
    None
):
    async with Scene(QUICK) as scene:
        given_confidential(scene, "bo")
        caller, olle = await operator_has_caller(scene, ANNA_MOBILE)
        scene.refers(olle, "201")
        scene.tell(Redirected(await scene.rung("anna"), "202"))
        await scene.hears(caller, "DialRefused")
        scene.finished(caller)
        await scene.hears(caller, "Offers")
        assert "Offer.MESSAGE" in heard(scene)
        assert not was_rung(scene, "bo")
        assert refusals(scene) == [("M4",)]
        assert not counted(scene)
