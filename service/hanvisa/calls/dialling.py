"""A number dialled at the console: one's own phone rings, or answers by itself, and it goes on as if dialled there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from hanvisa.calls.call import Call, new_id
from hanvisa.calls.outgoing import notice_private
from hanvisa.calls.own_phone import Answer, end_unanswered, own_phone_answers
from hanvisa.calls.ringing import Display
from hanvisa.calls.stage import Arriving, Stage, to_json
from hanvisa.calls.state import CallState, Leg
from hanvisa.errors import TelephonyError
from hanvisa.ids import node_of
from hanvisa.policy.facts import Phone
from hanvisa.policy.numbers import display

if TYPE_CHECKING:
    from hanvisa.calls.house import House

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Dialled:
    phone: Phone
    person: UUID
    to: str
    confidential: bool = False


@dataclass(frozen=True)
class Dialling:
    """What is to be dialled, on its way to the registry, which has the calls."""

    _asked: asyncio.Queue[Dialled] = field(default_factory=asyncio.Queue)

    def ask(self, dialled: Dialled) -> None:
        self._asked.put_nowait(dialled)

    async def next(self) -> Dialled:
        return await self._asked.get()


def phone_to_dial_on(house: House, person: UUID) -> Phone | None:
    """The phone an operator sits at, else the person's own. None: they have none, or talk with who is not on hold."""
    register = house.directory.register
    if any(not call.is_held for call, _ in house.live.legs_of(person)):
        return None
    operator = register.operator(person)
    desk = register.phone(operator.phone_id) if operator else None
    return desk or next(iter(register.phones_of(person)), None)


async def dial(house: House, dialled: Dialled, open_: Callable[[Call, Stage], None]) -> None:
    """Ring the phone; ``open_`` begins the call when it has been answered."""
    leg = Leg(new_id("c", _node(house, dialled.phone)), dialled.phone.account, dialled.person)
    state = CallState(
        new_id("k"),
        "phone",
        dialled.to,
        leg,
        organisation=dialled.phone.organisation_id,
        confidential=dialled.confidential,
        stage=to_json(Arriving()),
    )
    call = Call(state, house)
    notice_private(call)  # before anybody sees it
    shown = Display(f"RING {display(dialled.to)}", dialled.to, answers=True)
    answer = Answer.NO
    try:
        answer = await own_phone_answers(call, shown)
    except TelephonyError as error:
        log.warning("dialling.not_rung", account=dialled.phone.account, why=str(error))
    if answer is Answer.YES:
        call.change(answered=True)
        open_(call, Arriving())
        return
    await end_unanswered(call)


def _node(house: House, phone: Phone) -> str:
    """Where the phone has a call already: who is asked about a caller is to be where that one is."""
    calls = house.live.at_phone(phone.account)
    return next((node_of(call.caller.channel) for call in calls), "") or house.control.some_node()
