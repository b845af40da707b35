"""The wall clock jumps by an hour, either way: nobody waits until it has caught up, and nobody is thrown out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from hanvisa.calls.queue import LEFT_ALONE, Queues
from hanvisa.calls.signals import Held
from hanvisa.policy.facts import OperatorState
from unit.calls import stories
from unit.calls.play import Play, Story
from unit.calls.scene import MAIN, NOW, id_of

HOUR = timedelta(hours=1)
JUMPS = {"forward": HOUR, "back": -HOUR}
SETTLED = 200.0  # seconds: longer than anybody is held, waits for a busy person, or is expected back
jumping = pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)


async def held(play: Play) -> None:
    """The operator's phone rings meanwhile, and answers: the caller is with them again."""
    await play.has_operator()
    operator = play.switch.leg("olle")
    assert operator is not None
    play.scene.tell(Held(operator))
    await asyncio.sleep(1)


async def parked(play: Play) -> None:
    await play.has_operator()
    await play.refers("*68*202#")


async def camping_on(play: Play) -> None:
    play.switch.phones["bo"] = "busy"
    await play.has_operator()
    operator = play.switch.leg("olle")
    assert operator is not None
    play.scene.refers(operator, "202")
    await play.a_while(3)
    await play.presses("5")


@jumping
@pytest.mark.parametrize("story", [held, parked, camping_on], ids=lambda story: story.__name__)
async def test_who_is_held_parked_or_waits_is_with_somebody_as_soon_as_without_it(
    story: Story, jump: timedelta
) -> None:
    play = Play()
    async with play.scene:
        await story(play)
        stages_before = len(play.scene.log.of_kind("stage"))
        play.scene.clock.advance(jump)
        await play.a_while(SETTLED)
        play.must_have_a_way_on()
        later = [one["name"] for one in play.scene.log.of_kind("stage")[stages_before:]]
        assert {"AtSwitchboard", "BackToOperator", "Talking"} & set(later)
        assert play.caller in play.switch.alive


@jumping
async def test_who_waits_in_the_queue_keeps_the_place_and_is_served(jump: timedelta) -> None:
    play = Play()
    async with play.scene:
        first = play.scene.rings_in(MAIN)
        await play.a_while()
        play.rings_in(MAIN)
        await play.a_while(10)
        play.scene.clock.advance(jump)
        later = play.scene.rings_in(MAIN)
        await play.a_while(10)
        play.switch.goes(first)
        await play.a_while(10)
        served = {channel for channel in (play.caller, later) if play.switch.partner(channel)}
        assert len(served) == 1
        assert play.switch.longest_silence < 3.0


@jumping
async def test_who_talks_or_listens_notices_nothing(jump: timedelta) -> None:
    play = Play()
    async with play.scene:
        await stories.present(play)
        play.scene.clock.advance(jump)
        await play.a_while()
        assert play.switch.partner(play.caller)


@jumping
async def test_an_operator_is_offered_callers_again_as_soon_as_without_it(jump: timedelta) -> None:
    queues = Queues(wrap_up=5)
    [operator] = Play().scene.directory.register.operators.rows
    queues.left(operator.person_id, NOW)
    queues.missed(operator.person_id, NOW)
    assert queues.next_operator([operator], lambda _: False, NOW) is None
    assert queues.next_operator([operator], lambda _: False, NOW + jump) is operator
    assert queues.next_operator([operator], lambda _: False, NOW + timedelta(seconds=LEFT_ALONE)) is operator


async def test_nobody_waits_an_hour_for_an_operator_who_paused_before_the_clock_was_put_back() -> None:
    play = Play()
    async with play.scene:
        register = play.scene.directory.register
        [operator] = register.operators.rows
        paused = replace(operator, state=OperatorState.PAUSED, since=NOW + HOUR)
        play.scene.directory.register = register.replace(operators=(paused,))
        play.rings_in(MAIN)
        await play.a_while(1)
        await play.presses("1")
        await play.a_while(10)
        assert play.scene.log.of_kind("outcome")[0] == {"outcome": "no_operator"}
        assert play.switch.served == {play.caller}
        assert id_of("olle") == operator.person_id
