"""Codes on the phone: carried out and confirmed, or what is wrong is said (G1, M3, M4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hanvisa.calls.house import CallSettings
from hanvisa.errors import StorageError
from hanvisa.policy.facts import Absence, AbsenceReason, Forwarding, ForwardingKind, TimeKind
from hanvisa.policy.forwarding import ForwardingLimits
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.testing import MemoryChanges
from unit.calls.scene import ANNA_MOBILE, NOW, Scene, id_of


async def test_an_absence_is_set_and_told_as_callers_hear_it() -> None:
    async with Scene() as scene:
        anna = scene.dials("anna", "*23*1*1330#")
        await scene.hears(anna, "Noted")
        await scene.hears(anna, "Referral")
        absence = scene.directory.register.absences_of(id_of("anna"))[0]
        assert (absence.starts_at, absence.ends_at) == (NOW, NOW + timedelta(hours=3, minutes=30))
        scene.finished(anna)
        await scene.over(anna)

        anna = scene.dials("anna", "*22")
        await scene.until(lambda: len(scene.control.named("play")) > 1, "what is set is told")
        assert scene.control.named("play")[-1][1] == ("/sounds/Breath", "/sounds/Referral")
        scene.finished(anna)
        anna = scene.dials("anna", "#23#")
        await scene.hears(anna, "BackAgain")
        assert not scene.directory.register.absences_of(id_of("anna"))


async def test_who_is_back_hears_of_the_forwarding_that_is_on_in_place_of_that_the_phone_rings() -> None:
    async with Scene() as scene:
        scene.given_absent("anna")
        forwarding = Forwarding(
            id_of("forwarding"), id_of("anna"), "202", NOW - timedelta(hours=1), NOW + timedelta(hours=5)
        )
        scene.directory.register = scene.directory.register.replace(forwardings=(forwarding,))
        anna = scene.dials("anna", "#23#")
        await scene.hears(anna, "BackAgain")
        told = [files for to, files, _ in scene.control.named("play") if to == anna]
        assert told == [("/sounds/Breath", "/sounds/Noted", "/sounds/BackAgain", "/sounds/ForwardingTold")]


async def test_an_absence_within_another_is_told_as_callers_hear_the_two() -> None:
    """Anna has holiday until Monday. That she sits in a meeting meanwhile is noted, and told to nobody."""
    async with Scene() as scene:
        _given_holiday(scene)
        anna = scene.dials("anna", "*23*1*1330#")
        confirmed = await _referral_heard(scene, anna)
        scene.finished(anna)
        await scene.over(anna)
        caller = scene.rings_in("+46980319201")
        assert await _referral_heard(scene, caller) == confirmed
        assert "har semester" in confirmed


@pytest.mark.parametrize("dialled", ["*23*6#", "*22#"])
async def test_a_private_reason_is_told_as_neutrally_as_to_callers(dialled: str) -> None:
    async with Scene() as scene:
        _given_holiday(scene, private=True, lasts=dialled == "*22#")
        anna = scene.dials("anna", dialled)
        assert "spoken_reason=None" in await _referral_heard(scene, anna)


def _given_holiday(scene: Scene, *, private: bool = False, lasts: bool = True) -> None:
    """There is the reason, and while it ``lasts`` Anna is away for it."""
    known = scene.directory.register
    holiday = AbsenceReason(
        "6", Text("Semester", "Holiday"), Text("har semester", "is on holiday"), TimeKind.DATE, private
    )
    began, ends = NOW - timedelta(days=2), NOW + timedelta(days=5)
    scene.directory.register = known.replace(
        reasons=(*known.reasons.rows, holiday),
        absences=[Absence(id_of("holiday"), id_of("anna"), holiday, began, ends)] if lasts else [],
    )


async def _referral_heard(scene: Scene, channel: str) -> str:
    await scene.hears(channel, "Referral")
    words = next(str(one["words"]) for one in scene.log.of_kind("heard") if one["channel"] == channel)
    return words[words.index("Referral(") :].split(" Offers(", maxsplit=1)[0]


@pytest.mark.parametrize("dialled", ["*23*1*0900#", "*23*5#", "*99#", "*21*201#"])
async def test_what_is_wrong_is_said_and_nothing_changes(dialled: str) -> None:
    async with Scene() as scene:
        before = scene.directory.register
        anna = scene.dials("anna", dialled)
        await scene.hears(anna, "CodeWrong")
        scene.finished(anna)
        await scene.over(anna)
        assert scene.directory.register is before


async def test_an_absence_that_would_empty_the_department_is_refused_in_words() -> None:
    """G3."""
    empty = Text(sv="Då blir avdelningen tom (G3).", en="That leaves the department empty (G3).")
    async with Scene() as scene:
        scene.directory.refuses = Decision(Effect.REFUSE, ("G3",), empty)
        anna = scene.dials("anna", "*23*1#")
        await scene.hears(anna, "CodeWrong")
        assert scene.log.of_kind("outcome") == [{"outcome": "code_wrong", "why": "empty_department"}]
        assert not scene.directory.register.absences_of(id_of("anna"))


async def test_a_forwarding_that_another_came_before_is_refused_in_words() -> None:
    """M3: the month's last day went to another phone of theirs in the same moment."""
    used = Text(sv="Månadens dagar räcker inte (M3).", en="The month's days are not enough (M3).")
    async with Scene() as scene:
        scene.directory.refuses = Decision(Effect.REFUSE, ("M3",), used)
        anna = scene.dials("anna", "*21*0701740690#")
        await scene.hears(anna, "CodeWrong")
        assert scene.log.of_kind("outcome") == [{"outcome": "code_wrong", "why": "used_up"}]
        assert not scene.directory.register.forwardings_of(id_of("anna"))


