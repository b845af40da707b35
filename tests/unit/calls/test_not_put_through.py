"""Who is put through to nobody by a rule is told which, and what there is instead, and nothing counts (M4, O2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanvisa.calls.prompts import Why
from hanvisa.calls.signals import Redirected
from hanvisa.policy.facts import Department, Extension, ForwardingKind, OperatorState, Ringing, TargetKind
from hanvisa.policy.offers import Offer
from unit.calls.scene import ANNA_MOBILE, Scene, id_of
from unit.calls.test_attendance import without_phone
from unit.calls.test_attendant import QUICK, legs_to, rung_anew, shown
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_closed import close
from unit.calls.test_groups import given_mobiles
from unit.calls.test_interleaved import SlowToTell
from unit.calls.test_no_way_around import (
    ANOTHER_MOBILE,
    MOBILE,
    given_confidential,
    given_forwarded,
    given_group_of,
    marked,
    talks,
    was_rung,
)
from unit.calls.test_unreferred import counted, heard, refusals, stages

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


async def a_colleague_with_a_mobile(scene: Scene, hours: str) -> tuple[str, str]:
    """Olle, and the mobile on his line."""
    given_olle_is_no_operator(scene)
    olle, mobile = await talks(scene, "olle", ANOTHER_MOBILE)
    given(scene, hours)
    return olle, mobile


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
        olle, mobile = await a_colleague_with_a_mobile(scene, hours)
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


# the members of a group or a department


def given_members(scene: Scene, ringing: Ringing) -> None:
    """210 are Anna, whose phone is unplugged, and Bo, whose line is confidential."""
    given_confidential(scene, "bo")
    given_group_of(scene, "bo")
    register = scene.directory.register
    [group] = register.groups.rows
    group = replace(group, member_ids=(id_of("bo"), id_of("anna")), ringing=ringing)
    scene.directory.register = register.replace(groups=(group,))
    scene.control.registered = {"anna": ()}


async def is_told_by_the_rule(scene: Scene, channel: str, rule: str, *, mobile_on_line: bool) -> None:
    """And then the ways on, and is in no queue."""
    await scene.hears(channel, "DialRefused")
    assert heard(scene).endswith(f"DialRefused(rule='{rule}', mobile_on_line={mobile_on_line})")
    scene.finished(channel)
    await scene.hears(channel, "Offers")
    assert "Offer.OPERATOR" in heard(scene)
    assert refusals(scene) == [(rule,)]
    assert "AtSwitchboard" not in stages(scene)[-2:]


@pytest.mark.parametrize("ringing", Ringing)
@pytest.mark.parametrize("is_operator", [True, False], ids=["an operator", "a colleague"])
async def test_with_a_mobile_on_the_line_whoever_dials_a_group_in_confidence_is_told_by_which_rule(
    *, is_operator: bool, ringing: Ringing
) -> None:
    async with Scene(PATIENT) as scene:
        given_members(scene, ringing)
        if not is_operator:
            given_olle_is_no_operator(scene)
        await talks(scene, "olle", ANOTHER_MOBILE)
        await is_told_by_the_rule(scene, scene.dials("olle", "210"), "M4", mobile_on_line=True)


@pytest.mark.parametrize("ringing", Ringing)
async def test_with_a_caller_an_operator_who_dials_a_group_of_mobiles_is_told_by_which_rule(
    ringing: Ringing,
) -> None:
    async with Scene(PATIENT) as scene:
        given_mobiles(scene, ringing)
        scene.directory.register = scene.directory.register.replace(exceptions=())
        await operator_has_caller(scene)
        consultation = scene.dials("olle", "250")
        await is_told_by_the_rule(scene, consultation, "O2", mobile_on_line=False)
        assert not was_rung(scene, MOBILE)


@pytest.mark.parametrize("members", [(), ("bo",)], ids=["mobiles alone", "and a phone that is engaged"])
async def test_with_nothing_on_the_line_whoever_dials_a_group_in_confidence_comes_to_the_operators(
    members: tuple[str, ...],
) -> None:
    """It is not theirs to mend that its mobiles may not be rung."""
    async with Scene(PATIENT) as scene:
        given_mobiles(scene, Ringing.TOGETHER)
        register = scene.directory.register
        [group] = register.groups.rows
        scene.directory.register = register.replace(
            groups=(replace(group, member_ids=tuple(map(id_of, members))),),
            extensions=tuple(
                replace(one, confidential=one.target_id == group.id) for one in register.extensions.rows
            ),
            exceptions=(),
        )
        await talks(scene, "bo", "0980319244")
        anna = scene.dials("anna", "250")
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.talking(anna, olle)
        assert not refusals(scene)
        assert not was_rung(scene, MOBILE)


async def test_where_a_member_may_be_rung_whoever_rings_a_group_hears_nothing_of_the_others() -> None:
    """The first is refused, the second rung in vain: the operators take the call."""
    async with Scene(replace(PATIENT, ring_in_turn=0.2)) as scene:
        given_members(scene, Ringing.IN_TURN)
        scene.control.registered = {}
        another = replace(scene.directory.register.operators.rows[0], person_id=id_of("bo"))
        scene.directory.register = scene.directory.register.replace(operators=(another,))
        await talks(scene, "olle", ANOTHER_MOBILE)
        scene.dials("olle", "210")
        await scene.rung("anna")
        await scene.until(lambda: stages(scene)[-1] == "AtSwitchboard", "they come to the operators")
        assert not refusals(scene)


@pytest.mark.parametrize(
    ("ringing", "bo", "why"),
    [
        *((ringing, "is engaged", "kunde inte ringas upp") for ringing in Ringing),
        *((ringing, "does not answer", "svarar ej") for ringing in Ringing),
    ],
)
async def test_of_a_group_that_the_caller_may_not_reach_the_operator_sees_whether_anybodys_phone_rang(
    ringing: Ringing, bo: str, why: str
) -> None:
    """O2 keeps a citizen from its mobiles, after Bo's phone."""
    async with Scene(PATIENT) as scene:
        given_mobiles(scene, ringing)
        register = scene.directory.register
        [group] = register.groups.rows
        scene.directory.register = register.replace(
            groups=(replace(group, member_ids=(id_of("bo"),)),), exceptions=()
        )
        if bo == "is engaged":
            await talks(scene, "bo", "0980319255")
        _, olle = await operator_has_caller(scene)
        scene.refers(olle, "250")
        if bo == "does not answer":
            scene.hangs_up(await scene.rung("bo"), 19)
        assert shown(scene, await rung_anew(scene, "olle", olle)) == f"ÅTER Jour: {why}"
        assert not was_rung(scene, MOBILE)


