"""A phone's REFER, blind and attended: the policy first, then the joining.

Asterisk has answered the REFER with 202 and waits for us; it moves no channel by itself.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.gate import may_be_sent, to_be_brought, to_be_sent, to_join, would_join
from hanvisa.calls.leaving import leaving, may_leave
from hanvisa.calls.outgoing import forwarded_to, may_call_out, private_number
from hanvisa.calls.parties import is_protected
from hanvisa.calls.ports import TransferProgress
from hanvisa.calls.prompts import TransferRefused
from hanvisa.calls.signals import Surrendered, TransferRequested
from hanvisa.calls.stage import Apologising, BackToOperator, Parked, Stage, Talking, Transferred
from hanvisa.calls.state import Leg, SentTo
from hanvisa.calls.targets import mark_confidential, wanted_by
from hanvisa.calls.uses import PartyGone, Question, ask, must_be_there
from hanvisa.policy.attendant import Wanted
from hanvisa.policy.codes import Park, code_in, understand
from hanvisa.policy.facts import CodeAction, Person, TargetKind
from hanvisa.policy.messages import MessageKind
from hanvisa.policy.model import AlternativeKind, Decision
from hanvisa.policy.numbers import NumberKind, Reading, read_number
from hanvisa.policy.transfer import Via

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


ENDED_WITHIN = 1.0  # seconds, for a consultation that makes way


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused transfer: whom to tell, and what."""

    channel: str
    prompt: TransferRefused
    decision: Decision


