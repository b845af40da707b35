"""A switchboard outside its hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from uuid import UUID

import pytest

from hanvisa.policy.facts import Extension, Group, OperatorState, OutsideNumber, ScopeKind, TargetKind, Window
from hanvisa.policy.numbers import NumberKind
from unit.calls.scene import ANNA_DIRECT, MAIN, Scene, id_of
from unit.calls.test_attendance import closes, presses_and_hears, without_phone
from unit.calls.test_attendant import rung_anew
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_waiting import QUICK, said_to, waits
from unit.calls.undialled import NotDialling

SUNDAYS = (Window((7,), time(3), time(4)),)
ON_CALL = "+46701740626"


def close(scene: Scene, *, night: bool = False) -> None:
    register = scene.directory.register
    [board] = register.switchboards.rows
    group = Group(id_of("jour"), "Jour", board.organisation_id, (id_of("bo"),), (ON_CALL,))
    board = replace(board, hours=SUNDAYS, night_group_id=group.id if night else None)
    scene.directory.register = register.replace(switchboards=(board,), groups=(group,))


async def test_closed_is_said_and_no_operator_is_rung() -> None:
    async with Scene() as scene:
        close(scene)
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "SwitchboardClosed")
        scene.finished(caller)
        await scene.over(caller)
        assert scene.control.named("create") == []
        [decision] = scene.log.of_kind("decision")
        assert (decision["decision"], decision["effect"]) == ("OpeningFacts", "refer")


async def test_the_on_call_list_is_rung_in_turn_a_mobile_only_by_an_exception() -> None:
    async with Scene() as scene:
        close(scene, night=True)
        scene.given_exception(scope=ScopeKind.NUMBER, scope_id=None, number=ON_CALL)
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        await scene.rung("bo")
        mobile = await scene.rung("0701740626")
        scene.answers(mobile)
        await scene.talking(caller, mobile)
        call = scene.house.live.of_channel(caller)
        assert call is not None
        assert call.other is not None
        assert call.other.kind is NumberKind.MOBILE


async def test_of_a_confidential_on_call_list_the_phones_ring_in_confidence_and_no_mobile() -> None:
    """M4: whatever the exceptions, and though it is not the list's own number that was dialled."""
    async with Scene() as scene:
        close(scene, night=True)
        line = OutsideNumber("+46980319250", TargetKind.GROUP, id_of("jour"), confidential=True)
        register = scene.directory.register
        scene.directory.register = register.replace(numbers=(*register.numbers.rows, line))
        scene.given_exception(scope=ScopeKind.NUMBER, scope_id=None, number=ON_CALL)
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        await scene.rung("bo")
        call = scene.house.live.of_channel(caller)
        assert call is not None
        assert call.state.confidential
        await scene.hears(caller, "SwitchboardClosed")
        assert [dial for _, dial, *_ in scene.control.named("create")] == ["PJSIP/bo"]


async def test_who_comes_after_one_of_the_on_call_list_who_has_just_left_is_rung() -> None:
    async with Scene() as scene:
        close(scene, night=True)
        register = scene.directory.register
        [group] = register.groups.rows
        group = replace(group, member_ids=(id_of("bo"), id_of("anna")), numbers=())
        scene.directory.register = register.replace(groups=(group,))
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        await scene.rung("bo")
        scene.given_absent("bo")
        await scene.rung("anna")


async def test_where_all_of_it_are_absent_closed_is_said_at_once() -> None:
    async with Scene() as scene:
        close(scene, night=True)
        register = scene.directory.register
        [group] = register.groups.rows
        scene.directory.register = register.replace(groups=(replace(group, numbers=()),))
        scene.given_absent("bo")
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "SwitchboardClosed")
        assert [files for _, files, _ in scene.control.named("play")] == [
            ("/sounds/Breath", "/sounds/SwitchboardClosed")
        ]


