"""Things that happen while something is on its way to another process, or its answer is on the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass
class Slow:
    """``latency`` gives the seconds of each way; None: everything is done at once, and nothing happens meanwhile."""

    latency: Callable[[], float] | None = field(default=None, kw_only=True)

    async def _ask(self, answer: Callable[[], T]) -> T:
        """What it answers when it is asked there."""
        await self._travels()
        try:
            return answer()
        finally:
            await self._travels()

    async def _travels(self) -> None:
        if self.latency is not None:
            await asyncio.sleep(self.latency())