async def transfer(call: Call, request: TransferRequested) -> Stage | Refusal | None:
    """Decide and carry out a REFER on one of the call's two legs. None: nothing changes for this call's stage."""
    transferor = call.state.leg_of(request.channel)
    transferee = call.other if transferor is call.caller else call.caller
    if transferor is None or transferee is None:
        return None
    asker = Asker(call, transferor, request.by or transferor.person, by_phone=request.by is None)
    theirs = call.house.live.of_channel(request.other) if request.other else None
    number = private_number(call, request.target)
    private = (number,) if number else theirs.state.private_numbers if theirs is not None else ()
    call.tell(
        "signal",
        type="transfer",
        target=call.state.with_private(*private).discreet(request.target),
        attended=request.attended,
        by=str(asker.person or ""),
    )
    if asker.person and call.register.operator(asker.person):
        call.change(touched_by=asker.person)
    before = call.state.private, call.state.private_too
    following: Stage | Refusal | None = None
    try:
        if request.attended:
            following = await _attended(call, theirs, request, asker, transferee)
        else:
            following = await _blind_private(call, request.target, asker, transferee)
    except PartyGone:  # which the stage heeds next
        await asker.is_told("channel_unavailable")
    if following is None or isinstance(following, Refusal):
        # It was private while that was decided, and told; who stays is on the consoles as before.
        call.change(private=before[0], private_too=before[1])
    return following


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever wants the transfer. Their phone waits to be told what came of it, unless they asked by the API.

    ``leg`` is theirs, or the one that makes way where the operator has left the call.
    """

    call: Call
    leg: Leg
    person: UUID | None
    by_phone: bool

    async def is_told(self, progress: TransferProgress) -> None:
        if self.by_phone:
            await self.call.insist(self.call.house.control.tell_transferor, self.leg.channel, progress)


# Blind


async def _blind_private(call: Call, target: str, asker: Asker, transferee: Leg) -> Stage | Refusal | None:
    """To what was dialled, with the prefix of private calls or without: with it the call is one, if it is sent on."""
    if number := private_number(call, target):
        call.state = call.state.with_private(number)
    return await _blind(call, target, asker, transferee)


async def _blind(
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
        return await _to_number(call, wanted, organisation, asker, transferee, taken=taken)
    sought = _person_at(call, _read(call, wanted.number, organisation))
    if sought is None:
        await asker.is_told("channel_unavailable")
        return None
    return await to_message(call, sought, asker, transferee)


async def _to_number(
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
    number, sought, via = _destination(call, _read(call, wanted.number, organisation))
    leads_nowhere = number.kind is not NumberKind.INTERNAL and number.number is None
    is_outside = number.kind is not NumberKind.INTERNAL and via is Via.DIRECT
    decision = would_join(call, number, sought, via, taken=taken)
    # An exception's use is taken for nothing that is refused anyway.
    if decision.allowed and is_outside and not leads_nowhere:
        outgoing = may_call_out(call, number, person)
        decision = decision if outgoing.allowed else outgoing
    if not decision.allowed:
        return await _decline(call, asker, decision)
    if leads_nowhere:
        await asker.is_told("channel_unavailable")
        return None
    asked = to_be_sent(call, transferee, number)
    if via is Via.DIRECT and decision.exception is not None:
        # The number itself is rung next: the use is taken before the phone is told that all is well.
        asked.append(to_join(call, number, sought, via))
    sent = (await ask(call, asked, [transferee], taken)).decision
    if not sent.allowed:
        return await _decline(call, asker, sent)
    taken = sent.exception or taken
    following = Transferred(wanted.number, wanted.past_referral)
    sent_to = SentTo(wanted.number, organisation, wanted.past_referral)
    call.change(exception=taken, organisation=organisation, sent_to=sent_to)
    if wanted.serial:
        call.change(serial=asker.person)
    await _send_on(call, asker, transferee, following)
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
        return await _decline(call, asker, sent)
    following = Parked(meaning.person.id)
    call.change(exception=None, held_since=now, held_reminded=False)
    if wanted.serial:
        call.change(serial=asker.person)
    await _send_on(call, asker, transferee, following)
    return following


async def to_message(call: Call, person: Person, asker: Asker, transferee: Leg) -> Stage | Refusal:
    """The one who is sent on leaves a message for the person, who need not be rung for it (S1)."""
    decision = may_leave(call, transferee, person, MessageKind.RECORDED)
    if not decision.allowed:
        return await _decline(call, asker, decision)
    mark_confidential(call, TargetKind.PERSON, person.id)
    call.change(exception=None)
    following = leaving(call, person)
    await _send_on(call, asker, transferee, following)
    return following


async def _send_on(call: Call, asker: Asker, transferee: Leg, following: Stage) -> None:
    """From here the one who is sent on is the caller of this call, and whoever sent them is free."""
    was_caller = asker.leg is call.caller
    call.house.live.release(asker.leg.channel)
    call.change(caller=transferee, other=asker.leg, answered=True, language=call.language_of(transferee))
    await call.foresee(following)
    await asker.is_told("channel_answered")
    if was_caller:
        await call.take_state_off(asker.leg.channel)
    await call.part(leaves_by_itself=asker.by_phone)


def _read(call: Call, number: str, organisation: UUID | None) -> Reading:
    found = call.register.organisation(organisation) if organisation else None
    return read_number(number, found, call.register, call.house.plan)


def _destination(call: Call, reading: Reading) -> tuple[Reading, Person | None, Via]:
    """Where the transfer would end: the number itself, or the mobile that stands behind an extension."""
    if reading.kind is not NumberKind.INTERNAL or reading.target is None:
        return reading, None, Via.DIRECT
    kind, id_ = reading.target
    if kind is TargetKind.GROUP:
        group = call.register.group(id_)
        if group is not None and group.numbers and not group.member_ids:
            return _read(call, group.numbers[0], None), None, Via.GROUP
    person = _person_at(call, reading)
    forwarded = forwarded_to(call, person) if person else None
    if forwarded is None:
        return reading, person, Via.DIRECT
    return forwarded, person, Via.FORWARDING


def _person_at(call: Call, reading: Reading) -> Person | None:
    kind, id_ = reading.target or (None, None)
    return call.register.person(id_) if id_ and kind is TargetKind.PERSON else None


# Attended


async def _attended(
    call: Call, theirs: Call | None, request: TransferRequested, asker: Asker, transferee: Leg
) -> Stage | Refusal | None:
    """Join the far parties of the transferor's two legs. Each is judged as what the other would be joined to."""
    if theirs is not None and theirs is not call and _still_rings(theirs, request.other):
        return await _onto_ringing(call, theirs, asker, transferee)
    far = _far_party(theirs, request.other) if theirs is not None and theirs is not call else None
    if theirs is None and _is_emergency(call, request.target):
        # The operator's own call to 112 is the dialplan's, and is left alone: the caller gets one of their own.
        return await _blind(call, request.target, asker, transferee)
    if theirs is None or far is None:
        await asker.is_told("channel_unavailable")
        return None
    _take_marks(call, theirs)
    refusal = await _refusal(call, theirs, far, transferee)
    if refusal is not None:
        return await _decline(call, asker, refusal)
    if request.other == theirs.caller.channel and wanted_by(call, asker.person, theirs.state.dialled).serial:
        call.change(serial=asker.person)
    await asker.is_told("channel_answered")
    # What has happened in their call since is heeded: no await comes from here until its party is this one's.
    was_minded = is_protected(call), call.state.confidential
    _take_marks(call, theirs)
    is_minded_since = (is_protected(call), call.state.confidential) != was_minded
    is_kept_apart = is_minded_since and _with_mobiles(call, theirs, far, transferee)
    may_be_joined = not is_kept_apart and _still_talks(call, theirs, request.other, far)
    if may_be_joined and await _merge(call, theirs, asker, transferee, far):
        return Talking()
    # Whom they would have talked to has hung up in this moment, or may not be met any more.
    await call.part()
    return BackToOperator(call.state.touched_by) if call.state.touched_by else Apologising()


