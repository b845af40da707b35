"""An operator who rings as anyone does: in no queue that is theirs to serve, and not given back to themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanvisa.policy.facts import Extension, OperatorState, Ringing, TargetKind
from unit.calls.scene import Scene, id_of
from unit.calls.test_groups import given_mobiles
from unit.calls.test_no_way_around import given_group_of
from unit.calls.test_not_put_through import PATIENT, is_told_by_the_rule
from unit.calls.test_unreferred import stages

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
