"""An attended transfer: the far parties of the transferor's two legs. The policy first, then the joining."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from hanvisa.calls.asker import Asker, Refusal, decline
from hanvisa.calls.gate import to_be_brought, to_join
from hanvisa.calls.noticing import notice_parties
from hanvisa.calls.parties import is_protected, operator_of
from hanvisa.calls.sending_on import read, send, send_on, to_number
from hanvisa.calls.signals import Surrendered, TransferRequested
from hanvisa.calls.stage import Apologising, BackToOperator, Stage, Talking
from hanvisa.calls.state import Leg
from hanvisa.calls.targets import wanted_by
from hanvisa.calls.uses import Question, ask, must_be_there
from hanvisa.policy.attendant import Wanted
from hanvisa.policy.model import Decision
from hanvisa.policy.numbers import NumberKind
from hanvisa.policy.transfer import Via

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

ENDED_WITHIN = 1.0  # seconds, for a consultation that makes way


async def join(
    call: Call, theirs: Call | None, request: TransferRequested, asker: Asker, transferee: Leg
) -> Stage | Refusal | None:
    """Join the far parties of the transferor's two legs. Each is judged as what the other would be joined to."""
    if theirs is not None and theirs is not call and _still_rings(theirs, request.other):
        return await _onto_ringing(call, theirs, asker, transferee)
    far = _far_party(theirs, request.other) if theirs is not None and theirs is not call else None
    if theirs is None and _is_emergency(call, request.target):
        # The operator's own call to 112 is the dialplan's, and is left alone: the caller gets one of their own.
        return await send(call, request.target, asker, transferee)
    if theirs is None or far is None:
        await asker.is_told("channel_unavailable")
        return None
    _take_marks(call, theirs)
    has_rung_transferee = call.caller.channel == asker.leg.channel and theirs.caller.channel != request.other
    sought = transferee if has_rung_transferee else far  # on whichever of their legs the REFER has come
    refusal = await _refusal(call, theirs, far, transferee, sought)
    if refusal is not None:
        return await decline(call, asker, refusal)
    # Of a call that has come to them they have dialled nothing.
    if not far.rang_in and wanted_by(call, asker.person, theirs.state.dialled).serial:
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
    if asker.by_phone and theirs.other is not None and theirs.other.channel == request.other:
        # Their phone hangs up there too: it was told that all is well.
        theirs.after_party = (theirs.other.channel, alone(theirs, far))
    following = alone(call, transferee)
    if call.other is far:  # brought over, and not to be had in the bridge
        await call.part()
    else:
        await send_on(call, asker, transferee, following, is_told=True)
    return following


def alone(call: Call, party: Leg) -> Stage:
    """Where the party goes on whom nobody talks to any more."""
    operator = operator_of(call, party)
    return BackToOperator(operator) if operator else Apologising()


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


async def _refusal(call: Call, theirs: Call, far: Leg, transferee: Leg, sought: Leg) -> Decision | None:
    """The decision that keeps the two from being joined, None when they may be. No rule touches a call to 112.

    ``sought`` is the one whom the other would be put through to.
    """
    if NumberKind.EMERGENCY in (far.kind, transferee.kind):
        return None
    asked: list[Question] = [
        *to_be_brought(call, theirs, far, transferee, sought=sought is far),
        *to_be_brought(call, theirs, transferee, far, sought=sought is transferee),
    ]
    for party in (far, transferee, *_mobiles_beside(call, theirs, far, transferee)):
        # The one who is no mobile of ours is the caller; a citizen's mobile is a caller like any other.
        via = Via.RANG_IN if party is theirs.caller or party is call.caller else Via.DIRECT
        asked.append(to_join(call, party.reading, call.person_of(party), via, theirs, sought=party is sought))
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
        return await send(call, dialled, asker, transferee, taken)
    serial = wanted_by(call, asker.person, dialled).serial
    wanted = Wanted(sent_to.number, sent_to.past_referral, serial)
    return await to_number(call, wanted, sent_to.organisation, asker, transferee, taken=taken)


def _is_emergency(call: Call, target: str) -> bool:
    return read(call, target, call.state.organisation).kind is NumberKind.EMERGENCY


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
    notice_parties(call, left=transferor)
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