def _take_marks(call: Call, theirs: Call) -> None:
    call.state = call.state.with_private(*theirs.state.private_numbers)
    call.change(
        touched_by=call.state.touched_by or theirs.state.touched_by,
        confidential=call.state.confidential or theirs.state.confidential,
        threat=call.state.threat or theirs.state.threat,
    )


def _still_talks(call: Call, theirs: Call, channel: str | None, far: Leg) -> bool:
    """The transferor's other leg is still that of their call, with the same far party."""
    is_theirs = channel is not None and call.house.live.of_channel(channel) is theirs
    now = _far_party(theirs, channel) if is_theirs else None
    return now is not None and now.channel == far.channel


def _with_mobiles(call: Call, theirs: Call, *parties: Leg) -> bool:
    """One of the two is a mobile, or has one on another line."""
    return any(party.kind.may_be_mobile for party in parties) or bool(_mobiles_beside(call, theirs, *parties))


async def _refusal(call: Call, theirs: Call, far: Leg, transferee: Leg) -> Decision | None:
    """The decision that keeps the two from being joined, None when they may be. No rule touches a call to 112."""
    if NumberKind.EMERGENCY in (far.kind, transferee.kind):
        return None
    asked: list[Question] = [
        *to_be_brought(call, theirs, far, transferee),
        *to_be_brought(call, theirs, transferee, far),
    ]
    for party in (far, transferee, *_mobiles_beside(call, theirs, far, transferee)):
        # The one who is no mobile of ours is the caller; a citizen's mobile is a caller like any other.
        via = Via.RANG_IN if party is theirs.caller or party is call.caller else Via.DIRECT
        asked.append(to_join(call, party.reading, call.person_of(party), via, theirs))
    taken = theirs.state.exception or call.state.exception
    decision = (await ask(call, asked, [far, transferee], taken)).decision
    return None if decision.allowed else decision


async def _onto_ringing(call: Call, theirs: Call, asker: Asker, transferee: Leg) -> Stage | Refusal | None:
    """The consultation still rings: the caller is sent where it does, and rings there in the operator's place.

    The consultation ends first, so that nobody's phone is found busy with it; the caller hears ringing meanwhile.
    A use that it has taken, or is just taking, goes to the caller, and to no other; it takes none any more.
    """
    async with theirs.counting:
        must_be_there(call, [transferee])
        _take_marks(call, theirs)
        following = await _where_it_rings(call, theirs, asker, transferee)
        if following is None or isinstance(following, Refusal):
            return following
        theirs.change(exception=None, uses=())
        await call.insist(call.house.control.ring, call.caller.channel)
        theirs.inbox.put_nowait(Surrendered())
    with suppress(TimeoutError):
        await asyncio.wait_for(theirs.over.wait(), ENDED_WITHIN)
    await call.insist(call.house.control.stop_ringing, call.caller.channel)
    return following


