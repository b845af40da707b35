"""Two instances on one Asterisk: one has the calls, and the other takes them on when that one ends."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import monotonic

import pytest

from e2e.support.scene import (
    TAKEN_ON_WITHIN,
    a_scene,
    is_ready,
    is_refused_with_the_reason,
    taken_on_at,
    who_waits_is_next,
)
from e2e.support.switchboard import LONG
from e2e.support.world import World
from hanvisa.lab.system import System
from hanvisa.lab.waiting import until

STANDING_BY = b"service.standing_by"


@asynccontextmanager
async def standing_by(world: World) -> AsyncIterator[System]:
    """Another instance with the same settings, beside the world's, which serves again afterwards."""
    other = System(world.settings, urgent=True)
    try:
        await other.start_service()
        await other.tells(STANDING_BY, LONG)
        yield other
    finally:
        await other.stop_service()
        await world.system.start_service()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "told to stop"])
async def test_the_other_takes_the_calls_on(world: World, end: signal.Signals) -> None:
    async with standing_by(world):
        scene = await a_scene(world)
        ended, moment = monotonic(), datetime.now(UTC)
        await world.system.kill_service(end)
        await until(lambda: is_ready(world), within=LONG, what="the other instance serves")
        for caller in scene.callers:
            assert await taken_on_at(world, caller) - moment < TAKEN_ON_WITHIN
            assert not caller.has_ended
        await asyncio.gather(
            scene.talking.talks_to(scene.line, within=LONG),
            scene.listening.hears(*scene.speech.files[:2], since=ended, within=LONG),
        )
        assert scene.waiting.longest_silence(ended) < 1.0
        await is_refused_with_the_reason(world, scene)
        await who_waits_is_next(world, scene)


async def test_who_stands_by_leaves_the_calls_alone_and_can_be_stopped(world: World) -> None:
    scene = await a_scene(world)
    async with standing_by(world) as other:
        await scene.talking.talks_to(scene.line, within=LONG)
        await other.stop_service()
        for caller in scene.callers:
            events = (await world.story(caller)).told["events"]
            assert not [event for event in events if event["data"].get("type") == "adopted"]
        await is_refused_with_the_reason(world, scene)
        await who_waits_is_next(world, scene)
