"""Takes back, when the service is there again, the transfers that Asterisk carries out without it."""

from __future__ import annotations

import structlog

from hanvisa.ami.manager import Manager
from hanvisa.errors import Refused

log = structlog.get_logger(__name__)

_IN_FALLBACK = "fallback-"  # the contexts of a call there begin so
_RUNG_THERE = "AppDial"  # the application of a leg that the dialplan has dialled, in its phone's own context
_OURS = (_IN_FALLBACK, "from-phone")  # contexts of legs that the fallback may have made transferable
_CARRIER = "PJSIP/carrier-"  # never transferred, and under an overload there are hundreds


async def withdraw(manager: Manager) -> list[str]:
    """Set every leg that the fallback made transferable back to `ari-only`. The account of each leg in a call there.

    To be done at the service's start, before it lets an operator reach a mobile, and again as long as the fallback has
    calls: an attended transfer on such a leg would join its caller to that mobile (O2), and the service would not be
    asked. Raises `Unavailable`.
    """
    in_fallback = []
    for channel in await manager.listing("CoreShowChannels"):
        name, context = channel["Channel"], channel["Context"]
        is_phone = name.startswith("PJSIP/") and not name.startswith(_CARRIER)
        if is_phone and context.startswith(_OURS):
            try:
                await manager.action(
                    "Setvar",
                    Channel=name,
                    Variable="PJSIP_TRANSFER_HANDLING()",
                    Value="ari-only",
                )
            except Refused as error:  # it has just hung up
                log.info("transfers.not_withdrawn", channel=name, why=str(error))
                continue
        if context.startswith(_IN_FALLBACK) or (is_phone and channel["Application"] == _RUNG_THERE):
            in_fallback.append(_account(name))
    return in_fallback


def _account(channel: str) -> str:
    """Of a channel's name: PJSIP/ACCOUNT-0000001a."""
    return channel.removeprefix("PJSIP/").rpartition("-")[0]
