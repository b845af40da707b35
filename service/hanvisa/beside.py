"""What works beside the calls: whatever becomes of it, the calls go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()

AGAIN = 30.0  # seconds


class Beside:
    """``work`` goes on for ever. What ends it is our error: it is logged with its trace, and ``work`` begun again.

    ``trouble`` is a sentence from then on, and None when it has gone well for a while once more.
    """

    def __init__(self, name: str, work: Callable[[], Awaitable[None]], again: float = AGAIN) -> None:
        self.name = name
        self.trouble: str | None = None
        self._work = work
        self._again = again

    async def run(self) -> None:
        while True:
            well = asyncio.get_running_loop().call_later(self._again, self._goes_well)
            try:
                return await self._work()
            except Exception as error:
                log.exception("beside.failed", part=self.name, again_in=self._again)
                self.trouble = (
                    f"What does the {self.name} has failed ({type(error).__name__}), and is begun again."
                )
            finally:
                well.cancel()
            await asyncio.sleep(self._again)

    def _goes_well(self) -> None:
        self.trouble = None
