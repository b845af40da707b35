"""Takes back, when the service is there again, the transfers that Asterisk carries out without it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from hanvisa.ami.manager import Manager
from hanvisa.errors import Refused

log = structlog.get_logger(__name__)

_IN_FALLBACK = "fallback-"  # the contexts of a call there begin so
_RUNG_THERE = "AppDial"  # the application of a leg that the dialplan has dialled, in its phone's own context
_OURS = (_IN_FALLBACK, "from-phone")  # contexts of legs that the fallback may have made transferable
_CARRIER = "PJSIP/carrier-"  # never transferred, and under an overload there are hundreds


@dataclass(frozen=True, slots=True)
class InFallback:
    """How many calls the fallback has now, and the accounts of the phones that are in them."""

    calls: int = 0
    accounts: frozenset[str] = frozenset()

    @classmethod
    def of_all(cls, several: Iterable[InFallback]) -> InFallback:
        """At several nodes."""
        each = list(several)
        return cls(sum(one.calls for one in each), frozenset().union(*(one.accounts for one in each)))


async def withdraw(manager: Manager) -> InFallback:
    """Set every leg that the fallback made transferable back to `ari-only`; what the fallback has now.

    To be done at the service's start, before it lets an operator reach a mobile, and again as long as the fallback has
    calls: an attended transfer on such a leg would join its caller to that mobile (O2), and the service would not be
    asked. Raises `Unavailable`.
    """
    calls, accounts = 0, set()
    for channel in await manager.listing("CoreShowChannels"):
        name, context = channel["Channel"], channel["Context"]
        if name.startswith(_CARRIER):
            calls += context.startswith(_IN_FALLBACK)
        elif name.startswith("PJSIP/") and context.startswith(_OURS):
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
            is_calling = context.startswith(_IN_FALLBACK)
            calls += is_calling
            if is_calling or channel["Application"] == _RUNG_THERE:
                accounts.add(_account(name))
    return InFallback(calls, frozenset(accounts))


def _account(channel: str) -> str:
    """Of a channel's name: PJSIP/ACCOUNT-0000001a."""
    return channel.removeprefix("PJSIP/").rpartition("-")[0]
