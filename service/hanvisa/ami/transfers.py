"""Whose phones are in calls of the fallback's, and takes back the transfers that Asterisk carries out in them."""

from __future__ import annotations

import structlog

from hanvisa.ami.manager import Manager
from hanvisa.errors import Refused

log = structlog.get_logger(__name__)

_IN_FALLBACK = "fallback-"  # the contexts of a call there begin so
_OURS = (_IN_FALLBACK, "from-phone")  # contexts of legs that the fallback may have made transferable
# Applications of a leg in its phone's own context: dialled by the fallback, or brought there (label `rescued`).
_THERE_TOO = ("AppDial", "Dial")
_CARRIER = "PJSIP/carrier-"  # never transferred, and under an overload there are hundreds
_HOW_MANY = "GROUP_MATCH_COUNT(.@fallback)"  # phones' legs there: the dialplan counts them (fallback-leg)


async def withdraw(manager: Manager, *, tells_only: bool = False) -> list[str]:
    """Set every leg that the fallback made transferable back to `ari-only`. The account of each phone in a call there.

    To be done at the service's start, before it lets an operator reach a mobile, and again all the time: an attended
    transfer on such a leg would join its caller to that mobile (O2), and the service would not be asked. With
    ``tells_only`` the transfers stay as they are. Raises `Unavailable`.
    """
    if await _has_no_phone(manager):
        return []
    in_fallback = []
    for channel in await manager.listing("CoreShowChannels"):
        name, context = channel["Channel"], channel["Context"]
        if not name.startswith("PJSIP/") or name.startswith(_CARRIER) or not context.startswith(_OURS):
            continue
        if not tells_only and not await _set_back(manager, name):
            continue
        if context.startswith(_IN_FALLBACK) or channel["Application"] in _THERE_TOO:
            in_fallback.append(_account(name))
    return in_fallback


async def _set_back(manager: Manager, channel: str) -> bool:
    """False where it has just hung up."""
    try:
        await manager.action(
            "Setvar", Channel=channel, Variable="PJSIP_TRANSFER_HANDLING()", Value="ari-only"
        )
    except Refused as error:
        log.info("transfers.not_withdrawn", channel=channel, why=str(error))
        return False
    return True


async def _has_no_phone(manager: Manager) -> bool:
    """Asked first: of a thousand calls a list takes Asterisk and the service a quarter of a second."""
    return (await manager.action("Getvar", Variable=_HOW_MANY))["Value"] == "0"


def _account(channel: str) -> str:
    """Of a channel's name: PJSIP/ACCOUNT-0000001a."""
    return channel.removeprefix("PJSIP/").rpartition("-")[0]
