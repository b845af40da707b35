"""What an operator asks of a call by the API: carried out in the call's own task, with the decisions of a REFER."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.asker import Asker, Refusal
from hanvisa.calls.decisions import decide, tell
from hanvisa.calls.gate import may_be_served
from hanvisa.calls.handing_over import to_colleague
from hanvisa.calls.live_ports import Asked, Outcome, Wish
from hanvisa.calls.marking import Dismissed
from hanvisa.calls.noticing import notice_parties
from hanvisa.calls.parties import would_meet_a_mobile
from hanvisa.calls.sending_on import to_message
from hanvisa.calls.signals import TransferRequested
from hanvisa.calls.stage import AtSwitchboard, BackToOperator, OnHold, Stage, Talking
from hanvisa.calls.state import Leg
from hanvisa.calls.transferring import transfer
from hanvisa.policy.in_call import TakeBackFacts
from hanvisa.policy.model import Effect

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

DONE, NOT_NOW, NOWHERE = Outcome("done"), Outcome("not_now"), Outcome("nowhere")


async def carry_out(call: Call, asked: Asked, *, held: bool = False) -> Stage | None:
    """A wish that two parties are needed for. None: the call goes on as it is. Raises: Dismissed."""
    if asked.answer.done() or asked.wish not in _OF_TWO:
        return None
    if asked.wish is Wish.TAKE_BACK:
        return await _take_back(call, asked)
    operator, party = _sides(call, asked.by)
    if operator is None and asked.wish in _MOVING:
        operator, party = _mobile_and_other(call)
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
            following, outcome = await _queue(call, operator, party)
        case Wish.HAND_OVER:
            following, outcome = await _hand_over(call, asked, operator, party)
        case Wish.MESSAGE:
            following, outcome = await _message(call, asked, operator, party)
        case _:
            following, outcome = await _transfer(call, asked, operator)
    asked.is_answered(outcome)
    return following


async def _take_back(call: Call, asked: Asked) -> Stage | None:
    """M4: the mobile leaves the confidential call, and the other one comes back to the operator.

    Raises:
        Dismissed: the other one is the operator.
    """
    facts = TakeBackFacts(
        confidential=call.state.confidential,
        parties=tuple(leg.kind for leg in (call.caller, call.other) if leg),
        has_operator=_sides(call, None)[0] is not None,
    )
    decision = decide(facts)
    tell(call, facts, decision)
    if decision.effect is Effect.REFUSE:
        asked.is_answered(Outcome("refused", decision))
        return None
    mobile, other = _mobile_and_other(call)
    asked.is_answered(DONE)
    if decision.allowed or mobile is None or other is None or call.state.touched_by is None:
        raise Dismissed
    call.house.live.release(mobile.channel)
    call.change(caller=other, other=mobile, answered=True)
    phone = _other_leg(call, asked.consultation, asked.by)
    has_place = phone is not None and not would_meet_a_mobile(call, phone)
    if phone is not None and has_place and await _is_put_in_place(call, mobile, phone):
        return Talking()
    await call.part()
    return BackToOperator(asked.by or call.state.touched_by)


async def _is_put_in_place(call: Call, mobile: Leg, phone: Leg) -> bool:
    """The phone by which the operator asks takes the mobile's place, and is this call's from now on."""
    control, bridge = call.house.control, call.state.bridge
    call.house.live.bind(phone.channel, call)
    call.change(other=phone)
    await call.take_state_off(phone.channel)
    if bridge is None or not await call.insist(control.add_to_bridge, bridge, phone.channel):
        await call.hang_up(phone.channel)
        call.change(other=mobile)
        return False
    notice_parties(call, left=mobile)
    await call.hang_up(mobile.channel)
    return True


def _mobile_and_other(call: Call) -> tuple[Leg | None, Leg | None]:
    """The mobile that is to leave a confidential call, and who talks with it; of two mobiles the caller stays."""
    if call.state.confidential:
        for leg, party in ((call.other, call.caller), (call.caller, call.other)):
            if leg is not None and leg.kind.may_be_mobile:
                return leg, party
    return None, None


async def to_queue(call: Call, leaves: Leg, party: Leg, since: datetime) -> Stage | None:
    """The party waits in the queue as one who came ``since`` then, the other is hung up. None: there is no queue."""
    switchboard = call.switchboard
    if switchboard is None:
        return None
    operator = leaves.person if leaves.account else call.state.touched_by
    await leave(call, leaves, party, operator)
    return AtSwitchboard(switchboard.id, since=since)


async def leave(call: Call, leaves: Leg, party: Leg, operator: UUID | None) -> None:
    """The party is the one who is served from now on, and ``operator``'s; the other is hung up."""
    call.house.live.release(leaves.channel)
    call.change(caller=party, other=leaves, touched_by=operator, answered=True)
    call.change(held_since=None, held_reminded=False, exception=None)
    await call.part()


