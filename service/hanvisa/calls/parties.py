"""Who is at the end of a channel, as the policy judges them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.signals import Channel
from hanvisa.calls.state import Leg
from hanvisa.policy.numbers import NumberKind, normalise_caller, read_number

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


def newcomer(call: Call, channel: Channel) -> Leg:
    """A channel that puts itself into the call: a phone of ours by its account, else a number outside."""
    phone = call.register.phone_of_account(channel.account)
    if phone is not None:
        return Leg(channel.id, phone.account, call.register.user_of(phone))
    number = normalise_caller(channel.caller_number)
    reading = read_number(number or "", None, call.register, call.house.plan)
    mobile = call.register.mobile(number) if number else None
    kind = NumberKind.MOBILE if mobile else reading.kind
    return Leg(channel.id, "", mobile.person_id if mobile else None, number or "", kind)


async def callers_held_by(call: Call) -> list[Call] | None:
    """The other calls in which whoever makes this call has a caller whom O2 or M4 protects; None when there is none.

    An operator's every other party is one, and so is a caller whom an operator has touched or whose call is
    confidential, whoever has them. An operator's phone may also have a caller whom the fallback put through while the
    service did not answer in time: of that one nothing is known but the channel, and the list is empty then.
    """
    person = call.caller.person
    if person is None or not call.caller.account:
        return None
    is_operator = call.register.operator(person) is not None
    held = protected_callers(call, person)
    if held:
        return held
    if is_operator and await _has_a_call_of_the_fallback(call):
        return []
    return None


def would_meet_a_mobile(call: Call, person: UUID | None, party: Leg | None = None) -> bool:
    """A conference inside a phone can't be seen: nobody has a protected caller and a mobile on their lines (O2, M4).

    With a mobile on the line an operator gets no caller, and nobody a caller whom an operator has touched or whose call
    is confidential; a mobile that rings in does not reach a phone that has one of these. ``party`` is whom they would
    talk with: the caller, unless that one's place is taken.
    """
    if person is None:
        return False
    live = call.house.live
    is_bound = is_protected(call) or call.register.operator(person) is not None
    return (is_bound and live.has_mobile_on_line(person, besides=call)) or (
        (party or call.caller).kind.may_be_mobile and bool(protected_callers(call, person))
    )


def mobile_on_line(call: Call) -> tuple[Call, Leg] | None:
    """The mobile that whoever makes this call has on another line, with its call, where O2 or M4 minds it."""
    person = call.caller.person
    if person is None or not (is_protected(call) or call.register.operator(person)):
        return None
    return next(call.house.live.mobiles_of(person, besides=call), None)


def is_protected(call: Call) -> bool:
    """An operator has touched the call, or it is confidential."""
    return call.touched or call.state.confidential


def protected_callers(call: Call, person: UUID) -> list[Call]:
    """The person's other calls whose callers are to meet no mobile."""
    is_operator = call.register.operator(person) is not None
    others = call.house.live.callers_of(person, besides=call)
    return [one for one in others if one is not call and (is_operator or is_protected(one))]


async def _has_a_call_of_the_fallback(call: Call) -> bool:
    return any(
        channel.account == call.caller.account
        and channel.up
        and call.house.live.of_channel(channel.id) is None
        for channel in await call.house.control.channels()
    )
