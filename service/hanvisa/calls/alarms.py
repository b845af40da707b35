"""Calls to 112 that the operators are told of: an event at once, and a short call to each open one who is free.

Of a caller who was put through to it those are told who have not done so.

Where none is, the first who opens or is free within a quarter of an hour is told. The call to 112 is the dialplan's; it
neither waits for this nor knows of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.call import Call, new_id
from hanvisa.calls.feed import ALARM
from hanvisa.calls.stage import Alarming
from hanvisa.calls.state import CallState, Leg
from hanvisa.policy.emergency import EmergencyCall, EmergencyCaller, emergency_caller, operators_to_tell

if TYPE_CHECKING:
    from hanvisa.calls.house import House

EMERGENCY = "112"
FIRST_WITHIN = 15 * 60.0  # seconds; afterwards help has come, or nobody needs to show it the way


@dataclass
class Alarms:
    """Who has called 112 and is still to be told of."""

    _made: asyncio.Queue[tuple[EmergencyCall, bool]] = field(default_factory=asyncio.Queue)

    def dialled(self, account: str) -> None:
        """The dialplan has put 112 through, from the phone of this account. Never waits."""
        self._made.put_nowait((EmergencyCall(account), False))

    def made(self, call: EmergencyCall) -> None:
        """A call to 112 that the call log has already. Never waits."""
        self._made.put_nowait((call, True))

    def put_through(self, call: Call, by: UUID | None) -> None:
        """The call's caller is on the way to 112, sent there by this person. Never waits."""
        self.made(EmergencyCall(call.caller.account, call.caller.number, by))
        call.tell("outcome", outcome="put_through_to_emergency", by=str(by or ""))

    async def next(self) -> tuple[EmergencyCall, bool]:
        """The next call to tell of, and whether the call log has it."""
        return await self._made.get()


def raise_alarm(house: House, call: EmergencyCall, *, told: bool) -> None:
    """Tell the event, and write the call down."""
    caller = emergency_caller(house.directory.register, call)
    house.feed.emergency(caller, house.clock.now())
    if not told:
        _write_down(house, caller)


async def calls_to_operators(house: House, call: EmergencyCall) -> list[tuple[Call, Alarming]]:
    """The calls that tell the operators: at once, or as soon as there is one to tell; none where nobody was in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(FIRST_WITHIN):
            while not (calls := list(_calls_now(house, call))):
                await house.queues.woken.wait()
            return calls
    return []


def _calls_now(house: House, call: EmergencyCall) -> Iterator[tuple[Call, Alarming]]:
    register = house.directory.register
    caller = emergency_caller(register, call)
    for operator in operators_to_tell(register, caller, house.live.is_engaged):
        phone = register.phone(operator.phone_id)
        person = register.person(operator.person_id)
        if phone is not None and person is not None:
            leg = Leg(new_id("c", house.control.some_node()), phone.account, person.id)
            state = CallState(new_id("k"), ALARM, EMERGENCY, leg, organisation=phone.organisation_id)
            yield Call(state, house), Alarming(call)


def _write_down(house: House, caller: EmergencyCaller) -> None:
    """The dialplan's call, of which no more is known here than that it was made."""
    id_ = new_id("k")
    house.log.record(
        id_,
        "opened",
        {
            "side": "phone",
            "caller": caller.extension,
            "caller_person": str(caller.person or ""),
            "called": EMERGENCY,
            "organisation": str(caller.organisation or ""),
            "private": False,
        },
    )
    house.log.record(id_, "outcome", outcome_of(caller))
    house.log.record(id_, "closed", {"reason": "in_the_dialplan"})


def outcome_of(caller: EmergencyCaller) -> dict[str, str]:
    return {
        "outcome": "emergency",
        "person": str(caller.person or ""),
        "account": caller.account,
        "site": caller.site,
    }
