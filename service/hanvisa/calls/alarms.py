"""Calls to 112 that the operators are told of: an event at once, and a short call to each open one who is free.

Where none is, the first who opens or is free within a quarter of an hour is told. The call to 112 is the dialplan's; it
neither waits for this nor knows of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hanvisa.calls.call import Call, new_id
from hanvisa.calls.feed import ALARM
from hanvisa.calls.stage import Alarming
from hanvisa.calls.state import CallState, Leg
from hanvisa.policy.emergency import EmergencyCaller, emergency_caller, operators_to_tell

if TYPE_CHECKING:
    from hanvisa.calls.house import House

EMERGENCY = "112"
FIRST_WITHIN = 15 * 60.0  # seconds; afterwards help has come, or nobody needs to show it the way


@dataclass
class Alarms:
    """Who has dialled 112 and is still to be told of."""

    _dialled: asyncio.Queue[tuple[str, bool]] = field(default_factory=asyncio.Queue)

    def dialled(self, account: str, *, told: bool = False) -> None:
        """112 was dialled on the phone of this account. Never waits. ``told``: the call log has its call already."""
        self._dialled.put_nowait((account, told))

    async def next(self) -> tuple[str, bool]:
        return await self._dialled.get()


def raise_alarm(house: House, account: str, *, told: bool) -> None:
    """Tell the event, and write the call down."""
    caller = emergency_caller(house.directory.register, account)
    house.feed.emergency(caller, house.clock.now())
    if not told:
        _write_down(house, caller)


async def calls_to_operators(house: House, account: str) -> list[tuple[Call, Alarming]]:
    """The calls that tell the operators: at once, or as soon as there is one to tell; none where nobody was in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(FIRST_WITHIN):
            while not (calls := list(_calls_now(house, account))):
                await house.queues.woken.wait()
            return calls
    return []


def _calls_now(house: House, account: str) -> Iterator[tuple[Call, Alarming]]:
    register = house.directory.register
    caller = emergency_caller(register, account)
    for operator in operators_to_tell(register, caller, house.live.is_engaged):
        phone = register.phone(operator.phone_id)
        person = register.person(operator.person_id)
        if phone is not None and person is not None:
            leg = Leg(new_id("c"), phone.account, person.id)
            state = CallState(
                new_id("k"),
                ALARM,
                EMERGENCY,
                leg,
                language=person.language,
                organisation=phone.organisation_id,
            )
            yield Call(state, house), Alarming(account)


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
