"""How long calls wait for the service: from Asterisk's making of the channel until the call begins here.

By Asterisk's own clock, which is this machine's: what waits in its queues, in the line's or in ours counts too.
"""

from __future__ import annotations

from datetime import datetime, timedelta

# A caller who hangs up while the call is claimed never comes: no command takes as long.
FORGOTTEN = timedelta(seconds=5)


class Delays:
    def __init__(self) -> None:
        self._waiting: dict[str, datetime] = {}  # since when, by channel; the oldest first
        self._waited: list[timedelta] = []

    def offered(self, channel: str, since: datetime) -> None:
        """A call that came to Asterisk at this moment is to be taken."""
        self._waiting[channel] = since

    def over(self, channel: str, now: datetime) -> None:
        """It has begun, or can't be had any more."""
        since = self._waiting.pop(channel, None)
        if since is not None:
            self._waited.append(now - since)

    @property
    def number(self) -> int:
        """The calls that wait, and those that have begun since the last measure."""
        return len(self._waiting) + len(self._waited)

    def forget(self) -> None:
        """None of the calls will come any more."""
        self._waiting.clear()
        self._waited.clear()

    def measured(self, now: datetime) -> float | None:
        """How many seconds calls have waited since the last time that this was asked, None where there was no call.

        Of the calls that began meanwhile the shortest wait: that is what stands in the queues, whatever came in a bunch
        (RFC 8289, 3.1). Where none began, that of the one which has waited for longest.
        """
        self._waiting = {
            channel: since for channel, since in self._waiting.items() if now - since < FORGOTTEN
        }
        waits = self._waited or [now - since for since in list(self._waiting.values())[:1]]
        self._waited = []
        return min(waits).total_seconds() if waits else None