async def test_a_database_that_does_not_answer_in_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise StorageError("It could not be stored within 2 s.")

    monkeypatch.setattr(MemoryChanges, "set_absence", fails)
    async with Scene() as scene:
        anna = scene.dials("anna", "*23*1#")
        await scene.hears(anna, "TryLater")
        assert scene.log.of_kind("outcome") == [{"outcome": "code_not_stored"}]


async def test_a_forwarding_to_a_mobile_tells_the_days_left_and_keeps_its_decision() -> None:
    async with Scene() as scene:
        anna = scene.dials("anna", "*21*0701740605#")
        await scene.hears(anna, "ForwardingTold")
        assert "days_left=9" in scene.log.of_kind("heard")[-1]["words"]
        assert [decision["rules"] for decision in scene.log.of_kind("decision")] == [["M3"]]
        scene.finished(anna)
        await scene.over(anna)

        caller = scene.rings_in("0980319201")
        leg = await scene.rung("0701740605")
        scene.answers(leg)
        await scene.talking(caller, leg)


@pytest.mark.parametrize(
    ("kind", "cause"), [(ForwardingKind.BUSY, 17), (ForwardingKind.NO_ANSWER, 20), (ForwardingKind.ALWAYS, 0)]
)
async def test_each_kind_of_forwarding_is_followed_in_its_case(kind: ForwardingKind, cause: int) -> None:
    code = {ForwardingKind.ALWAYS: "*21", ForwardingKind.BUSY: "*67", ForwardingKind.NO_ANSWER: "*61"}[kind]
    async with Scene() as scene:
        anna = scene.dials("anna", f"{code}*202#")
        await scene.hears(anna, "ForwardingTold")
        scene.finished(anna)
        await scene.over(anna)

        caller = scene.rings_in("0980319201")
        if cause:
            scene.hangs_up(await scene.rung("anna"), cause)
        leg = await scene.rung("bo")
        scene.answers(leg)
        await scene.talking(caller, leg)


async def test_the_days_of_forwarding_to_a_mobile_are_a_setting() -> None:
    async with Scene(CallSettings(forwarding=ForwardingLimits(days_a_month=0))) as scene:
        anna = scene.dials("anna", f"*21*{ANNA_MOBILE}#")
        await scene.hears(anna, "CodeWrong")
        assert scene.log.of_kind("outcome")[-1]["why"] == "used_up"


async def test_a_forwarding_for_when_it_is_busy_is_not_followed_when_nobody_answers() -> None:
    async with Scene() as scene:
        anna = scene.dials("anna", "*67*202#")
        await scene.hears(anna, "ForwardingTold")
        scene.finished(anna)
        await scene.over(anna)
        caller = scene.rings_in("0980319201")
        scene.hangs_up(await scene.rung("anna"), 20)
        await scene.hears(caller, "Referral")
        assert not [dial for _, dial, *_ in scene.control.named("create") if dial == "PJSIP/bo"]


async def test_what_is_set_tells_of_the_marked_next_call_too() -> None:
    async with Scene() as scene:
        anna = scene.dials("anna", "*28#")
        await scene.hears(anna, "NextCallConfidential")
        scene.finished(anna)
        await scene.over(anna)
        anna = scene.dials("anna", "*22#")
        await scene.until(lambda: len(scene.control.named("play")) > 1, "what is set is told")
        assert scene.control.named("play")[-1][1] == ("/sounds/Breath", "/sounds/NextCallConfidential")


async def test_the_next_call_is_confidential_and_only_that() -> None:
    async with Scene() as scene:
        anna = scene.dials("anna", "*28#")
        await scene.hears(anna, "NextCallConfidential")
        scene.finished(anna)
        await scene.over(anna)

        anna = scene.dials("anna", ANNA_MOBILE)
        await scene.hears(anna, "DialRefused")
        assert [decision["rules"] for decision in scene.log.of_kind("decision")] == [[], ["M4"]]
        scene.finished(anna)
        await scene.over(anna)

        scene.dials("anna", ANNA_MOBILE)
        await scene.rung("0701740605")
