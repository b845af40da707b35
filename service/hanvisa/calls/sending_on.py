"""A blind transfer: to a number, to the code that parks, or to a message. The policy first, then the sending."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.asker import Asker, Refusal, decline
from hanvisa.calls.gate import may_be_sent, to_be_sent, to_join, would_join
from hanvisa.calls.leaving import leaving, may_leave
from hanvisa.calls.outgoing import barred_by, forwarded_to, may_call_out
from hanvisa.calls.parties import operator_of
from hanvisa.calls.stage import Parked, Stage, Transferred
from hanvisa.calls.state import Leg, SentTo
from hanvisa.calls.targets import mark_confidential, wanted_by
from hanvisa.calls.uses import ask
from hanvisa.policy.codes import Park, code_in, understand
from hanvisa.policy.destination import destinations_of, person_at
from hanvisa.policy.facts import CodeAction, Person, TargetKind
from hanvisa.policy.messages import MessageKind
from hanvisa.policy.numbers import NumberKind, Reading, read_number
from hanvisa.policy.transfer import Via

if TYPE_CHECKING:
    from hanvisa.calls.call import Call
    from hanvisa.policy.attendant import Wanted


async def send(
    call: Call, target: str, asker: Asker, transferee: Leg, taken: UUID | None = None
) -> Stage | Refusal | None:
    """To what was dialled: the code that parks, a message, or whoever has the number.

    ``taken`` is the exception whose use was taken when the operator rang that number themselves.
    """
    wanted = wanted_by(call, asker.person, target)
    code = code_in(wanted.number, call.register)
    if code is not None and code.action is CodeAction.PARK:
        return await _park(call, wanted, asker, transferee)
    person = call.register.person(asker.person) if asker.person else None
    organisation = person.organisation_id if person else call.state.organisation
    if not wanted.message:
        return await to_number(call, wanted, organisation, asker, transferee, taken=taken)
    sought = person_at(read(call, wanted.number, organisation), call.register)
    if sought is None:
        await asker.is_told("channel_unavailable")
        return None
    return await to_message(call, sought, asker, transferee)


async def to_number(
    call: Call,
    wanted: Wanted,
    organisation: UUID | None,
    asker: Asker,
    transferee: Leg,
    *,
    taken: UUID | None,
) -> Stage | Refusal | None:
    """``organisation`` is the one in which the number is read, and from then on the call's."""
    person = call.register.person(asker.person) if asker.person else None
    dialled = read(call, wanted.number, organisation)
    ends = destinations_of(dialled, partial(forwarded_to, call), call.register, call.house.plan)
    end, decision = would_join(call, ends, taken=taken)
    number, via = end.number, end.via
    leads_nowhere = number.kind is not NumberKind.INTERNAL and number.number is None
    is_outside = number.kind is not NumberKind.INTERNAL and via is Via.DIRECT
    if not decision.allowed:
        return await decline(call, asker, decision)
    # An exception's use is taken for nothing that is refused anyway.
    if is_outside and not leads_nowhere:
        outgoing = may_call_out(call, number, person)
        if not outgoing.allowed:
            return await decline(call, asker, outgoing, barred_by(outgoing, number))
    if leads_nowhere:
        await asker.is_told("channel_unavailable")
        return None
    asked = to_be_sent(call, transferee, number)
    if via is Via.DIRECT and decision.exception is not None:
        # The number itself is rung next: the use is taken before the phone is told that all is well.
        asked.append(to_join(call, number, end.person, via))
    sent = (await ask(call, asked, [transferee], taken)).decision
    if not sent.allowed:
        return await decline(call, asker, sent)
    taken = sent.exception or taken
    following = Transferred(wanted.number, wanted.past_referral)
    sent_to = SentTo(wanted.number, organisation, wanted.past_referral)
    call.change(exception=taken, organisation=organisation, sent_to=sent_to)
    if wanted.serial:
        call.change(serial=asker.person)
    await send_on(call, asker, transferee, following)
    if number.kind is NumberKind.EMERGENCY:
        call.house.alarms.put_through(call, asker.person)
    return following


async def _park(call: Call, wanted: Wanted, asker: Asker, transferee: Leg) -> Stage | Refusal | None:
    """The operator has transferred the caller to the code that parks them for somebody."""
    now = call.house.clock.now()
    meaning = understand(wanted.number, call.register, asker.person, now, call.house.plan)
    if not isinstance(meaning, Park):
        await asker.is_told("channel_unavailable")
        return None
    there = Reading(NumberKind.INTERNAL, None, (TargetKind.PERSON, meaning.person.id))
    sent = await may_be_sent(call, transferee, there)
    if not sent.allowed:
        return await decline(call, asker, sent)
    following = Parked(meaning.person.id)
    call.change(exception=None, held_since=now, held_reminded=False)
    if wanted.serial:
        call.change(serial=asker.person)
    await send_on(call, asker, transferee, following)
    return following


async def to_message(call: Call, person: Person, asker: Asker, transferee: Leg) -> Stage | Refusal:
    """The one who is sent on leaves a message for the person, who need not be rung for it (S1)."""
    decision = may_leave(call, transferee, person, MessageKind.RECORDED)
    if not decision.allowed:
        return await decline(call, asker, decision)
    mark_confidential(call, TargetKind.PERSON, person.id)
    call.change(exception=None)
    following = leaving(call, person)
    await send_on(call, asker, transferee, following)
    return following


async def send_on(
    call: Call, asker: Asker, transferee: Leg, following: Stage, *, is_told: bool = False
) -> None:
    """From here the one who is sent on is the caller of this call, and whoever sent them is free.

    An operator whom a colleague sends on is a caller as any other: they can't be given back to themselves.
    ``is_told``: they have been told of it.
    """
    was_caller = asker.leg is call.caller
    call.house.live.release(asker.leg.channel)
    call.change(caller=transferee, other=asker.leg, answered=True, touched_by=operator_of(call, transferee))
    await call.foresee(following)
    if not is_told:
        await asker.is_told("channel_answered")
    if was_caller:
        await call.take_state_off(asker.leg.channel)
    await call.part(leaves_by_itself=asker.by_phone)


def read(call: Call, number: str, organisation: UUID | None) -> Reading:
    """What the number leads to, as it is dialled in that organisation."""
    found = call.register.organisation(organisation) if organisation else None
    return read_number(number, found, call.register, call.house.plan)
