"""What follows on a stage's work, however that ends; but not at a stop of the service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager


class Afterwards(AbstractAsyncContextManager[None]):
    """These steps follow, one after the other, on what is done inside.

    At a stop (the task is cancelled) they do not: the call is left as it is, and its caller hears on what they hear
    until somebody takes the call on, who may have done so already.
    """

    def __init__(self, *steps: Callable[[], Awaitable[object]]) -> None:
        self._steps = steps

    async def __aexit__(self, raised: type[BaseException] | None, *_: object) -> None:
        if raised is None or not issubclass(raised, asyncio.CancelledError):
            for step in self._steps:
                await step()