async def _where_it_rings(call: Call, theirs: Call, asker: Asker, transferee: Leg) -> Stage | Refusal | None:
    """To what the consultation dialled, or was sent on to since: as whoever sent it meant that, and knew of it."""
    dialled, sent_to = theirs.state.dialled, theirs.state.sent_to
    # Where the operator was sent on to a mobile, its use was taken for them: it is the last of the stage's.
    taken = theirs.state.exception or next(reversed(theirs.state.uses), None)
    if sent_to is None:
        return await _blind(call, dialled, asker, transferee, taken)
    serial = wanted_by(call, asker.person, dialled).serial
    wanted = Wanted(sent_to.number, sent_to.past_referral, serial)
    return await _to_number(call, wanted, sent_to.organisation, asker, transferee, taken=taken)


def _is_emergency(call: Call, target: str) -> bool:
    return _read(call, target, call.state.organisation).kind is NumberKind.EMERGENCY


def _still_rings(theirs: Call, channel: str | None) -> bool:
    """The transferor's other leg is that of a call which nobody has answered yet."""
    return theirs.state.bridge is None and theirs.caller.channel == channel


async def _merge(call: Call, theirs: Call, asker: Asker, transferee: Leg, far: Leg) -> bool:
    """Bring ``far`` over from ``theirs`` to ``call`` in the transferor's place. False when they are gone.

    No await comes between the change of owner and the telling of the other call, so that neither hangs up what the
    other has.
    """
    control, transferor = call.house.control, asker.leg
    old_bridge = theirs.state.bridge
    is_there = theirs.state.leg_of(far.channel) is not None
    call.house.live.bind(far.channel, call)
    call.house.live.release(transferor.channel)
    left = next(leg for leg in (theirs.caller, theirs.other) if leg is not None and leg is not far)
    # What is left of the other call is hung up: from now on nobody is engaged in it.
    theirs.change(caller=replace(left, person=None), other=None)
    theirs.inbox.put_nowait(Surrendered())
    # An exception's use has let them be joined once.
    call.change(caller=transferee, other=far, exception=None)
    call.notice_parties()
    await call.save_without(transferor.channel)
    await (call.let_hang_up if asker.by_phone else call.hang_up)(transferor.channel)
    if old_bridge:
        await call.command(control.remove_from_bridge(old_bridge, far.channel))
    await call.take_state_off(far.channel)
    if transferor.person:
        call.house.queues.left(transferor.person, call.house.clock.now())
    call.house.queues.wake()
    return (
        is_there
        and call.state.bridge is not None
        and await call.insist(control.add_to_bridge, call.state.bridge, far.channel)
    )


def _mobiles_beside(call: Call, theirs: Call, *parties: Leg) -> list[Leg]:
    """Mobiles on other lines of the phones that would be joined: they would meet the caller there (O2, M4)."""
    if not is_protected(call):
        return []
    phones = [party for party in parties if party.account]
    beside = [found for phone in phones for found in call.house.live.mobiles_beside(phone, besides=call)]
    return [mobile for of, mobile in beside if of is not theirs]


def _far_party(theirs: Call, channel: str | None) -> Leg | None:
    """The one at the other end of the transferor's other leg, when they are talking."""
    if theirs.state.bridge is None:
        return None
    return theirs.other if channel == theirs.caller.channel else theirs.caller


# Refusing


async def _decline(call: Call, asker: Asker, decision: Decision) -> Refusal:
    """A phone gets 603 Decline; the caller stays where they are."""
    await asker.is_told("channel_declined")
    call.tell("outcome", outcome="transfer_refused", rules=decision.rules, by=str(asker.person or ""))
    numbers = {alternative.kind: alternative.number for alternative in decision.alternatives}
    return Refusal(
        asker.leg.channel,
        TransferRefused(
            rule=decision.rules[0] if decision.rules else "",
            mobile_number=numbers.get(AlternativeKind.TELL_MOBILE_NUMBER),
            direct_number=numbers.get(AlternativeKind.GIVE_DIRECT_NUMBER),
        ),
        decision,
    )
