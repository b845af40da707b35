"""Takes back, when the service is there again, the transfers that Asterisk carries out without it."""

from __future__ import annotations

import structlog

from hanvisa.ami.manager import Manager
from hanvisa.errors import Refused

log = structlog.get_logger(__name__)

_OURS = ("fallback-", "from-phone")  # contexts of legs that the fallback may have made transferable


async def withdraw(manager: Manager) -> int:
    """Set every leg that the fallback made transferable back to `ari-only`; how many calls the fallback has now.

    To be done at the service's start, before it lets an operator reach a mobile, and again as long as the fallback has
    calls: an attended transfer on such a leg would join its caller to that mobile (O2), and the service would not be
    asked. Raises `Unavailable`.
    """
    in_fallback = 0
    for channel in await manager.listing("CoreShowChannels"):
        if channel["Channel"].startswith("PJSIP/") and channel["Context"].startswith(_OURS):
            try:
                await manager.action(
                    "Setvar",
                    Channel=channel["Channel"],
                    Variable="PJSIP_TRANSFER_HANDLING()",
                    Value="ari-only",
                )
            except Refused as error:  # it has just hung up
                log.info("transfers.not_withdrawn", channel=channel["Channel"], why=str(error))
            else:
                in_fallback += channel["Context"].startswith("fallback-")
    return in_fallback
