"""Operators who send their callers on to mobiles (O2), and what becomes of the callers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from hanvisa.lab.carrier import Carrier
from hanvisa.lab.lines import TransferRefusedError
from hanvisa.lab.live_calls import PAUSE, why_cut
from hanvisa.lab.siplet_line import SipletLine
from hanvisa.lab.waiting import NeverHappenedError, until

MOBILES = tuple(f"07017406{number}" for number in range(60, 70))
"""The regulator's fiction numbers, which are nobody's in the demo directory."""


ANSWERED_WITHIN = 5.0  # seconds since the operator's phone was told that the caller is there
TRIES = 3  # a use that is not stored at once, on a busy machine, is refused


@dataclass(slots=True)
class Sent:
    """A caller, the operator's line with them, and the line of the mobile, once that is answered."""

    caller: SipletLine
    line: SipletLine
    number: str
    mobile: SipletLine | None = None


class SendingOn:
    """``pairs`` are callers and the lines of the operators whom they talk with; at most as many as `MOBILES`."""

    def __init__(self, outside: Carrier, pairs: Sequence[tuple[SipletLine, SipletLine]]) -> None:
        self._outside = outside
        self._sent = [
            Sent(caller, line, number) for (caller, line), number in zip(pairs, MOBILES, strict=False)
        ]

    def __len__(self) -> int:
        return len(self._sent)

    @asynccontextmanager
    async def mobiles_answer(self) -> AsyncIterator[None]:
        answering = asyncio.create_task(self._answer())
        try:
            yield
        finally:
            answering.cancel()
            await asyncio.wait([answering])

    async def try_all(self) -> None:
        """At once. Who is refused stays with the operator."""
        await asyncio.gather(*(_send(one) for one in self._sent))

    async def try_again(self) -> None:
        """Whoever has an operator still is sent on, one after the other."""
        for one in self._sent * TRIES:
            if one.line.is_up:
                await _send(one)

    def through(self) -> set[str]:
        """The numbers of those callers who have come to a mobile."""
        return {one.caller.name for one in self._sent if one.mobile is not None}

    async def cut(self) -> list[str]:
        """Who can't be heard by whom they are with, the mobile or the operator, and why."""
        found = await asyncio.gather(*(why_cut(one.caller, one.mobile or one.line) for one in self._sent))
        return [f"{one.caller.name}: {why}" for one, why in zip(self._sent, found, strict=True) if why]

    async def _answer(self) -> None:
        while True:
            for one in self._sent:
                if one.mobile is None:
                    with suppress(NeverHappenedError):  # it does not ring, or has stopped
                        mobile = await self._outside.rings_at(one.number, within=0)
                        await mobile.answer()
                        one.mobile = mobile
            await asyncio.sleep(PAUSE)


async def _send(one: Sent) -> None:
    with suppress(TransferRefusedError, TimeoutError, NeverHappenedError):  # the figures say so
        await one.line.transfer(one.number)
        await until(lambda: one.mobile is not None, within=ANSWERED_WITHIN, what="the mobile answered")
