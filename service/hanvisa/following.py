"""What must follow when the register changes: speech made ready, phones configured, the fallback's facts written.

Done in a task of its own, one round after another: changes that come during a round are taken in the next. What fails
is logged and tried again; calls do not wait for any of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from hanvisa.errors import HanvisaError

log = structlog.get_logger()

RETRY = 5.0  # seconds


@dataclass(frozen=True)
class Follower:
    """``work`` is done at the start, and whenever one of the register's ``tables`` has changed."""

    name: str
    tables: frozenset[str]
    work: Callable[[], Awaitable[object]]


class Following:
    def __init__(self, followers: tuple[Follower, ...]) -> None:
        self._failing: dict[str, str] = {}  # what is wrong, by follower
        self._followers = followers
        self._due = {follower.name for follower in followers}
        self._woken = asyncio.Event()
        self._woken.set()

    def changed(self, tables: frozenset[str]) -> None:
        """To be called when tables of the register have changed. Never waits."""
        self._due |= {follower.name for follower in self._followers if follower.tables & tables}
        self._woken.set()

    def health(self) -> dict[str, str | None]:
        """Each follower: None when it is well, else what is wrong."""
        return {follower.name: self._failing.get(follower.name) for follower in self._followers}

    async def run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            for follower in self._followers:
                if follower.name in self._due:
                    self._due.discard(follower.name)
                    await self._do(follower)

    async def _do(self, follower: Follower) -> None:
        try:
            await follower.work()
        except HanvisaError as error:
            log.warning("following.failed", follower=follower.name, why=str(error), again_in=RETRY)
            self._failing[follower.name] = str(error)
            self._due.add(follower.name)
            asyncio.get_running_loop().call_later(RETRY, self._woken.set)
        else:
            self._failing.pop(follower.name, None)
