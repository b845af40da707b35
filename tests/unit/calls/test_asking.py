"""Who else is asked: substitutes, departments and groups, with a switch that only remembers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from hanvisa.calls.house import CallSettings
from hanvisa.policy.facts import (
    Absence,
    Department,
    Extension,
    Forwarding,
    Group,
    OutsideNumber,
    Ringing,
    TargetKind,
)
from unit.calls.scene import ANNA_DIRECT, ANNA_MOBILE, MEETING, NOW, Scene, id_of
from unit.calls.test_attendant import rung_anew, shown
from unit.calls.test_calls import operator_has_caller

NUMBER = "+46980319283"
IN_TURN = CallSettings(ring_person=2.0, ring_operator=0.2, key_wait=0.05, ring_in_turn=0.1)


def given_absent(scene: Scene, **substitutes: str) -> None:
    """Each of them is away, with that substitute ("": none)."""
    absences = [
        Absence(
            id_of(f"absence of {name}"),
            id_of(name),
            MEETING,
            NOW - timedelta(hours=1),
            NOW + timedelta(hours=1),
            substitute_id=id_of(substitute) if substitute else None,
        )
        for name, substitute in substitutes.items()
    ]
    scene.directory.register = scene.directory.register.replace(absences=absences)


def given_group(scene: Scene, *members: str, numbers: tuple[str, ...] = (), ringing: Ringing) -> None:
    """The group at extension 250."""
    register = scene.directory.register
    group = Group(
        id_of("jouren"),
        "Jouren",
        id_of("hallefors"),
        tuple(id_of(member) for member in members),
        numbers,
        ringing,
    )
    extension = Extension("250", id_of("hallefors"), TargetKind.GROUP, group.id)
    scene.directory.register = register.replace(
        groups=(group,), extensions=(*register.extensions.rows, extension)
    )


def given_departments(scene: Scene, *departments: Department) -> None:
    """The department of Anna, Bo and Olle is at extension 260."""
    register = scene.directory.register
    extension = Extension("260", id_of("hallefors"), TargetKind.DEPARTMENT, id_of("tekniska"))
    scene.directory.register = register.replace(
        departments=departments or register.departments.rows,
        extensions=(*register.extensions.rows, extension),
    )


def given_number(scene: Scene, kind: TargetKind, id_: UUID) -> None:
    """What leads there from outside."""
    numbers = (*scene.directory.register.numbers.rows, OutsideNumber(NUMBER, kind, id_))
    scene.directory.register = scene.directory.register.replace(numbers=numbers)


async def offered(scene: Scene, caller: str, key: str) -> None:
    """The referral is heard, and the key pressed."""
    await scene.hears(caller, "Referral")
    scene.presses(caller, key)
    await scene.until(lambda: scene.control.named("stop_playing"), "the speech stops")
    scene.finished(caller)


def was_rung(scene: Scene, place: str) -> bool:
    return any(place in dial for _, dial, *_ in scene.control.named("create"))


async def test_2_reaches_the_substitute_of_the_substitute() -> None:
    async with Scene() as scene:
        given_absent(scene, anna="bo", bo="olle")
        caller = scene.rings_in(ANNA_DIRECT)
        await offered(scene, caller, "2")
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.talking(caller, olle)
        assert not was_rung(scene, "bo")
        assert "substitute='Olle Berg'" in scene.log.of_kind("heard")[0]["words"]


async def test_without_a_substitute_2_is_the_department() -> None:
    async with Scene() as scene:
        given_absent(scene, anna="")
        caller = scene.rings_in(ANNA_DIRECT)
        await offered(scene, caller, "2")
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(caller, bo)
        assert not was_rung(scene, "anna")


async def test_where_everybody_is_away_2_only_says_the_ways_on_again() -> None:
    async with Scene() as scene:
        given_absent(scene, anna="bo", bo="", olle="")
        caller = scene.rings_in(ANNA_DIRECT)
        await offered(scene, caller, "2")
        await scene.until(lambda: len(scene.log.of_kind("heard")) == 2, "the ways on")
        assert [data["name"] for data in scene.log.of_kind("stage")][-1] == "Referring"


async def test_a_confidential_call_stays_so_on_its_way_to_a_substitute_who_is_forwarded_to_a_mobile() -> None:
    async with Scene() as scene:
        given_absent(scene, anna="bo")
        register = scene.directory.register
        forwarding = Forwarding(
            id_of("forwarding"), id_of("bo"), ANNA_MOBILE, NOW - timedelta(hours=1), NOW + timedelta(hours=1)
        )
        persons = [
            replace(person, confidential=person.id == id_of("anna")) for person in register.persons.rows
        ]
        scene.directory.register = register.replace(persons=persons, mobiles=(), forwardings=(forwarding,))
        caller = scene.rings_in(ANNA_DIRECT)
        await offered(scene, caller, "2")
        await scene.rung("bo")
        refused = [d for d in scene.log.of_kind("decision") if d["effect"] == "refuse"]
        assert refused[0]["rules"] == ["M4"]
        assert not was_rung(scene, "070")


async def test_a_group_that_rings_in_turn_rings_one_after_the_other() -> None:
    async with Scene(IN_TURN) as scene:
        given_group(scene, "anna", "bo", ringing=Ringing.IN_TURN)
        caller = scene.dials("olle", "250")
        anna = await scene.rung("anna")
        assert not was_rung(scene, "bo")
        bo = await scene.rung("bo")
        assert (anna, "normal") in scene.control.named("hang_up")
        scene.answers(bo)
        await scene.talking(caller, bo)


@pytest.mark.parametrize("ringing", Ringing)
async def test_who_is_on_the_line_and_who_is_away_are_passed_over(ringing: Ringing) -> None:
    async with Scene(IN_TURN) as scene:
        given_group(scene, "anna", "bo", "olle", ringing=ringing)
        given_absent(scene, anna="")
        scene.dials("bo", "0980319250")
        await scene.rung("0980319250")
        colleague = scene.dials("anna", "250")
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.talking(colleague, olle)
        assert not was_rung(scene, "PJSIP/bo")
        assert not was_rung(scene, "PJSIP/anna")


async def test_a_phone_that_rings_for_another_caller_rings_for_this_one_too() -> None:
    async with Scene(IN_TURN) as scene:
        given_group(scene, "anna", ringing=Ringing.TOGETHER)
        scene.dials("bo", "250")
        first = await scene.rung("anna")
        scene.dials("olle", "250")
        await scene.until(lambda: len(scene.control.named("create")) == 2, "it rings for both")
        assert await scene.rung("anna") != first


async def test_stand_ins_are_followed_past_those_that_are_empty_and_not_in_a_circle() -> None:
    async with Scene() as scene:
        tekniska = scene.directory.register.departments.rows[0]
        empty = replace(tekniska, id=id_of("tom"), name="Tom", stand_in_id=id_of("kansli"))
        kansli = replace(tekniska, id=id_of("kansli"), name="Kansli", stand_in_id=tekniska.id)
        given_departments(scene, replace(tekniska, stand_in_id=empty.id), empty, kansli)
        register = scene.directory.register
        scene.directory.register = register.replace(
            persons=[
                replace(person, department_id=kansli.id) if person.id == id_of("bo") else person
                for person in register.persons.rows
            ]
        )
        given_number(scene, TargetKind.DEPARTMENT, tekniska.id)
        caller = scene.rings_in(NUMBER)
        scene.hangs_up(await scene.rung("anna"), 19)
        scene.hangs_up(await scene.rung("bo"), 19)
        await scene.until(lambda: "AtSwitchboard" in str(scene.log.of_kind("stage")[-1]), "the operators")
        assert scene.house.live.of_channel(caller) is not None
        decided = [d["because"]["en"] for d in scene.log.of_kind("decision") if "G3" in d["rules"]]
        assert decided == [
            "Nobody at Tekniska can answer, so Kansli answers instead (G3).",
            "Nobody at Kansli or its stand-ins can answer (G3).",
        ]


async def test_an_operator_sees_which_group_nobody_answered_at_and_the_caller_is_not_greeted() -> None:
    async with Scene() as scene:
        given_group(scene, "anna", "bo", ringing=Ringing.TOGETHER)
        given_number(scene, TargetKind.GROUP, id_of("jouren"))
        caller = scene.rings_in(NUMBER)
        scene.hangs_up(await scene.rung("anna"), 19)
        scene.hangs_up(await scene.rung("bo"), 19)
        assert shown(scene, await scene.rung("olle")) == "ÅTER Jouren: svarar ej"
        assert scene.log.of_kind("heard") == []
        assert scene.house.live.of_channel(caller) is not None


@pytest.mark.parametrize(("away", "why"), [(True, "frånvarande"), (False, "svarar ej")])
async def test_whom_an_operator_sent_to_a_department_in_vain_comes_back_as_it_was_decided(
    away: bool, why: str
) -> None:
    async with Scene() as scene:
        given_departments(scene)
        caller, olle = await operator_has_caller(scene)
        if away:
            given_absent(scene, anna="", bo="", olle="")
        scene.refers(olle, "260")
        if not away:
            scene.hangs_up(await scene.rung("anna"), 19)
            scene.hangs_up(await scene.rung("bo"), 19)
            olle = await rung_anew(scene, "olle", olle)  # as one of the department
            scene.hangs_up(olle, 19)
        again = await rung_anew(scene, "olle", olle)
        assert shown(scene, again) == f"ÅTER Tekniska: {why}"
        scene.answers(again)
        await scene.talking(caller, again)
        last = [one["because"]["en"] for one in scene.log.of_kind("decision") if "G3" in one["rules"]][-1]
        assert last == "Nobody at Tekniska or its stand-ins can answer (G3)."


@pytest.mark.parametrize("kind", [TargetKind.GROUP, TargetKind.DEPARTMENT])
async def test_where_there_are_no_operators_it_is_said_that_nobody_can_answer(kind: TargetKind) -> None:
    async with Scene() as scene:
        given_absent(scene, anna="", bo="", olle="")
        given_group(scene, "anna", ringing=Ringing.TOGETHER)
        given_number(scene, kind, id_of("jouren" if kind is TargetKind.GROUP else "tekniska"))
        scene.directory.register = scene.directory.register.replace(switchboards=(), operators=())
        caller = scene.rings_in(NUMBER)
        await scene.hears(caller, "DepartmentEmpty")
        name = "Jouren" if kind is TargetKind.GROUP else "Tekniska"
        assert f"DepartmentEmpty(department='{name}'" in scene.log.of_kind("heard")[0]["words"]


async def test_a_group_of_which_everybody_is_on_the_line_is_busy() -> None:
    async with Scene() as scene:
        given_group(scene, "anna", ringing=Ringing.TOGETHER)
        given_number(scene, TargetKind.GROUP, id_of("jouren"))
        talking = scene.dials("anna", "202")
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(talking, bo)
        scene.rings_in(NUMBER)
        assert shown(scene, await scene.rung("olle")) == "ÅTER Jouren: upptagen"


async def test_a_group_called_in_confidence_rings_its_phones_but_not_its_mobile() -> None:
    async with Scene(IN_TURN) as scene:
        given_group(scene, "bo", numbers=(ANNA_MOBILE,), ringing=Ringing.IN_TURN)
        register = scene.directory.register
        scene.directory.register = register.replace(
            persons=[
                replace(person, confidential=person.id == id_of("olle")) for person in register.persons.rows
            ]
        )
        scene.dials("olle", "250")
        scene.hangs_up(await scene.rung("bo"), 19)
        await scene.until(
            lambda: any(d["rules"] == ["M4"] for d in scene.log.of_kind("decision")), "the mobile is refused"
        )
        assert not was_rung(scene, "070")