async def test_who_waits_as_it_closes_comes_to_the_on_call_list_when_the_last_operator_goes() -> None:
    """They are greeted no second time, and may leave their number where nobody of it answers."""
    async with Scene(QUICK) as scene:
        await operator_has_caller(scene)
        caller = await waits(scene)
        close(scene, night=True)
        scene.house.queues.wake()
        await scene.until(lambda: said_to(scene, caller, "QueuePlace(place=1") > 1, "still waiting")
        scene.control.commands.clear()
        await scene.directory.set_operator_state(id_of("olle"), OperatorState.CLOSED)
        scene.house.queues.wake()
        await scene.rung("bo")
        await scene.hears(caller, "NoOperator")
        scene.presses(caller, "4")
        await scene.until(lambda: (f"hv-play-{caller}",) in scene.control.named("stop_playing"), "it stops")
        scene.finished(caller)
        await scene.hears(caller, "ConfirmCallback")
        assert not [files for _, files, _ in scene.control.named("play") if "/sounds/Greeting" in files]


async def test_who_confirms_no_number_then_does_not_ring_the_on_call_list_again() -> None:
    async with Scene(QUICK) as scene:
        await operator_has_caller(scene)
        caller = await waits(scene)
        close(scene, night=True)
        await closes(scene)
        await scene.rung("bo")
        await scene.hears(caller, "NoOperator")
        scene.control.commands.clear()
        scene.presses(caller, "4")
        await scene.until(lambda: (f"hv-play-{caller}",) in scene.control.named("stop_playing"), "it stops")
        scene.finished(caller)
        await scene.hears(caller, "ConfirmCallback")
        scene.finished(caller)
        await scene.hears(caller, "NoOperator")
        assert scene.control.named("create") == []


async def test_without_a_list_they_may_leave_their_number_at_once() -> None:
    async with Scene(QUICK) as scene:
        await operator_has_caller(scene)
        caller = await waits(scene)
        close(scene)
        await scene.directory.set_operator_state(id_of("olle"), OperatorState.CLOSED)
        scene.house.queues.wake()
        await scene.hears(caller, "NoOperator")
        assert [dial for _, dial, *_ in scene.control.named("create")] == ["PJSIP/olle"]


async def test_without_an_exception_the_mobile_is_not_rung() -> None:
    async with Scene() as scene:
        close(scene, night=True)
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        await scene.rung("bo")
        await scene.hears(caller, "SwitchboardClosed")
        assert [dial for _, dial, *_ in scene.control.named("create")] == ["PJSIP/bo"]


# who sought somebody


@pytest.mark.parametrize("night", [False, True], ids=["closed", "nobody on call"])
async def test_who_presses_zero_at_a_referral_hears_closed_and_may_leave_whom_they_sought_a_message(
    *, night: bool
) -> None:
    """S1."""
    async with Scene() as scene:
        close(scene, night=night)
        scene.given_absent("anna")
        caller = scene.rings_in(ANNA_DIRECT)
        await scene.hears(caller, "Referral")
        await presses_and_hears(scene, caller, "0", "Greeting" if night else "SwitchboardClosed")
        scene.control.commands.clear()
        scene.finished(caller)
        if night:
            await scene.rung("bo")
            await scene.hears(caller, "SwitchboardClosed")
            scene.finished(caller)
        await scene.hears(caller, "Offers")
        await presses_and_hears(scene, caller, "1", "SpeakAfterTheTone")


async def test_so_may_who_sought_a_department_for_which_the_on_call_list_is_rung_in_vain() -> None:
    async with Scene() as scene:
        close(scene, night=True)
        caller = await rings_in_to(scene, TargetKind.DEPARTMENT, id_of("tekniska"))
        await scene.hears(caller, "SwitchboardClosed")
        scene.finished(caller)
        await scene.hears(caller, "Offers")
        await presses_and_hears(scene, caller, "1", "SpeakAfterTheTone")


async def test_for_who_rings_the_on_call_list_by_its_own_number_in_vain_it_is_not_rung_again() -> None:
    async with Scene() as scene:
        close(scene, night=True)
        caller = rings_the_list_itself(scene)
        scene.hangs_up(await scene.rung("bo"), 19)
        await scene.hears(caller, "SwitchboardClosed")
        scene.finished(caller)
        await scene.over(caller)
        dialled = [dial for _, dial, *_ in scene.control.named("create")]
        assert sorted(dialled) == ["PJSIP/0701740626@carrier", "PJSIP/bo"]