async def _queue(call: Call, leaves: Leg, party: Leg) -> tuple[Stage | None, Outcome]:
    switchboard = call.switchboard
    operators = call.register.operators_of(switchboard.id) if switchboard else ()
    decision = may_be_served(call, party, list(operators))
    if not decision.allowed:
        return None, Outcome("refused", decision)
    following = await to_queue(call, leaves, party, call.house.clock.now())
    return following, DONE if following is not None else NOWHERE


async def _hand_over(call: Call, asked: Asked, leaves: Leg, party: Leg) -> tuple[Stage | None, Outcome]:
    following, outcome = to_colleague(call, asked, party, leaves.person)
    if following is not None:
        await leave(call, leaves, party, following.operator)
    return following, outcome


async def _transfer(call: Call, asked: Asked, operator: Leg) -> tuple[Stage | None, Outcome]:
    by = asked.by or (operator.person if operator.account else call.state.touched_by)
    consulting = _other_leg(call, asked.consultation, by)
    other = consulting.channel if consulting else None
    if asked.consultation and other is None:
        return None, NOWHERE
    request = TransferRequested(operator.channel, asked.to, other is not None, other, by)
    return _came(await transfer(call, request))


async def _message(call: Call, asked: Asked, operator: Leg, party: Leg) -> tuple[Stage | None, Outcome]:
    person = call.register.person(asked.person) if asked.person else None
    if person is None:
        return None, NOWHERE
    call.tell("signal", type="to_message", person=str(person.id))
    call.change(touched_by=operator.person)
    return _came(
        await to_message(call, person, Asker(call, operator, operator.person, by_phone=False), party)
    )


def _came(came: Stage | Refusal | None) -> tuple[Stage | None, Outcome]:
    if isinstance(came, Refusal):
        return None, Outcome("refused", came.decision)
    return came, DONE if came is not None else NOWHERE


def _other_leg(call: Call, consultation: str, operator: UUID | None) -> Leg | None:
    """The operator's leg in their other call."""
    theirs = next((one for one in call.house.live if one.id == consultation and one is not call), None)
    legs = (theirs.caller, theirs.other) if theirs is not None else ()
    return next((leg for leg in legs if leg and leg.account and leg.person == operator), None)


def _sides(call: Call, by: UUID | None) -> tuple[Leg | None, Leg | None]:
    """The operator's leg (``by``'s, or any operator's) and the other party's."""
    for leg, party in ((call.other, call.caller), (call.caller, call.other)):
        is_theirs = leg is not None and leg.account and leg.person is not None and by in (None, leg.person)
        if leg is not None and is_theirs and leg.person and call.register.operator(leg.person):
            return leg, party
    return None, None


_HOLDING = (Wish.HOLD, Wish.RETRIEVE)
_MOVING = (Wish.QUEUE, Wish.TRANSFER)
"""M4: of a confidential call that a mobile is on also by the operator who has left it."""
_OF_TWO = (*_HOLDING, *_MOVING, Wish.HAND_OVER, Wish.MESSAGE, Wish.TAKE_BACK)
