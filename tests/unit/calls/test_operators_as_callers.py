"""An operator who rings as anyone does: in no queue that is theirs to serve, and not given back to themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanvisa.errors import Gone
from hanvisa.policy.facts import Extension, ForwardingKind, OperatorState, Ringing, TargetKind
from hanvisa.testing import FakeCallControl
from unit.calls.scene import Scene, id_of
from unit.calls.test_attendant import rung_anew
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_groups import given_mobiles
from unit.calls.test_interleaved import SlowToTell
from unit.calls.test_no_way_around import (
    ANOTHER_MOBILE,
    given_confidential,
    given_forwarded,
    given_group_of,
    talks,
    was_rung,
)
from unit.calls.test_not_put_through import PATIENT, is_told_by_the_rule
from unit.calls.test_unreferred import heard, stages

OWN_QUEUE = {"AtSwitchboard", "BackToOperator"}


def given_state(scene: Scene, state: OperatorState) -> None:
    [olle] = scene.directory.register.operators.rows
    scene.directory.register = scene.directory.register.replace(operators=(replace(olle, state=state),))


# a group or a department, in vain


async def test_one_who_dials_a_confidential_group_of_mobiles_is_told_by_which_rule() -> None:
    """M4, with nothing on the line: it is nobody's to mend but theirs."""
    async with Scene(PATIENT) as scene:
        given_mobiles(scene, Ringing.TOGETHER)
        register = scene.directory.register
        extensions = (replace(one, confidential=one.number == "250") for one in register.extensions.rows)
        scene.directory.register = register.replace(extensions=tuple(extensions), exceptions=())
        await is_told_by_the_rule(scene, scene.dials("olle", "250"), "M4", mobile_on_line=False)
        assert not OWN_QUEUE & set(stages(scene))


@pytest.mark.parametrize("state", [OperatorState.OPEN, OperatorState.PAUSED])
@pytest.mark.parametrize("kind", [TargetKind.GROUP, TargetKind.DEPARTMENT])
async def test_one_who_dials_members_in_vain_hears_that_nobody_is_there_and_is_in_no_queue(
    kind: TargetKind, state: OperatorState
) -> None:
    async with Scene(PATIENT) as scene:
        given_state(scene, state)
        given_unplugged(scene, kind)
        olle = scene.dials("olle", "210")
        await scene.hears(olle, "DepartmentEmpty")
        scene.finished(olle)
        await scene.hears(olle, "Goodbye")
        scene.finished(olle)
        await scene.over(olle)
        assert not OWN_QUEUE & set(stages(scene))
        assert not any("operators" in one["because"]["en"] for one in scene.log.of_kind("decision"))


async def test_one_who_is_off_duty_comes_to_the_operators_as_anyone_does() -> None:
    async with Scene(PATIENT) as scene:
        given_state(scene, OperatorState.CLOSED)
        given_unplugged(scene, TargetKind.GROUP)
        scene.dials("olle", "210")
        await scene.until(lambda: "AtSwitchboard" in stages(scene), "they come to the operators")


def given_unplugged(scene: Scene, kind: TargetKind) -> None:
    """210 leads to Bo, whose phone is unplugged as everybody's is: a group, or their department."""
    given_group_of(scene, "bo")
    scene.control.registered = {"anna": (), "bo": (), "olle": ()}
    if kind is TargetKind.DEPARTMENT:
        register = scene.directory.register
        line = Extension("210", id_of("hallefors"), kind, id_of("tekniska"))
        kept = (one for one in register.extensions.rows if one.number != line.number)
        scene.directory.register = register.replace(extensions=(*kept, line))


# sent on by a colleague with whom they talk


async def test_one_whom_a_colleague_sends_to_members_in_vain_hears_that_nobody_is_there() -> None:
    async with Scene(PATIENT) as scene:
        given_unplugged(scene, TargetKind.GROUP)
        scene.control.registered = {"bo": ()}
        olle, anna = await talks(scene, "olle", "201")
        scene.refers(anna, "210")
        await scene.hears(olle, "DepartmentEmpty")
        assert not OWN_QUEUE & set(stages(scene))


