"""Who is at the end of a channel, as the policy judges them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.signals import Channel
from hanvisa.calls.state import Leg
from hanvisa.policy.confidentiality import has_confidential_line
from hanvisa.policy.facts import Operator, TargetKind
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
    caller = call.caller
    if not caller.account:
        return None
    has_one_of_the_fallback = is_operator(call, caller) and await _has_a_call_of_the_fallback(call)
    return protected_callers(call, caller) or ([] if has_one_of_the_fallback else None)


def would_meet_a_mobile(call: Call, end: Leg, party: Leg | None = None) -> bool:
    """A conference inside a phone can't be seen: nobody has a protected caller and a mobile on their lines (O2, M4).

    With a mobile on the line an operator gets no caller, and nobody a caller whom an operator has touched or whose call
    is confidential, as it is with whoever has a confidential line; a mobile that rings in does not reach a phone that
    has one of these. ``party`` is whom they would talk with: the caller, unless that one's place is taken.
    """
    is_bound = is_protected(call) or is_bound_always(call, end)
    return (is_bound and call.house.live.has_mobile_beside(end, besides=call)) or (
        (party or call.caller).kind.may_be_mobile and bool(protected_callers(call, end))
    )


def would_meet_in_place(call: Call, new: Leg, stays: Leg) -> bool:
    """The same of one who takes somebody's place in the call, and of who stays: either may be, or have, a mobile."""
    is_minded = is_protected(call) or (new.account and is_bound_always(call, new))
    phones = [leg for leg in (new, stays) if leg.account]
    if is_minded and any(call.house.live.has_mobile_beside(one, besides=call) for one in phones):
        return True
    both = ((new, stays), (stays, new))
    return any(phone.account and would_meet_a_mobile(call, phone, party) for phone, party in both)


def mobile_on_line(call: Call, *, in_confidence: bool) -> tuple[Call, Leg] | None:
    """The mobile that whoever makes this call has on another line, with its call, where O2 or M4 minds it."""
    caller = call.caller
    if not caller.account or not (in_confidence or is_protected(call) or is_operator(call, caller)):
        return None
    return next(call.house.live.mobiles_beside(caller, besides=call), None)


def is_kept_apart(call: Call, leg: Leg) -> bool:
    """Whoever has just answered on ``leg`` is not joined to the caller after all (O2, M4)."""
    return would_meet_a_mobile(call, leg) or is_marked_meanwhile(call, leg)


def may_have_now(call: Call, operator: Operator, party: Leg) -> bool:
    """Not where the operator would meet a mobile with the party: one of the two is, or has, one (O2, M4)."""
    ends = (Leg("", account, operator.person_id) for account in call.register.accounts_of(operator))
    return not any(_is_kept_from(call, end, party) for end in ends)


def _is_kept_from(call: Call, end: Leg, party: Leg) -> bool:
    in_confidence = call.state.confidential or is_in_confidence(call, end.person)
    beside = call.house.live.mobiles_beside(party, besides=call) if party.account else ()
    brings_a_mobile = party.kind.may_be_mobile or any(True for _ in beside)
    return would_meet_a_mobile(call, end, party) or (in_confidence and brings_a_mobile)


def may_ever_have(call: Call, party: Leg, operator: Operator) -> bool:
    """Not where the party is a mobile in a call that is confidential, or would be with this operator (M4)."""
    in_confidence = call.state.confidential or is_in_confidence(call, operator.person_id)
    return not (in_confidence and party.kind.may_be_mobile)


def is_marked_meanwhile(call: Call, leg: Leg) -> bool:
    """M4: something was marked while this leg rang; no mobile comes to it, nor whoever has one on another line.

    Nor does who has got one there meanwhile come to a confidential person. Who rings in from a mobile of their own has
    chosen that.
    """
    caller = call.caller
    if leg.kind.may_be_mobile:
        held = protected_callers(call, caller) if caller.account else []
        return any(one.state.confidential for one in (call, *held))
    in_confidence = call.state.confidential or (bool(leg.account) and is_in_confidence(call, leg.person))
    if not in_confidence or leg.kind is NumberKind.EMERGENCY:
        return False
    return (caller.kind.may_be_mobile and not has_chosen_mobile(call, caller)) or (
        mobile_on_line(call, in_confidence=True) is not None
    )


def has_chosen_mobile(call: Call, leg: Leg) -> bool:
    """Whoever rings in has chosen themselves from what they ring, as long as no operator has had the call.

    Whom we have rung has not, whoever rang in at the other end.
    """
    return leg.rang_in and call.state.side == "carrier" and not call.touched


def is_protected(call: Call) -> bool:
    """An operator has touched the call, or it is confidential."""
    return call.touched or call.state.confidential


def is_bound_always(call: Call, end: Leg) -> bool:
    """O2 or M4 minds all that they have on their lines: an operator, or somebody whose line is confidential."""
    return is_operator(call, end) or is_in_confidence(call, end.person)


def is_operator(call: Call, end: Leg) -> bool:
    return end.person is not None and call.register.operator(end.person) is not None


def operator_of(call: Call, party: Leg) -> UUID | None:
    """The operator to whom the party comes back; operators are no callers of their own."""
    operator = call.state.touched_by
    return None if party.account and party.person == operator else operator


def is_in_confidence(call: Call, person: UUID | None) -> bool:
    """Whoever talks with this person on a phone of ours does so in confidence (M4)."""
    found = call.register.person(person) if person else None
    return found is not None and has_confidential_line(call.register, TargetKind.PERSON, found.id)


def may_none_have_a_mobile(call: Call, switchboard: UUID) -> bool:
    """Every operator there has a confidential line (M4)."""
    operators = [one.person_id for one in call.register.operators_of(switchboard)]
    return bool(operators) and all(is_in_confidence(call, person) for person in operators)


def protected_callers(call: Call, end: Leg) -> list[Call]:
    """Other calls of whoever is at this end whose callers are to meet no mobile."""
    minds_all = is_operator(call, end)
    others = call.house.live.callers_beside(end, besides=call)
    return [one for one in others if minds_all or is_protected(one) or _rings_in_confidence(one)]


def _rings_in_confidence(call: Call) -> bool:
    """Of two calls that ring at once the second is refused (docs/adr/0106)."""
    rings = [*call.rung.values(), *([call.promised] if call.promised else [])]
    return any(leg.account and is_in_confidence(call, leg.person) for leg in rings)


async def _has_a_call_of_the_fallback(call: Call) -> bool:
    return any(
        channel.account == call.caller.account
        and channel.up
        and call.house.live.of_channel(channel.id) is None
        for channel in await call.house.control.channels()
    )
