"""An operator whose phone rings no more is free, and who waits is offered them at once, whatever the phone rang for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanvisa.calls.dialling import Dialled
from hanvisa.calls.house import CallSettings
from hanvisa.errors import Refused
from hanvisa.policy.facts import Group, OperatorState, OutsideNumber, Phone, Ringing, TargetKind
from unit.calls.scene import ANNA_MOBILE, MAIN, Scene, id_of
from unit.calls.test_attendant import bo_is_operator, rung_anew, shown
from unit.calls.test_holding import after
from unit.calls.test_lost_in_joining import losing
from unit.calls.test_no_way_around import ANOTHER_MOBILE, marked, talks
from unit.calls.test_parking import parked

PATIENT = CallSettings(ring_person=20.0, ring_operator=1.0, key_wait=0.05)
GROUP = "+46980319283"
REJECTED = 21  # Q.850


async def waits(scene: Scene) -> None:
    """A caller comes to the queue."""
    caller = scene.rings_in(MAIN)
    for said in ("Greeting", "Queued"):
        await scene.hears(caller, said)
        scene.finished(caller)
    await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")


async def is_offered(scene: Scene, before: str) -> None:
    again = await rung_anew(scene, "olle", before)
    assert shown(scene, again) == "Hällefors kommun"


@pytest.mark.parametrize("is_rejected", [True, False])
async def test_of_a_number_that_was_dialled_at_the_console(*, is_rejected: bool) -> None:
    async with Scene(PATIENT) as scene:
        [phone] = scene.directory.register.phones_of(id_of("olle"))
        scene.house.dialling.ask(Dialled(phone, id_of("olle"), "202"))
        olle = await scene.rung("olle")
        await waits(scene)
        if is_rejected:
            scene.hangs_up(olle, REJECTED)
        await scene.over(olle)
        await is_offered(scene, olle)


def given_group(scene: Scene, *members: str, more: int = 0) -> list[str]:
    """Of these people, and of so many more, who have a phone each: the phones of the latter."""
    register, organisation = scene.directory.register, id_of("hallefors")
    accounts = [f"phone-{number}" for number in range(more)]
    [bo] = [one for one in register.persons.rows if one.id == id_of("bo")]
    group = Group(
        id_of("jouren"),
        "Jouren",
        organisation,
        tuple(map(id_of, (*members, *accounts))),
        (),
        Ringing.TOGETHER,
    )
    scene.directory.register = register.replace(
        groups=(group,),
        persons=(*register.persons.rows, *(replace(bo, id=id_of(one)) for one in accounts)),
        phones=(
            *register.phones.rows,
            *(Phone(id_of(f"phone of {one}"), one, organisation, id_of(one)) for one in accounts),
        ),
        numbers=(*register.numbers.rows, OutsideNumber(GROUP, TargetKind.GROUP, group.id)),
    )
    return accounts


async def test_of_a_call_to_their_group_which_they_reject_and_others_are_rung_for() -> None:
    async with Scene(PATIENT) as scene:
        given_group(scene, "olle", "bo")
        scene.rings_in(GROUP)
        olle, bo = await scene.rung("olle"), await scene.rung("bo")
        await waits(scene)
        scene.hangs_up(olle, REJECTED)
        await is_offered(scene, olle)
        assert scene.house.live.of_channel(bo) is not None


async def test_of_a_reminder_of_whom_they_have_parked_which_they_reject() -> None:
    async with Scene(PATIENT) as scene:
        caller, line = await parked(scene)
        await after(scene, caller, 61)
        reminder = await rung_anew(scene, "olle", line)
        await waits(scene)
        scene.hangs_up(reminder, REJECTED)
        await is_offered(scene, reminder)


async def test_of_a_reminder_which_they_answer_in_the_moment_in_which_their_phone_is_lost() -> None:
    control = losing(Refused("the channel is leaving"))
    async with Scene(PATIENT, control=control) as scene:
        caller, line = await parked(scene)
        await after(scene, caller, 61)
        reminder = await rung_anew(scene, "olle", line)
        await waits(scene)
        control.lost = reminder
        scene.answers(reminder)
        await is_offered(scene, reminder)
        assert scene.house.live.of_channel(reminder) is None


async def test_of_a_colleagues_call_which_they_answer_and_are_kept_apart_from() -> None:
    """M4: the colleague has a mobile on the line, and the call is marked while the operator's phone rings."""
    async with Scene(replace(PATIENT, ring_operator=20.0)) as scene:
        bo_is_operator(scene, OperatorState.OPEN)
        await talks(scene, "bo", ANOTHER_MOBILE)
        second = scene.dials("bo", "200")
        olle = await scene.rung("olle")
        await waits(scene)
        await marked(scene, second)
        scene.answers(olle)
        await is_offered(scene, olle)
        assert (olle, "normal") in scene.control.named("hang_up")


async def test_of_a_reminder_which_they_answer_and_are_kept_apart_from() -> None:
    """M4: the parked caller is a mobile, and the call is marked while the reminder rings."""
    async with Scene(PATIENT) as scene:
        caller, line = await parked(scene, ANNA_MOBILE)
        await after(scene, caller, 61)
        reminder = await rung_anew(scene, "olle", line)
        await waits(scene)
        await marked(scene, caller)
        scene.answers(reminder)
        await is_offered(scene, reminder)
        assert (reminder, "normal") in scene.control.named("hang_up")


async def test_who_waits_looks_again_once_however_many_phones_stop_ringing_at_once() -> None:
    async with Scene(replace(PATIENT, ring_person=20.0)) as scene:
        phones = given_group(scene, more=20)
        to_group = scene.rings_in(GROUP)
        for phone in phones:
            await scene.rung(phone)
        woken: list[None] = []
        scene.house.queues.on_wake(lambda: woken.append(None))
        scene.hangs_up(to_group)
        await scene.over(to_group)
        assert len(scene.control.named("hang_up")) >= len(phones)
        assert len(woken) == 2  # as the phones are free, and as the call is over