async def test_unless_asterisk_dialled_nobody_of_it() -> None:
    control = NotDialling()
    async with Scene(control=control) as scene:
        close(scene, night=True)
        caller = rings_the_list_itself(scene)
        bo = await scene.rung("bo")
        await scene.hears(caller, "Greeting")
        control.rings = True
        scene.finished(caller)
        bo = await rung_anew(scene, "bo", bo)
        scene.answers(bo)
        await scene.talking(caller, bo)


async def test_nor_is_it_left_out_for_whom_an_operator_had_sent_there_in_the_day() -> None:
    """The switchboard closes as they wait to come back to the operator."""
    async with Scene(replace(QUICK, unanswered_transfer="recall")) as scene:
        close(scene, night=True)
        register = scene.directory.register
        [closed], group = register.switchboards.rows, id_of("jour")
        scene.directory.register = register.replace(
            switchboards=(replace(closed, hours=()),),
            extensions=(
                *register.extensions.rows,
                Extension("210", id_of("hallefors"), TargetKind.GROUP, group),
            ),
        )
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "210")
        bo = await scene.rung("bo")
        scene.hangs_up(bo, 19)
        olle = await rung_anew(scene, "olle", olle)
        scene.directory.register = scene.directory.register.replace(switchboards=(closed,))
        await scene.directory.set_operator_state(id_of("olle"), OperatorState.CLOSED)
        scene.hangs_up(olle, 19)
        scene.house.queues.wake()
        bo = await rung_anew(scene, "bo", bo)
        scene.answers(bo)
        await scene.talking(caller, bo)


async def test_where_nothing_but_the_operators_is_offered_there_closed_is_the_end() -> None:
    async with Scene() as scene:
        close(scene, night=True)
        register = scene.directory.register
        group = Group(id_of("reception"), "Reception", id_of("hallefors"), (id_of("bo"),), ())
        scene.directory.register = register.replace(groups=(*register.groups.rows, group))
        caller = await rings_in_to(scene, TargetKind.GROUP, group.id)
        await scene.hears(caller, "SwitchboardClosed")
        scene.finished(caller)
        await scene.over(caller)
        assert not said_to(scene, caller, "Offers")


async def test_nor_is_anything_else_offered_of_who_has_no_phone_and_no_mobile_and_nobody_beside_them() -> (
    None
):
    async with Scene() as scene:
        close(scene)
        without_phone(scene, "anna")
        register = scene.directory.register
        scene.directory.register = register.replace(
            mobiles=(), persons=tuple(one for one in register.persons.rows if one.id == id_of("anna"))
        )
        caller = scene.rings_in(ANNA_DIRECT)
        await scene.hears(caller, "Referral")
        await presses_and_hears(scene, caller, "0", "SwitchboardClosed")
        scene.finished(caller)
        await scene.over(caller)
        assert said_to(scene, caller, "Offers") == 1, "those of the referral"


def rings_the_list_itself(scene: Scene) -> str:
    """A caller to the on-call list by its own number; their channel."""
    number = OutsideNumber("+46980319283", TargetKind.GROUP, id_of("jour"))
    register = scene.directory.register
    scene.directory.register = register.replace(numbers=(*register.numbers.rows, number))
    return scene.rings_in(number.number)


async def rings_in_to(scene: Scene, kind: TargetKind, target: UUID) -> str:
    """A caller to members whose phones are all unplugged, greeted where the switchboard is closed; their channel."""
    number = OutsideNumber("+46980319283", kind, target)
    register = scene.directory.register
    scene.directory.register = register.replace(numbers=(*register.numbers.rows, number))
    scene.control.registered = {"anna": (), "bo": (), "olle": ()}
    caller = scene.rings_in(number.number)
    await scene.hears(caller, "Greeting")
    scene.finished(caller)
    return caller
