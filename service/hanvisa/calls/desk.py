"""The switchboard's calls now, for the console: what they are, and what an operator asks of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from hanvisa.calls.dialling import Dialled, phone_to_dial_on
from hanvisa.calls.feed import of_switchboard, shown
from hanvisa.calls.house import House
from hanvisa.calls.live_ports import Asked, Envelope, LiveCall, Outcome, Wish
from hanvisa.errors import NotFound

ANSWERED_WITHIN = 5.0  # seconds


@dataclass(frozen=True)
class Desk:
    """Implements `calls.live_ports.LiveDesk`."""

    house: House

    def is_engaged(self, person: UUID, /) -> bool:
        return self.house.live.is_engaged(person)

    def wraps_up(self, person: UUID, /) -> bool:
        return self.house.queues.wraps_up(person, self.house.clock.now())

    def busy(self) -> tuple[frozenset[UUID], frozenset[UUID]]:
        """Who is on the phone, and who has time to themselves after a call."""
        return self.house.live.engaged(), self.house.queues.wrapping_up(self.house.clock.now())

    def calls(self) -> tuple[LiveCall, ...]:
        return tuple(sorted(map(shown, filter(of_switchboard, self.house.live)), key=lambda call: call.id))

    def call(self, call_id: str) -> LiveCall:
        found = next((call for call in self.calls() if call.id == call_id), None)
        if found is None:
            raise NotFound(f"There is no call {call_id} at the switchboard now.")
        return found

    async def ask(
        self,
        call_id: str,
        wish: Wish,
        by: UUID | None,
        *,
        to: str = "",
        consultation: str = "",
        person: UUID | None = None,
    ) -> Outcome:
        call = next((one for one in self.house.live if one.id == call_id and of_switchboard(one)), None)
        if call is None:
            raise NotFound(f"There is no call {call_id} at the switchboard now.")
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        call.inbox.put_nowait(Asked(wish, answer, by, to, consultation, person))
        over = asyncio.ensure_future(call.over.wait())
        try:
            await asyncio.wait((answer, over), timeout=ANSWERED_WITHIN, return_when=asyncio.FIRST_COMPLETED)
            return answer.result() if answer.done() else Outcome("not_now")
        finally:
            over.cancel()
            answer.cancel()

    async def dial(self, person: UUID, to: str, *, confidential: bool = False) -> bool:
        phone = phone_to_dial_on(self.house, person)
        if phone is None:
            return False
        self.house.dialling.ask(Dialled(phone, person, to, confidential))
        return True

    def events(self, after: str | None) -> AsyncIterator[Envelope]:
        return self.house.feed.follow(after, self.house.clock.now())
