"""The mobiles of a group and of an on-call list: each is its holder's, who may be away or on the line (G1; O2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanvisa.policy.facts import Extension, Group, OutsideNumber, Ringing, ScopeKind, TargetKind
from unit.calls.scene import ANNA_MOBILE, MAIN, Scene, id_of
from unit.calls.test_attendant import QUICK, rung_anew
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_closed import SUNDAYS
from unit.calls.test_no_way_around import PATIENT, talks

GROUP, ANNAS = "+46980319283", "0701740605"
SECOND, NOBODYS = "+46701740626", "0701740626"  # a mobile that the group has, and that is not registered


def given_group(scene: Scene, *members: str) -> None:
    """Of these members and Anna's mobile, and nothing else of hers: a group, and the on-call list."""
    register, organisation = scene.directory.register, id_of("hallefors")
    of = (TargetKind.GROUP, id_of("jouren"))
    group = Group(of[1], "Jouren", organisation, tuple(map(id_of, members)), (ANNA_MOBILE,), Ringing.TOGETHER)
    [board] = register.switchboards.rows
    scene.directory.register = register.replace(
        groups=(group,),
        extensions=(*register.extensions.rows, Extension("250", organisation, *of)),
        numbers=(*register.numbers.rows, OutsideNumber(GROUP, *of)),
        switchboards=(replace(board, night_group_id=group.id),),
    )


def dialled(scene: Scene) -> list[str]:
    return [dial for _, dial, *_ in scene.control.named("create")]


async def test_a_group_does_not_ring_the_mobile_of_somebody_who_is_away() -> None:
    async with Scene(QUICK) as scene:
        given_group(scene, "bo")
        scene.given_absent("anna")
        caller = scene.rings_in(GROUP)
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(caller, bo)
        assert dialled(scene) == ["PJSIP/bo"]


async def test_it_rings_a_mobile_of_somebody_who_is_there_as_theirs_and_not_their_phone() -> None:
    async with Scene(QUICK) as scene:
        given_group(scene)
        caller = scene.rings_in(GROUP)
        mobile = await scene.rung(ANNAS)
        scene.answers(mobile)
        await scene.talking(caller, mobile)
        assert dialled(scene) == [f"PJSIP/{ANNAS}@carrier"]
        call = scene.house.live.of_channel(caller)
        assert call is not None
        assert call.other is not None
        assert call.other.person == id_of("anna")


async def test_whether_somebody_is_away_is_asked_once_who_is_a_member_and_has_a_mobile_in_it() -> None:
    async with Scene(QUICK) as scene:
        given_group(scene, "anna", "bo")
        scene.given_absent("anna")
        scene.rings_in(GROUP)
        await scene.rung("bo")
        asked = [
            one["facts"]["person"]["id"]
            for one in scene.log.of_kind("decision")
            if "absences" in one["facts"]
        ]
        assert asked == [str(id_of("anna")), str(id_of("bo"))]


async def test_who_is_on_the_line_is_not_rung_at_their_mobile() -> None:
    async with Scene(QUICK) as scene:
        given_group(scene, "bo")
        anna = scene.dials("anna", "0980319244")
        citizen = await scene.rung("0980319244")
        scene.answers(citizen)
        await scene.talking(anna, citizen)
        scene.rings_in(GROUP)
        await scene.rung("bo")
        assert dialled(scene)[1:] == ["PJSIP/bo"]


def given_closed_with_exception(scene: Scene) -> None:
    """The switchboard is closed but for its on-call list, and Anna's mobile there may be rung (O2)."""
    [board] = scene.directory.register.switchboards.rows
    scene.directory.register = scene.directory.register.replace(switchboards=(replace(board, hours=SUNDAYS),))
    scene.given_exception(scope=ScopeKind.NUMBER, scope_id=None, number=ANNA_MOBILE)


async def hears_closed_when_only_bo_was_rung(scene: Scene) -> None:
    caller = scene.rings_in(MAIN)
    await scene.hears(caller, "Greeting")
    scene.finished(caller)
    await scene.rung("bo")
    await scene.hears(caller, "SwitchboardClosed")


async def test_the_on_call_list_does_not_ring_the_mobile_of_somebody_who_is_away() -> None:
    async with Scene(QUICK) as scene:
        given_group(scene, "bo")
        given_closed_with_exception(scene)
        scene.given_absent("anna")
        await hears_closed_when_only_bo_was_rung(scene)
        assert dialled(scene) == ["PJSIP/bo"]


async def test_nor_that_of_somebody_who_is_on_the_line() -> None:
    async with Scene(QUICK) as scene:
        given_group(scene, "bo")
        given_closed_with_exception(scene)
        await talks(scene, "anna", "0980319244")
        await hears_closed_when_only_bo_was_rung(scene)
        assert dialled(scene)[1:] == ["PJSIP/bo"]


