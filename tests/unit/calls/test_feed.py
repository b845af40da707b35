"""Whoever follows the switchboard's calls knows what the list of them tells, or is told that something is missing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

import pytest

from hanvisa.calls.desk import Desk
from hanvisa.calls.feed import KEPT, LAGGING
from hanvisa.calls.live_ports import Envelope, EventType, LiveCall, Wish
from unit.calls.scene import MAIN, NOW, Scene, id_of
from unit.calls.test_calls import operator_has_caller

OLLE = id_of("olle")


def folded(events: Iterable[Envelope]) -> dict[str, LiveCall]:
    """The calls as they are known to who has followed."""
    known: dict[str, LiveCall] = {}
    for event in events:
        if isinstance(event.data, LiveCall):
            known[event.data.id] = event.data
        if event.type is EventType.ENDED:
            assert isinstance(event.data, LiveCall)
            known.pop(event.data.id)
    return known


async def come_so_far(events: AsyncIterator[Envelope]) -> list[Envelope]:
    """Until one has to wait, or it ends."""
    come: list[Envelope] = []

    async def read() -> None:
        async for event in events:
            come.append(event)  # noqa: PERF401 - it may not end

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    reading.cancel()
    return come


@asynccontextmanager
async def followed(scene: Scene) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Somebody follows from the beginning; what one is given waits until they know what the list tells."""
    seen: list[Envelope] = []

    async def read() -> None:
        async for event in Desk(scene.house).events(None):
            seen.append(event)  # noqa: PERF401 - it never ends

    async def is_as_the_list() -> None:
        await scene.until(
            lambda: folded(seen) == {one.id: one for one in Desk(scene.house).calls()}, "the list is known"
        )

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    try:
        yield is_as_the_list
    finally:
        reading.cancel()


def others_do_so_much(scene: Scene, events: int) -> None:
    for _ in range(events):
        scene.house.feed.operator_paused(OLLE, "busy", scene.clock.now())


async def test_who_is_rung_for_a_caller_is_told() -> None:
    async with Scene() as scene, followed(scene) as is_as_the_list:
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        await scene.rung("olle")
        await is_as_the_list()


@pytest.mark.parametrize(
    "wishes", [(), (Wish.HOLD,), (Wish.HOLD, Wish.RETRIEVE), (Wish.CONFIDENTIAL,), (Wish.THREAT,)], ids=str
)
async def test_what_an_operator_does_with_a_call_is_told(wishes: tuple[Wish, ...]) -> None:
    async with Scene() as scene, followed(scene) as is_as_the_list:
        caller, _ = await operator_has_caller(scene)
        call = scene.house.live.of_channel(caller)
        assert call is not None
        for wish in wishes:
            await Desk(scene.house).ask(call.id, wish, OLLE)
        await is_as_the_list()


async def test_a_transfer_and_the_end_are_told() -> None:
    async with Scene() as scene, followed(scene) as is_as_the_list:
        caller, _ = await operator_has_caller(scene)
        call = scene.house.live.of_channel(caller)
        assert call is not None
        await Desk(scene.house).ask(call.id, Wish.TRANSFER, OLLE, to="202")
        bo = await scene.rung("bo")
        await is_as_the_list()
        scene.answers(bo)
        await scene.talking(caller, bo)
        await is_as_the_list()
        scene.hangs_up(caller)
        await scene.over(caller)
        await is_as_the_list()
        assert Desk(scene.house).calls() == ()


async def test_who_has_missed_more_than_is_kept_is_told_so_before_all_else() -> None:
    """The call that ended meanwhile would stay for ever with who took the rest as all."""
    async with Scene() as scene:
        caller, _ = await operator_has_caller(scene)
        [*_, last] = await come_so_far(Desk(scene.house).events("before all"))
        scene.hangs_up(caller)
        await scene.over(caller)
        others_do_so_much(scene, KEPT)
        reset, *kept = await come_so_far(Desk(scene.house).events(last.id))
        assert (reset.type, reset.data, reset.at) == (EventType.RESET, None, scene.clock.now())
        assert [event.type for event in kept] == [EventType.OPERATOR_PAUSED] * KEPT
        assert [one.type for one in await come_so_far(Desk(scene.house).events(kept[0].id))] == [
            EventType.OPERATOR_PAUSED
        ] * (KEPT - 1)


async def test_who_lags_is_let_go_and_comes_back_for_all_that_came_since() -> None:
    async with Scene() as scene:
        lagging = Desk(scene.house).events(None)
        coming = asyncio.ensure_future(anext(lagging))
        await asyncio.sleep(0)
        others_do_so_much(scene, 1)
        last = await coming
        others_do_so_much(scene, LAGGING + 1)
        assert await come_so_far(lagging) == []
        with pytest.raises(StopAsyncIteration):
            await anext(lagging)
        missed = await come_so_far(Desk(scene.house).events(last.id))
        assert [event.type for event in missed] == [EventType.OPERATOR_PAUSED] * (LAGGING + 1)
        assert {event.at for event in missed} == {NOW}
