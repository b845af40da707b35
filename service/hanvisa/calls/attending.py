"""What an operator asks of a call by the API: carried out in the call's own task, with the decisions of a REFER."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.live_ports import Asked, Outcome, Wish
from hanvisa.calls.signals import TransferRequested
from hanvisa.calls.stage import AtSwitchboard, OnHold, Stage, Talking
from hanvisa.calls.state import Leg
from hanvisa.calls.transferring import Asker, Refusal, to_message, transfer

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

AT_THE_HEAD = datetime.min.replace(tzinfo=UTC)  # of the queue: they have waited already
DONE, NOT_NOW, NOWHERE = Outcome("done"), Outcome("not_now"), Outcome("nowhere")


async def carry_out(call: Call, asked: Asked, *, held: bool = False) -> Stage | None:
    """A wish that two parties are needed for. None: the call goes on as it is."""
    operator, party = _sides(call, asked.by)
    if asked.answer.done() or asked.wish not in _OF_TWO:
        return None
    if operator is None or party is None or (asked.wish in _HOLDING and held is (asked.wish is Wish.HOLD)):
        asked.is_answered(NOT_NOW)
        return None
    following: Stage | None
    match asked.wish:
        case Wish.HOLD:
            following, outcome = OnHold(party.channel), DONE
        case Wish.RETRIEVE:
            following, outcome = Talking(), DONE
        case Wish.QUEUE:
            following = await to_queue(call, operator, party, call.house.clock.now())
            outcome = DONE if following is not None else NOWHERE
        case Wish.MESSAGE:
            following, outcome = await _message(call, asked, operator, party)
        case _:
            following, outcome = await _transfer(call, asked, operator)
    asked.is_answered(outcome)
    return following


async def to_queue(call: Call, operator: Leg, party: Leg, since: datetime) -> Stage | None:
    """The party waits in the queue as one who came ``since`` then, the operator is hung up. None: there is no queue."""
    switchboard = call.register.switchboard_of(call.state.organisation) if call.state.organisation else None
    if switchboard is None:
        return None
    call.house.live.release(operator.channel)
    call.change(caller=party, other=operator, touched_by=operator.person, answered=True)
    call.change(held_since=None, held_reminded=False)
    await call.part()
    return AtSwitchboard(switchboard.id, since=since)


async def _transfer(call: Call, asked: Asked, operator: Leg) -> tuple[Stage | None, Outcome]:
    other = _consulting_leg(call, asked.consultation, operator) if asked.consultation else None
    if asked.consultation and other is None:
        return None, NOWHERE
    request = TransferRequested(operator.channel, asked.to, other is not None, other, by_phone=False)
    return _came(await transfer(call, request))


async def _message(call: Call, asked: Asked, operator: Leg, party: Leg) -> tuple[Stage | None, Outcome]:
    person = call.register.person(asked.person) if asked.person else None
    if person is None:
        return None, NOWHERE
    call.tell("signal", type="to_message", person=str(person.id))
    call.change(touched_by=operator.person)
    return _came(await to_message(call, person, Asker(call, operator, by_phone=False), party))


def _came(came: Stage | Refusal | None) -> tuple[Stage | None, Outcome]:
    if isinstance(came, Refusal):
        return None, Outcome("refused", came.decision)
    return came, DONE if came is not None else NOWHERE


def _consulting_leg(call: Call, consultation: str, operator: Leg) -> str | None:
    """The channel of the operator's leg in their other call."""
    theirs = next((one for one in call.house.live if one.id == consultation and one is not call), None)
    legs = (theirs.caller, theirs.other) if theirs is not None else ()
    return next((leg.channel for leg in legs if leg and leg.account and leg.person == operator.person), None)


def _sides(call: Call, by: UUID | None) -> tuple[Leg | None, Leg | None]:
    """The operator's leg (``by``'s, or any operator's) and the other party's."""
    for leg, party in ((call.other, call.caller), (call.caller, call.other)):
        is_theirs = leg is not None and leg.account and leg.person is not None and by in (None, leg.person)
        if leg is not None and is_theirs and leg.person and call.register.operator(leg.person):
            return leg, party
    return None, None


_HOLDING = (Wish.HOLD, Wish.RETRIEVE)
_OF_TWO = (*_HOLDING, Wish.QUEUE, Wish.TRANSFER, Wish.MESSAGE)