async def test_whoever_comes_after_one_who_has_got_on_the_line_meanwhile_keeps_their_turn() -> None:
    async with Scene(replace(QUICK, ring_person=0.5)) as scene:
        given_group(scene, "bo", "olle")
        given_closed_with_exception(scene)
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        bo = await scene.rung("bo")
        await talks(scene, "olle", "0980319244")
        scene.hangs_up(bo, 17)
        mobile = await scene.rung(ANNAS)
        scene.answers(mobile)
        await scene.talking(caller, mobile)
        assert dialled(scene) == ["PJSIP/bo", "PJSIP/0980319244@carrier", f"PJSIP/{ANNAS}@carrier"]


# A group of mobiles alone, to which an operator sends a caller (O2)


def given_mobiles(scene: Scene, ringing: Ringing) -> None:
    """250 are Anna's mobile and another, for which alone there is an exception, with two uses."""
    register, organisation = scene.directory.register, id_of("hallefors")
    group = Group(id_of("jour"), "Jour", organisation, (), (ANNA_MOBILE, SECOND), ringing)
    extension = Extension("250", organisation, TargetKind.GROUP, group.id)
    scene.directory.register = register.replace(
        groups=(group,), extensions=(*register.extensions.rows, extension)
    )
    scene.given_exception(scope=ScopeKind.NUMBER, scope_id=None, number=SECOND, max_uses=2)


def uses(scene: Scene) -> int:
    [exception] = scene.directory.register.exceptions.rows
    return exception.uses


def decided_on(scene: Scene) -> list[tuple[str, str]]:
    """Which mobiles were decided on, and how, in their order."""
    decisions = [one for one in scene.log.of_kind("decision") if one["decision"] == "JoinFacts"]
    return [
        (one["facts"]["number"]["number"], one["effect"])
        for one in decisions
        if one["facts"]["number"]["kind"] == "mobile"
    ]


@pytest.mark.parametrize("ringing", Ringing)
@pytest.mark.parametrize("is_first_away", [False, True], ids=["both there", "the first away"])
async def test_a_transfer_reaches_the_mobile_of_a_group_that_an_exception_lets_through_and_no_other(
    *, ringing: Ringing, is_first_away: bool
) -> None:
    async with Scene(QUICK) as scene:
        given_mobiles(scene, ringing)
        if is_first_away:
            scene.given_absent("anna")
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "250")
        mobile = await scene.rung(NOBODYS)
        scene.answers(mobile)
        await scene.talking(caller, mobile)
        assert dialled(scene) == ["PJSIP/olle", f"PJSIP/{NOBODYS}@carrier"]
        assert uses(scene) == 1
        judged = [(SECOND, "allow")] if is_first_away else [(ANNA_MOBILE, "refuse"), (SECOND, "allow")]
        assert decided_on(scene) == [(SECOND, "allow"), *judged]


@pytest.mark.parametrize("is_answered", [False, True], ids=["while it rings", "when it has answered"])
async def test_so_does_a_caller_whom_the_operator_joins_with_it_by_the_use_that_it_was_rung_by(
    *, is_answered: bool
) -> None:
    async with Scene(PATIENT) as scene:
        given_mobiles(scene, Ringing.IN_TURN)
        caller, olle = await operator_has_caller(scene)
        consultation = scene.dials("olle", "250")
        mobile = await scene.rung(NOBODYS)
        if is_answered:
            scene.answers(mobile)
            await scene.talking(consultation, mobile)
        scene.refers(olle, "250", other=consultation)
        if not is_answered:
            mobile = await rung_anew(scene, f"{NOBODYS}@carrier", mobile)
            scene.answers(mobile)
        await scene.until(
            lambda: scene.house.live.of_channel(mobile) is scene.house.live.of_channel(caller), "joined"
        )
        assert ANNAS not in "".join(dialled(scene))
        assert uses(scene) == 1


async def test_where_none_may_be_rung_it_is_refused_and_the_first_number_told() -> None:
    async with Scene(QUICK) as scene:
        given_mobiles(scene, Ringing.TOGETHER)
        scene.directory.register = scene.directory.register.replace(exceptions=())
        _, olle = await operator_has_caller(scene)
        scene.refers(olle, "250")
        await scene.hears(olle, "TransferRefused")
        assert ANNA_MOBILE in str(scene.log.of_kind("heard")[-1]["words"])
        assert dialled(scene) == ["PJSIP/olle"]
        assert decided_on(scene) == [(ANNA_MOBILE, "refuse")]
