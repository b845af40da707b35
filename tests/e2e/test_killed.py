"""The service is killed (-9) in the midst of calls in many stages, and started again: each goes on in its stage.

Each call is in the log once, and nobody is left in silence. `./dev test` kills it once in the midst of a few,
`./dev soak searches` in the midst of all stages that last, in two kills.

That it is so at every step of every stage: `tests/unit/calls/test_killed.py`.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import monotonic

import pytest

import searching
from e2e.support.in_stages import CASES, PASSING, Begins, Case
from e2e.support.scene import taken_on_at
from e2e.support.switchboard import LONG
from e2e.support.world import World
from hanvisa.calls import stage as stages
from hanvisa.calls.stage import Stage
from hanvisa.lab.lines import Line
from hanvisa.lab.waiting import until

A_FEW = {
    stages.OnHold,
    stages.Talking,
    stages.AtSwitchboard,
    stages.CallingOut,
    stages.Guiding,
    stages.LeavingMessage,
    stages.Referring,
}
WITHOUT_OPERATORS = {
    stages.ReachingPerson,
    stages.ReachingMembers,
    stages.NightService,
    stages.Unattended,
    stages.Referring,
    stages.ReferringMembers,
    stages.ReviewingMessage,
    stages.LeavingMessage,
    stages.AskingToBeRung,
    stages.CallingOut,
    stages.Guiding,
    stages.ListeningToMessages,
    stages.RecordingOwn,
}
HEARS = (stages.OnHold, stages.AtSwitchboard, stages.Guiding, stages.Referring)  # something, all the time
SILENCE = 6.0  # seconds, of which a start of the program beside all these phones takes four
PATIENT = 40.0  # seconds: longer than it takes to bring all of them into their stages
TIMES = ("key_wait", "ring_person", "ring_in_turn", "ring_operator", "camp_on")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kinds" in metafunc.fixturenames:
        everywhere = {case.kind for case in CASES}
        whole = {
            "without operators": WITHOUT_OPERATORS,
            "with operators": everywhere - WITHOUT_OPERATORS,
        }
        chosen = whole if searching.is_long else {"a few": A_FEW}
        metafunc.parametrize("kinds", chosen.values(), ids=chosen)


async def test_every_stage_lasts_or_passes() -> None:
    there = [case.kind for case in CASES]
    assert {*there, *PASSING} == set(Stage.__args__), (
        "a stage that is new: bring somebody into it (in_stages.py)"
    )
    assert len(there) + len(PASSING) == len(Stage.__args__)


@pytest.mark.timeout(300)  # with the start of the whole system, and thirteen phones on a busy machine
async def test_whoever_is_in_the_midst_of_something_goes_on(world: World, kinds: set[type[Stage]]) -> None:
    if searching.is_long:
        await world.given_settings(**dict.fromkeys(TIMES, PATIENT))
    began = datetime.now(UTC)
    async with in_their_stages(world, [case for case in CASES if case.kind in kinds]) as callers:
        killed = monotonic()
        await world.system.kill_service()
        await world.system.start_service()
        await are_taken_on(world, callers)
        for kind, caller in callers.items():
            if kind in HEARS:
                assert caller.longest_silence(killed) < SILENCE, kind.__name__
    await world.go_home()
    await until(lambda: all_have_ended(world, began), within=LONG, what="the end of every call in the log")
    log = await world.api.items("/calls", since=began.isoformat())
    assert len(log) >= len(callers)
    assert set(Counter(call["caller"] for call in log).values()) == {1}, "each once"


async def all_have_ended(world: World, since: datetime) -> bool:
    return all(call["ended_at"] for call in await world.api.items("/calls", since=since.isoformat()))


@asynccontextmanager
async def in_their_stages(world: World, cases: Sequence[Case]) -> AsyncIterator[Mapping[type[Stage], Line]]:
    """Somebody is in each; at the end each goes on."""
    going = {case.kind: case.going(world) for case in cases}
    callers: dict[type[Stage], Line] = {}

    async def begin(case: Case) -> None:
        callers[case.kind] = await anext(going[case.kind])

    for case in cases:
        if case.begins is Begins.WITH_AN_OPERATOR:
            await begin(case)
    for wave in (Begins.AT_ONCE, Begins.AT_LAST):
        await asyncio.gather(*(begin(case) for case in cases if case.begins is wave))
    await are_there(world, callers)
    yield callers
    await asyncio.gather(*(goes_on(each) for each in going.values()))


async def goes_on(going: AsyncIterator[Line]) -> None:
    async for line in going:
        raise AssertionError(line)


async def are_there(world: World, callers: Mapping[type[Stage], Line]) -> None:
    """Each by the call log, in which the last stage may be told a moment late."""

    async def is_in(kind: type[Stage], caller: Line) -> bool:
        entered = (await world.story_so_far(caller)).events("stage")
        return bool(entered) and entered[-1]["name"] == kind.__name__

    await asyncio.gather(
        *(
            until(lambda one=one: is_in(*one), within=LONG, what=f"a call {one[0].__name__}")
            for one in callers.items()
        )
    )


async def are_taken_on(world: World, callers: Mapping[type[Stage], Line]) -> None:
    """Each in its stage, and nobody was hung up."""
    for kind, caller in callers.items():
        await taken_on_at(world, caller)
        signals = (await world.story_so_far(caller)).events("signal")
        assert [one["stage"] for one in signals if one["type"] == "adopted"] == [kind.__name__]
        assert not caller.has_ended, kind.__name__