async def test_a_colleague_with_a_mobile_on_the_line_whom_an_operator_sends_to_a_group_comes_back() -> None:
    async with Scene(PATIENT) as scene:
        given_group_of(scene, "anna")
        given_confidential(scene, "anna")
        await talks(scene, "bo", ANOTHER_MOBILE)
        caller, olle = await talks(scene, "bo", "200")
        scene.refers(olle, "210")
        await scene.hears(caller, "DialRefused")
        scene.finished(caller)
        await scene.until(lambda: stages(scene)[-1] == "BackToOperator", "they come back")
        assert refusals(scene) == [("M4",)]


@pytest.mark.parametrize("hours", HOURS)
async def test_a_mobile_that_a_redirect_leads_to_a_confidential_department_may_leave_it_a_message(
    hours: str,
) -> None:
    async with Scene(PATIENT) as scene:
        olle, mobile = await a_colleague_with_a_mobile(scene, hours)
        register, organisation = scene.directory.register, id_of("hallefors")
        social = Department(id_of("social"), "Social", id_of("drift"), organisation, confidential=True)
        persons = (
            replace(one, department_id=social.id) if one.id == id_of("bo") else one
            for one in register.persons.rows
        )
        scene.directory.register = register.replace(
            departments=(*register.departments.rows, social),
            persons=tuple(persons),
            extensions=(
                *register.extensions.rows,
                Extension("260", organisation, TargetKind.DEPARTMENT, social.id),
            ),
        )
        scene.refers(olle, "201")
        scene.tell(Redirected(await scene.rung("anna"), "260"))
        await scene.hears(mobile, "DialRefused")
        await hears_the_ways_on_at_once(scene, mobile)


