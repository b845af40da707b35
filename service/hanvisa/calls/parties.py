"""Who is at the end of a channel, as the policy judges them."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    """The other calls in which whoever makes this call has a caller whom O2 protects; None when there is none.

    An operator's every other party is one, and so is a caller whom an operator has touched, whoever has them. An
    operator's phone may also have a caller whom the fallback put through while the service did not answer in time: of
    that one nothing is known but the channel, and the list is empty then.
    """
    person = call.caller.person
    if person is None or not call.caller.account:
        return None
    is_operator = call.register.operator(person) is not None
    held = [
        other for other in call.house.live.callers_of(person, besides=call) if is_operator or other.touched
    ]
    if held:
        return held
    if is_operator and await _has_a_call_of_the_fallback(call):
        return []
    return None


async def _has_a_call_of_the_fallback(call: Call) -> bool:
    return any(
        channel.account == call.caller.account
        and channel.up
        and call.house.live.of_channel(channel.id) is None
        for channel in await call.house.control.channels()
    )