@pytest.mark.parametrize("rings", ["olle", "anna"])
async def test_nor_is_one_whom_they_send_to_who_does_not_answer_though_callers_are_to_come_back(
    rings: str,
) -> None:
    """Whichever of the two has rung the other."""
    async with Scene(replace(PATIENT, unanswered_transfer="recall")) as scene:
        channels = await talks(scene, rings, "201" if rings == "olle" else "200")
        olle, anna = channels if rings == "olle" else reversed(channels)
        scene.refers(anna, "202")
        scene.hangs_up(await scene.rung("bo"), 19)
        await scene.hears(olle, "Referral")
        assert "no_answer" in heard(scene)
        assert not OWN_QUEUE & set(stages(scene))


async def test_nor_one_with_a_mobile_on_the_line_whom_they_send_to_a_confidential_person() -> None:
    """M4: they are told, and then the ways on."""
    async with Scene(PATIENT) as scene:
        await talks(scene, "olle", ANOTHER_MOBILE)
        given_confidential(scene, "bo")
        olle, anna = await talks(scene, "olle", "201")
        scene.refers(anna, "202")
        await is_told_by_the_rule(scene, olle, "M4", mobile_on_line=True)
        assert not OWN_QUEUE & set(stages(scene))
        assert not was_rung(scene, "bo")


async def test_nor_one_whom_they_join_with_somebody_who_hangs_up_meanwhile() -> None:
    control = SlowToTell()
    async with Scene(PATIENT, control=control) as scene:
        olle, anna = await talks(scene, "olle", "201")
        second, bo = await talks(scene, "anna", "202")
        scene.refers(anna, "202", other=second)
        await scene.until(lambda: control.asked, "her phone is told")
        scene.hangs_up(bo)
        await scene.over(second)
        control.goes_on.set()
        await scene.hears(olle, "TryLater")
        assert not OWN_QUEUE & set(stages(scene))


async def test_nor_one_whom_they_join_with_somebody_who_is_lost_in_the_moment_of_joining() -> None:
    control = LosingWhoIsBrought()
    async with Scene(PATIENT, control=control) as scene:
        olle, anna = await talks(scene, "olle", "201")
        second, control.lost = await talks(scene, "anna", "202")
        scene.refers(anna, "202", other=second)
        await scene.hears(olle, "TryLater")
        scene.finished(olle)
        await scene.over(olle)
        assert not OWN_QUEUE & set(stages(scene))


class LosingWhoIsBrought(FakeCallControl):
    """Whoever is ``lost`` hangs up as they are brought over from another talk."""

    lost: str = ""

    async def add_to_bridge(self, bridge: str, channel: str) -> None:
        if channel == self.lost:
            self.is_gone(channel)
            raise Gone("no such channel")
        await super().add_to_bridge(bridge, channel)


async def test_one_whom_another_operator_sends_on_in_vain_comes_back_to_that_one() -> None:
    async with Scene(replace(PATIENT, unanswered_transfer="recall")) as scene:
        another = replace(scene.directory.register.operators.rows[0], person_id=id_of("anna"), phone_id=None)
        register = scene.directory.register
        scene.directory.register = register.replace(operators=(*register.operators.rows, another))
        olle, anna = await talks(scene, "olle", "201")
        scene.refers(anna, "202")
        scene.hangs_up(await scene.rung("bo"), 19)
        again = await rung_anew(scene, "anna", anna)
        scene.answers(again)
        await scene.talking(olle, again)


async def test_one_who_has_a_caller_is_kept_from_mobiles_though_a_colleague_sends_them_on() -> None:
    """O2: the colleague whom they are sent to is forwarded to a mobile meanwhile."""
    async with Scene(PATIENT) as scene:
        await operator_has_caller(scene)
        olle, anna = await talks(scene, "olle", "201")
        scene.refers(anna, "202")
        bo = await scene.rung("bo")
        given_forwarded(scene, "bo", ANOTHER_MOBILE, ForwardingKind.NO_ANSWER)
        scene.hangs_up(bo, 19)
        await scene.hears(olle, "Referral")
        assert not was_rung(scene, ANOTHER_MOBILE)
