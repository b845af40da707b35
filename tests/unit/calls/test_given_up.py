"""Who has left a number that a rule keeps from being rung back (M4, O2) is told, and nobody is rung without end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hanvisa.calls.ports import LiveChannel
from hanvisa.calls.prompts import Why
from hanvisa.calls.stages.ringing_back import TRIES
from hanvisa.calls.state import VARIABLE
from hanvisa.policy.facts import Callback
from unit.calls.scene import ANNA_MOBILE, NOW, Scene, id_of
from unit.calls.test_attendant import legs_to, rung_anew
from unit.calls.test_holding import second_operator
from unit.calls.test_no_way_around import MOBILE, PATIENT, given_confidential, marked, was_rung
from unit.calls.test_waiting import ready


def given_left(scene: Scene, *, tries: int = 0, confidential: bool = False) -> None:
    """Anna has left the number of her registered mobile."""
    left = Callback(
        id_of("callback"), id_of("board"), ANNA_MOBILE, NOW, NOW, tries=tries, confidential=confidential
    )
    scene.directory.register = scene.directory.register.replace(callbacks=(left,))


async def test_a_confidential_operator_rings_no_mobile_back_and_another_does() -> None:
    async with Scene(PATIENT) as scene:
        given_confidential(scene, "olle")
        second_operator(scene)
        given_left(scene)
        await ready(scene)
        scene.answers(await scene.rung("bo"))
        await scene.rung(MOBILE)
        assert not was_rung(scene, "PJSIP/olle")


async def test_a_confidential_one_to_a_mobile_is_given_up() -> None:
    """The mobile was registered since it was left."""
    async with Scene(PATIENT) as scene:
        given_left(scene, confidential=True)
        await ready(scene)
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.hears(olle, "DialRefused")
        assert not was_rung(scene, MOBILE)
        await is_told_that_it_is_given_up(scene, olle)


async def test_one_whose_holder_is_confidential_is_given_up() -> None:
    """The mark has come as an operator was rung for it."""
    async with Scene(PATIENT) as scene:
        given_left(scene)
        await ready(scene)
        olle = await scene.rung("olle")
        given_confidential(scene, "anna")
        scene.answers(olle)
        await scene.hears(olle, "DialRefused")
        assert not was_rung(scene, MOBILE)
        await is_told_that_it_is_given_up(scene, olle)


async def test_one_that_may_be_rung_again_by_then_stays() -> None:
    """The mobile is registered no more as it is told."""
    async with Scene(PATIENT) as scene:
        given_left(scene, confidential=True)
        await ready(scene)
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.hears(olle, "DialRefused")
        mobile = await is_rung_once_more(scene, olle)
        scene.directory.register = scene.directory.register.replace(mobiles=())
        scene.answers(mobile)
        await scene.hears(mobile, "WentWrong")
        assert scene.directory.register.callbacks.rows


async def is_rung_once_more(scene: Scene, operator: str) -> str:
    """Whoever left the number, when the operator has been told that it can't be rung: the channel."""
    scene.finished(operator)
    await scene.over(operator)
    scene.clock.advance(timedelta(minutes=6))
    scene.house.queues.wake()
    return await scene.rung(MOBILE)


async def is_told_that_it_is_given_up(scene: Scene, operator: str) -> None:
    """Whoever left the number, when they would have been rung once more: by which rule, and what to do."""
    mobile = await is_rung_once_more(scene, operator)
    scene.answers(mobile)
    await scene.hears(mobile, "DialRefused")
    await scene.hears(mobile, "CallbackGivenUp")
    assert scene.log.of_kind("outcome")[-1] == {"outcome": "refused", "rules": ("M4",)}
    scene.finished(mobile)
    await scene.over(mobile)
    assert not scene.directory.register.callbacks.rows
    assert len(legs_to(scene, "olle")) == 1, "no operator is rung for it again"
    assert not scene.control.named("bridge")


async def test_one_to_a_mobile_does_not_stand_for_ever_where_every_operator_has_become_confidential() -> None:
    """Who is free is told so, and then whoever left it."""
    async with Scene(PATIENT) as scene:
        given_confidential(scene, "olle")
        given_left(scene)
        await ready(scene)
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.hears(olle, "DialRefused")
        assert not was_rung(scene, MOBILE)
        assert scene.log.of_kind("outcome")[-1]["outcome"] == "not_rung_back"
        await is_told_that_it_is_given_up(scene, olle)


@pytest.mark.parametrize("answers", [False, True], ids=["does not answer", "hangs up before the end"])
@pytest.mark.parametrize(
    ("tries", "confidential", "said", "times"),
    [(1, True, "DialRefused", 2), (TRIES + 1, False, "TryLater", 1)],
    ids=["by a rule", "after the tries"],
)
async def test_who_does_not_hear_to_the_end_that_it_is_given_up_is_not_rung_for_ever(
    *, tries: int, confidential: bool, said: str, times: int, answers: bool
) -> None:
    async with Scene(PATIENT) as scene:
        given_left(scene, confidential=confidential, tries=tries)
        await ready(scene)
        to = f"{MOBILE}@carrier"
        for time in range(1, times + 1):
            await scene.until(lambda time=time: len(legs_to(scene, to)) == time, "it is rung")
            mobile = await scene.rung(MOBILE)
            if answers:
                scene.answers(mobile)
                await scene.hears(mobile, said)
            scene.hangs_up(mobile, 16 if answers else 17)
            await scene.until(lambda: not list(scene.house.live), "nobody is")
            scene.clock.advance(timedelta(minutes=6))
            scene.house.queues.wake()
        await scene.until(lambda: not scene.directory.register.callbacks.rows, "it is let go")
        assert len(legs_to(scene, to)) == times
        assert not was_rung(scene, "PJSIP/olle")