# whose phone is answered, when the call has been marked while it rang


async def test_who_has_answered_has_no_unreferred_absence_and_whoever_has_a_mobile_on_the_line_is_told() -> (
    None
):
    async with Scene(PATIENT) as scene:
        await talks(scene, "olle", ANOTHER_MOBILE)
        second = scene.dials("olle", "201")
        anna = await scene.rung("anna")
        await marked(scene, second)
        scene.answers(anna)
        await scene.until(lambda: (anna, "normal") in scene.control.named("hang_up"), "kept apart")
        await is_told_by_the_rule(scene, second, "M4", mobile_on_line=True)
        assert not counted(scene)
        assert was_rung(scene, "PJSIP/anna") == 1


@pytest.mark.parametrize("hours", HOURS)
async def test_nor_has_who_has_answered_a_mobile_which_is_told_the_ways_on(hours: str) -> None:
    async with Scene(PATIENT) as scene:
        mobile, olle = await operator_has_caller(scene, ANNA_MOBILE)
        given(scene, hours)
        scene.refers(olle, "201")
        anna = await scene.rung("anna")
        await marked(scene, mobile)
        scene.answers(anna)
        await scene.hears(mobile, "DialRefused")
        await hears_the_ways_on_at_once(scene, mobile)


async def test_a_mobile_that_has_answered_is_kept_apart_and_the_phones_of_who_forwards_there_ring() -> None:
    async with Scene(PATIENT) as scene:
        given_forwarded(scene, "anna", MOBILE)
        caller = scene.dials("olle", "201")
        mobile = await scene.rung(MOBILE)
        await marked(scene, caller)
        scene.answers(mobile)
        anna = await scene.rung("anna")
        scene.answers(anna)
        await scene.talking(caller, anna)


async def test_who_has_got_a_mobile_on_their_own_line_is_busy_and_is_not_rung_again() -> None:
    async with Scene(PATIENT) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "202")
        bo = await scene.rung("bo")
        await talks(scene, "bo", ANOTHER_MOBILE)
        scene.answers(bo)
        await scene.hears(caller, "OfferToWait")
        assert was_rung(scene, "PJSIP/bo") == 1
        assert not refusals(scene)


# whose own phones do not ring, and who is forwarded to a mobile to which this caller is not put through


def given_phone_does_not_ring(scene: Scene, name: str, how: str) -> None:
    if how == "unplugged":
        scene.control.registered = {name: ()}
    else:
        without_phone(scene, name)


@pytest.mark.parametrize("how", ["unplugged", "no phone"])
@pytest.mark.parametrize("kind", [ForwardingKind.ALWAYS, ForwardingKind.NO_ANSWER])
async def test_an_operator_with_a_caller_is_told_why_whoever_is_forwarded_to_a_mobile_is_not_rung(
    kind: ForwardingKind, how: str
) -> None:
    async with Scene(PATIENT) as scene:
        await operator_has_caller(scene)
        given_forwarded(scene, "anna", MOBILE, kind)
        given_phone_does_not_ring(scene, "anna", how)
        await is_told_by_the_rule(scene, scene.dials("olle", "201"), "O2", mobile_on_line=False)
        assert not counted(scene)
        assert not was_rung(scene, MOBILE)


async def test_whoever_dials_them_in_confidence_is_told_and_may_leave_a_message() -> None:
    async with Scene(PATIENT) as scene:
        given_forwarded(scene, "anna", MOBILE)
        given_phone_does_not_ring(scene, "anna", "no phone")
        given_confidential(scene, "bo")
        bo = scene.dials("bo", "201")
        await is_told_by_the_rule(scene, bo, "M4", mobile_on_line=False)
        assert not counted(scene)


