"""What has changed, by topic, for those who show it: nobody asks again and again, and a burst is told at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from hanvisa.calls.live_ports import LiveCall
from hanvisa.policy.facts import Absence, Forwarding, PolicyException
from hanvisa.policy.register import Register

LONGEST = timedelta(minutes=1)  # until the next turn
BURST = 0.02  # seconds from the first change to its being told, with all that came meanwhile


class Topic(StrEnum):
    CALLS = "calls"  # the switchboard's
    OPERATORS = "operators"  # open, paused, closed, wrapping up, on the phone
    PRESENCE = "presence"  # who is there, absent, on the phone, forwarded, and under an exception
    NOTICES = "notices"
    ABSENCES = "absences"  # who is there, and who is away, on which day


class Changes:
    """Causes tell what they change, and never wait; one reader takes it with :meth:`next`.

    ``calls`` are the switchboard's now, ``busy`` is who is on the phone or wraps up; in ``register`` are the absences,
    forwardings and exceptions, which begin and end by themselves.
    """

    def __init__(
        self,
        calls: Callable[[], Sequence[LiveCall]],
        busy: Callable[[], Hashable],
        register: Callable[[], Register],
        now: Callable[[], datetime],
    ) -> None:
        self._calls, self._busy = calls, busy
        self._up: Sequence[LiveCall] | None = ()
        self._were_busy = busy()
        self._register, self._now = register, now
        self._of = register()  # the register in which the next turn was looked up
        self._turn = next_turn(self._of, now())
        self._topics: set[Topic] = set()
        self._stirred = asyncio.Event()

    def tell(self, *topics: Topic) -> None:
        self._topics.update(topics)
        self._stirred.set()

    def calls_stirred(self) -> None:
        """Something in a call has changed, which may be nothing that is shown."""
        self._stirred.set()

    def looked(self) -> None:
        """Somebody has looked at the calls: when they stir next it is told, whatever was seen here last."""
        self._up = None

    def stored(self, tables: frozenset[str]) -> None:
        """These tables of the database have changed."""
        self.tell(*(topic for topic, sources in _STORED.items() if sources & tables))

    async def next(self) -> frozenset[Topic]:
        """What has changed since it was asked last; waits until something has."""
        while True:
            await self._until_stirred()
            self._stirred.clear()
            self._see()
            if self._has_turned():
                self._topics |= {Topic.OPERATORS, Topic.PRESENCE}
            if self._topics:
                topics, self._topics = frozenset(self._topics), set()
                return topics

    def _see(self) -> None:
        if (up := self._calls()) != self._up:
            self._up = up
            self._topics.add(Topic.CALLS)
        if (busy := self._busy()) != self._were_busy:
            self._were_busy = busy
            self._topics |= {Topic.OPERATORS, Topic.PRESENCE}

    async def _until_stirred(self) -> None:
        try:
            async with asyncio.timeout(min(self._turn - self._now(), LONGEST).total_seconds()):
                await self._stirred.wait()
        except TimeoutError:
            return
        await asyncio.sleep(BURST)

    def _has_turned(self) -> bool:
        register, now = self._register(), self._now()
        # Or the clock was put back: what had begun by itself has not begun any more.
        has = not now < self._turn <= now + LONGEST
        if has or register is not self._of:
            self._of, self._turn = register, next_turn(register, now)
        return has


def next_turn(register: Register, now: datetime) -> datetime:
    """When something of the register begins or ends by itself; hours and weekly windows do on a minute."""
    minute = now.replace(second=0, microsecond=0) + LONGEST
    rows: Iterable[Absence | Forwarding | PolicyException] = (
        *register.absences.rows,
        *register.forwardings.rows,
        *register.exceptions.rows,
    )
    turns = (turn for row in rows for turn in (row.starts_at, row.ends_at))
    return min((turn for turn in turns if turn is not None and now < turn < minute), default=minute)


_STORED = {
    Topic.CALLS: frozenset({"callbacks", "persons", "organisations", "settings"}),
    Topic.OPERATORS: frozenset({"operators", "operator_switchboards", "switchboards", "persons", "phones"}),
    Topic.PRESENCE: frozenset(
        {
            *("persons", "memberships", "functions", "departments", "operations", "organisations"),
            *("extensions", "numbers", "mobiles", "phones", "confidential_marks", "flags"),
            *("absences", "absence_reasons", "forwardings", "exceptions", "exception_operators", "settings"),
        }
    ),
    Topic.ABSENCES: frozenset({"absences", "absence_reasons", "memberships", "persons", "departments"}),
    Topic.NOTICES: frozenset({"notices", "notice_acknowledgements", "role_assignments", "users", "persons"}),
}
