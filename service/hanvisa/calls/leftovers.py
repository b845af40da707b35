"""What should have been removed and could not be: nobody is to stay behind in silence with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from hanvisa.calls.ports import CallControl
from hanvisa.errors import Gone, TelephonyError

AGAIN = 0.25  # seconds


@dataclass
class Leftovers:
    """Channels to be hung up and bridges to be destroyed, tried again until they are gone."""

    _channels: set[str] = field(default_factory=set)
    _bridges: set[str] = field(default_factory=set)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def channels(self) -> frozenset[str]:
        return frozenset(self._channels)

    def channel(self, channel: str) -> None:
        self._channels.add(channel)
        self._more.set()

    def bridge(self, bridge: str) -> None:
        self._bridges.add(bridge)
        self._more.set()

    async def clear(self, control: CallControl) -> None:
        """For ever."""
        while True:
            await self._more.wait()
            await asyncio.sleep(AGAIN)
            # Beside one another: of several Asterisks one may not answer.
            await asyncio.gather(
                *(_remove(channel, self._channels, control.hang_up) for channel in self._channels),
                *(_remove(bridge, self._bridges, control.destroy_bridge) for bridge in self._bridges),
            )
            if not self._channels and not self._bridges:
                self._more.clear()


async def _remove(one: str, from_: set[str], removal: Callable[[str], Awaitable[None]]) -> None:
    if await is_done(removal(one)):
        from_.discard(one)


async def is_done(removal: Awaitable[None]) -> bool:
    """Carry it out. Whether it need not be tried again: what is gone already is removed."""
    try:
        await removal
    except Gone:
        return True
    except TelephonyError:
        return False
    return True
