"""What must follow when the register changes: speech made ready, phones configured.

Each follower works in a task of its own, one round after another: changes that come during a round are taken in the
next. What fails is logged and tried again; calls do not wait for any of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from hanvisa.errors import HanvisaError

log = structlog.get_logger()

RETRY = 5.0  # seconds


class Follower:
    """``work`` is done at the start, and whenever one of the register's ``tables`` has changed.

    ``trouble`` is None when it is well, else what is wrong in a sentence. With ``awaited`` the service is not ready
    before the work has been done once, which ``ready`` tells. ``every`` so many seconds after a round it is done again,
    also where it has failed.
    """

    def __init__(
        self,
        name: str,
        tables: frozenset[str],
        work: Callable[[], Awaitable[object]],
        *,
        awaited: bool = False,
        every: float | None = None,
    ) -> None:
        self.name = name
        self.trouble: str | None = f"The {name} are not ready yet." if awaited else None
        self._tables = tables
        self._work = work
        self._every = every
        self._due = asyncio.Event()
        self.ready = asyncio.Event()
        if not awaited:
            self.ready.set()

    def changed(self, tables: frozenset[str]) -> None:
        """Tables of the register have changed. Never waits."""
        if self._tables & tables:
            self._due.set()

    def again(self) -> None:
        """Do the work once more. Never waits."""
        self._due.set()

    def retry(self) -> None:
        """What it has failed for may be there now. Never waits."""
        if self.trouble is not None:
            self._due.set()

    async def run(self) -> None:
        self._due.set()
        while True:
            await self._until_due()
            self._due.clear()
            try:
                await self._work()
            except (HanvisaError, OSError) as error:
                self.trouble = str(error)
                log.warning("following.failed", follower=self.name, why=self.trouble, again_in=self._within())
            else:
                self.trouble = None
                self.ready.set()

    async def _until_due(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._within()):
                await self._due.wait()

    def _within(self) -> float | None:
        """Seconds until the next round, where nothing changes before."""
        return self._every or (None if self.trouble is None else RETRY)
