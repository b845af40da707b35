"""What consoles are told, as it comes."""

import asyncio

from e2e.support.world import World
from hanvisa.lab.api import Json


def watch(world: World, seen: list[Json], after: str | None = None) -> asyncio.Task[None]:
    """Follow `/live/events` into ``seen`` until the task is cancelled; ``after`` is the last id that was seen."""

    async def follow() -> None:
        async for event in world.api.events("/live/events", after):
            seen.append(event)  # noqa: PERF401 - it never ends

    return asyncio.create_task(follow())
