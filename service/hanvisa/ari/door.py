"""Tells the dialplan what share of the carrier's calls to offer to the service, by a global variable."""

from __future__ import annotations

from datetime import datetime

from hanvisa.ari.client import Client
from hanvisa.calls.live_ports import Admitted

VARIABLE = "HANVISA_OVERLOAD"  # read by dialplan/from-carrier.conf


class Door:
    """``client`` has nothing else to do: a command that waits behind those of a thousand calls comes too late."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def tell(self, admitted: Admitted, until: datetime) -> None:
        """Raises TelephonyError."""
        await self._client.command(
            "POST", "/asterisk/variable", {"variable": VARIABLE, "value": written(admitted, until)}
        )


def written(admitted: Admitted, until: datetime) -> str:
    """``until&refused&offered``: epoch seconds, and of a hundred calls so many. Nothing when all are offered."""
    if admitted.is_whole:
        return ""
    return f"{until.timestamp():.0f}&{admitted.refused * 100:.0f}&{admitted.offered * 100:.0f}"
