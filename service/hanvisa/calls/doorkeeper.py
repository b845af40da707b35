"""Lets in as many of the carrier's calls as can be served, and has the dialplan send on the others at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from hanvisa.calls.admission import Admission
from hanvisa.calls.delays import Delays
from hanvisa.calls.ports import Clock
from hanvisa.errors import TelephonyError

log = structlog.get_logger()

EVERY = 0.2  # seconds between two looks at the delay
FEW = 5  # calls: while no more are there, what makes them wait is not that there are so many
AGAIN = timedelta(seconds=1)  # after which the dialplan is told the same once more
LASTS = timedelta(seconds=4)  # that it goes by what it was told: a service that has died turns nobody away

Tell = Callable[[Admission, datetime], Awaitable[None]]
"""Has the dialplan go by it until then. Raises TelephonyError."""


class Doorkeeper:
    """``turned_away`` and ``refused`` count the calls since the start, as the dialplan tells of them.

    ``sip`` tells how many seconds SIP requests have waited in Asterisk; ``connected`` whether it is there.
    """

    def __init__(
        self,
        delays: Delays,
        sip: Callable[[], float | None],
        clock: Clock,
        tell: Tell,
        connected: Callable[[], bool],
    ) -> None:
        self.admission = Admission()
        self.turned_away = self.refused = 0
        self._delays = delays
        self._sip = sip
        self._connected = connected
        self._clock = clock
        self._tell = tell
        self._told: tuple[Admission, datetime] | None = None

    async def run(self) -> None:
        """Look for ever. What an earlier service has told the dialplan is taken back first."""
        time = asyncio.get_running_loop().time
        before = time()
        while True:
            if self._connected():
                await self._tell_dialplan()
            else:  # to this Asterisk or another, of which nothing is known
                self.admission, self._told = Admission(), None
                self._delays.forget()
            await asyncio.sleep(EVERY)
            now = time()
            self._look(now - before)
            before = now

    def count_turned_away(self) -> None:
        self.turned_away += 1

    def count_refused(self) -> None:
        self.refused += 1

    def _look(self, seconds: float) -> None:
        few = self._delays.number < FEW and self.admission.is_whole
        delays = (self._delays.measured(self._clock.now()), self._sip())
        delay = None if few else max((one for one in delays if one is not None), default=None)
        last, self.admission = self.admission, self.admission.after(delay, seconds)
        if last.is_whole and not self.admission.is_whole:
            log.warning("calls.overload", delay=delay)
        elif self.admission.is_whole and not last.is_whole:
            log.info("calls.overload_over", turned_away=self.turned_away, refused=self.refused)

    async def _tell_dialplan(self) -> None:
        now = self._clock.now()
        if self._told is not None and not self._is_due(*self._told, now):
            return
        try:
            await self._tell(self.admission, now + LASTS)
        except TelephonyError as error:
            log.warning("calls.overload_not_told", why=str(error))
            self._told = None
        else:
            self._told = self.admission, now

    def _is_due(self, told: Admission, at: datetime, now: datetime) -> bool:
        changed = told.opening != self.admission.opening
        return changed or (not self.admission.is_whole and now - at >= AGAIN)
