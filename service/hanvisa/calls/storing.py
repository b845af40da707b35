"""Writing to the directory while somebody waits: at once, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import structlog

from hanvisa.errors import HanvisaError

log = structlog.get_logger()

STORE_WITHIN = 0.2  # seconds


async def stored(what: str, change: Awaitable[None]) -> bool:
    """Carry the change out, if the database takes it at once. False when it did not; ``what`` is for the log."""
    try:
        async with asyncio.timeout(STORE_WITHIN):
            await change
    except (HanvisaError, TimeoutError) as error:
        log.warning("call.not_stored", what=what, why=str(error) or "time-out")
        return False
    return True
