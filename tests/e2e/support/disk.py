"""A disk that fills: a small file system of its own, mounted in one of the state folder's folders.

async with small_disk(world, "asterisk/spool/recording", kilobytes=40):
    ...
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from e2e.support.world import World


@asynccontextmanager
async def small_disk(world: World, folder: str, *, kilobytes: int) -> AsyncIterator[None]:
    """Nobody may be on the line: Asterisk and the service are started anew, to find the disk there and to let it go."""
    place = str(world.settings.state / folder)
    await _off(world)
    await _as_root(
        "mount", "-t", "tmpfs", "-o", f"size={kilobytes}k,uid={os.getuid()},mode=700", "tmpfs", place
    )
    try:
        await world.is_up()
        yield
    finally:
        await _off(world)
        await _as_root("umount", place)
        await world.is_up()


async def _off(world: World) -> None:
    await world.system.stop_service()
    await world.system.asterisk.stop()


async def _as_root(*command: str) -> None:
    sudo = () if os.geteuid() == 0 else ("sudo",)
    program = await asyncio.create_subprocess_exec(*sudo, *command)
    assert await program.wait() == 0, f"{' '.join(command)} failed"
