"""Writing to the directory while somebody waits: at once, or not at all."""

from __future__ import annotations

from collections.abc import Awaitable

import structlog

from hanvisa.errors import HanvisaError, PolicyRefused

log = structlog.get_logger()


async def stored(what: str, change: Awaitable[None]) -> bool:
    """Carry the change out. False when the directory did not take it at once; ``what`` is for the log.

    Raises PolicyRefused when the policy does not take it.

    The bound is the directory's own: only where the change is stored is it known whether it was in time.
    """
    try:
        await change
    except PolicyRefused:
        raise
    except HanvisaError as error:
        log.warning("call.not_stored", what=what, why=str(error))
        return False
    return True