async def test_of_one_whose_mobile_was_answered_in_a_call_that_was_marked_the_rule_is_told_as_well() -> None:
    async with Scene(PATIENT) as scene:
        given_forwarded(scene, "anna", MOBILE)
        given_phone_does_not_ring(scene, "anna", "unplugged")
        caller = scene.dials("olle", "201")
        mobile = await scene.rung(MOBILE)
        await marked(scene, caller)
        scene.answers(mobile)
        await is_told_by_the_rule(scene, caller, "M4", mobile_on_line=False)
        assert not counted(scene)
        assert was_rung(scene, MOBILE) == 1


@pytest.mark.parametrize("kind", [ForwardingKind.ALWAYS, ForwardingKind.NO_ANSWER])
@pytest.mark.parametrize("how", ["unplugged", "no phone"])
async def test_a_citizen_whom_an_operator_had_hears_that_their_substitute_can_not_be_reached_and_it_does_not_count(
    how: str, kind: ForwardingKind
) -> None:
    """O2, of which no citizen is told: they have nobody on the line, and know of no mobile."""
    async with Scene(PATIENT) as scene:
        await chooses_a_substitute_who_is_forwarded(scene, how, kind)
        await scene.until(lambda: heard(scene).startswith("Referral(name='Bo Berg'"), "the referral")
        assert "not_rung" in heard(scene)
        assert "DialRefused" not in str(scene.log.of_kind("heard"))
        assert not counted(scene)
        assert not was_rung(scene, MOBILE)


async def test_nor_does_it_where_the_caller_comes_back_to_the_operator_then_who_sees_that_nobody_was_rung() -> (
    None
):
    async with Scene(replace(PATIENT, unanswered_transfer="recall")) as scene:
        await chooses_a_substitute_who_is_forwarded(scene, "no phone", ForwardingKind.ALWAYS)
        [before] = legs_to(scene, "olle")
        olle = await rung_anew(scene, "olle", before)
        assert shown(scene, olle) == "ÅTER Bo B: kunde inte ringas upp"
        assert not counted(scene)


async def chooses_a_substitute_who_is_forwarded(scene: Scene, how: str, kind: ForwardingKind) -> None:
    """A citizen whom Olle has sent to Anna, who is absent, chooses Bo, who is forwarded to a mobile."""
    scene.given_absent("anna")
    register = scene.directory.register
    [absence] = register.absences.rows
    scene.directory.register = register.replace(absences=(replace(absence, substitute_id=id_of("bo")),))
    given_forwarded(scene, "bo", MOBILE, kind)
    given_phone_does_not_ring(scene, "bo", how)
    caller, olle = await operator_has_caller(scene)
    scene.refers(olle, "201")
    await scene.hears(caller, "Referral")
    scene.presses(caller, Offer.INSTEAD.value)
    await scene.until(lambda: scene.control.named("stop_playing"), "the speech stops")
    scene.finished(caller)


# sent to an outside number


async def test_a_colleague_with_a_mobile_on_the_line_who_is_sent_outside_is_told_by_which_rule() -> None:
    async with Scene(PATIENT) as scene:
        await talks(scene, "bo", ANOTHER_MOBILE)
        caller, olle = await talks(scene, "bo", "200")
        scene.refers(olle, "0980319244")
        await scene.hears(caller, "DialRefused")
        assert heard(scene) == "DialRefused(rule='O2', mobile_on_line=True)"
        scene.finished(caller)
        await scene.until(lambda: "BackToOperator" in stages(scene), "they come back")
        assert refusals(scene) == [("O2",)]
        assert not was_rung(scene, "0980319244")


async def test_a_citizen_whose_exception_ends_as_they_are_sent_to_a_mobile_hears_that_they_are_not_put_through() -> (
    None
):
    """They have no caller, of which O2's words are to who dials a mobile."""
    control = SlowToTell()
    async with Scene(PATIENT, control=control) as scene:
        scene.given_exception()
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, MOBILE)
        await scene.until(lambda: control.asked, "the phone is told")
        scene.directory.register = scene.directory.register.replace(exceptions=())
        control.goes_on.set()
        await scene.hears(caller, "DialRefused")
        assert heard(scene) == "DialRefused(rule='', mobile_on_line=False)"
        assert refusals(scene) == [("O2",)]
        assert not was_rung(scene, MOBILE)