@pytest.mark.parametrize("tries", range(TRIES))
async def test_one_whose_operator_has_become_so_since_is_tried_once_more(tries: int) -> None:
    """By another, whose line is not; though it was the last try."""
    async with Scene(PATIENT) as scene:
        second_operator(scene)
        given_left(scene, tries=tries)
        await ready(scene)
        olle = await scene.rung("olle")
        given_confidential(scene, "olle")
        scene.answers(olle)
        await scene.hears(olle, "DialRefused")
        assert not was_rung(scene, MOBILE)
        assert scene.log.of_kind("outcome")[-1]["outcome"] == "rung_back_later"
        scene.finished(olle)
        await scene.over(olle)
        scene.clock.advance(timedelta(minutes=6))
        scene.house.queues.wake()
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.rung(MOBILE)


async def test_so_is_one_that_was_kept_apart_from_the_operator_as_it_answered() -> None:
    """It is not busy: the operator is told by which rule, and the number stays though it was the last try."""
    async with Scene(PATIENT) as scene:
        given_left(scene, tries=TRIES - 1)
        await ready(scene)
        olle = await scene.rung("olle")
        scene.answers(olle)
        mobile = await scene.rung(MOBILE)
        await marked(scene, olle)
        scene.answers(mobile)
        await scene.hears(olle, "DialRefused")
        assert scene.log.of_kind("outcome")[-1]["outcome"] == "rung_back_later"
        assert (mobile, "normal") in scene.control.named("hang_up")
        assert was_rung(scene, MOBILE) == 1
        scene.finished(olle)
        await scene.over(olle)
        [kept] = scene.directory.register.callbacks.rows
        assert kept.confidential, "the operator's mark holds for whoever rings them next"


async def test_a_mark_stays_that_was_made_as_it_was_rung_in_vain() -> None:
    """M4: it is an employee's mobile, and no operator rings it any more."""
    async with Scene(PATIENT) as scene:
        given_left(scene)
        await ready(scene)
        olle = await scene.rung("olle")
        scene.answers(olle)
        mobile = await scene.rung(MOBILE)
        await marked(scene, olle)
        scene.hangs_up(mobile, 17)
        await scene.hears(olle, "OutsideFailed")
        scene.finished(olle)
        await scene.over(olle)
        scene.clock.advance(timedelta(minutes=6))
        scene.house.queues.wake()
        await scene.until(lambda: was_rung(scene, MOBILE) == 2, "they are rung once more")
        scene.answers(await scene.rung(MOBILE))
        await scene.until(lambda: scene.log.of_kind("outcome")[-1].get("rules") == ("M4",), "they are told")
        assert len(legs_to(scene, "olle")) == 1, "no operator is rung for it again"


async def test_nor_is_it_lost_with_the_operator_who_hangs_up_while_it_rings() -> None:
    async with Scene(PATIENT) as scene:
        given_left(scene)
        await ready(scene)
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.rung(MOBILE)
        await marked(scene, olle)
        scene.hangs_up(olle)
        await scene.over(olle)
        [kept] = scene.directory.register.callbacks.rows
        assert kept.confidential


async def test_nor_with_the_service_that_is_killed_meanwhile() -> None:
    async with Scene(PATIENT) as scene:
        given_left(scene)
        await ready(scene)
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.rung(MOBILE)
        await marked(scene, olle)
    async with Scene(PATIENT) as later:
        later.directory.register = scene.directory.register
        later.open_calls.states = scene.open_calls.states
        later.control.variables[olle, VARIABLE] = scene.control.variables[olle, VARIABLE]
        later.control.existing = (LiveChannel(olle, "olle", "", "", up=True),)
        later.control.orphaned = (olle,)
        await ready(later)
        await later.hears(olle, "DialRefused")
        [kept] = later.directory.register.callbacks.rows
        assert kept.confidential


async def test_one_that_rules_keep_operator_after_operator_from_is_given_up_in_the_end() -> None:
    """O2: the fallback put a caller through to Olle, of which nothing else is known."""
    async with Scene(PATIENT) as scene:
        scene.control.existing = (LiveChannel("unknown", "olle", "", "", up=True),)
        given_left(scene)
        await ready(scene)
        olle = await scene.rung("olle")
        for times in range(TRIES + 1):
            scene.answers(olle)
            await scene.hears(olle, "DialRefused")
            scene.finished(olle)
            await scene.over(olle)
            scene.clock.advance(timedelta(minutes=6))
            scene.house.queues.wake()
            if times < TRIES:
                olle = await rung_anew(scene, "olle", olle)
        mobile = await scene.rung(MOBILE)
        scene.answers(mobile)
        await scene.hears(mobile, "TryLater")
        scene.finished(mobile)
        await scene.over(mobile)
        assert scene.log.of_kind("outcome")[-1] == {"outcome": "not_rung_back", "why": Why.NOT_RUNG}
        assert not scene.directory.register.callbacks.rows
        assert len(legs_to(scene, "olle")) == TRIES + 1
