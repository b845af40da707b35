"""A phone's REFER, or the same asked for by the API: blind or attended.

Asterisk has answered the REFER with 202 and waits for us; it moves no channel by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.asker import Asker, Refusal
from hanvisa.calls.joining import join
from hanvisa.calls.outgoing import private_number
from hanvisa.calls.sending_on import send
from hanvisa.calls.signals import TransferRequested
from hanvisa.calls.stage import Stage
from hanvisa.calls.uses import PartyGone

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


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
    before = call.state
    following: Stage | Refusal | None = None
    try:
        if request.attended:
            following = await join(call, theirs, request, asker, transferee)
        else:
            if number:  # dialled with the prefix of private calls: it is one, if it is sent on
                call.state = call.state.with_private(number)
            following = await send(call, request.target, asker, transferee)
    except PartyGone:  # which the stage heeds next
        await asker.is_told("channel_unavailable")
    if following is None or isinstance(following, Refusal):
        # It had the other call's marks, or was private, while that was decided, and told; who stays is as before.
        call.change(
            touched_by=before.touched_by,
            confidential=before.confidential,
            threat=before.threat,
            private=before.private,
            private_too=before.private_too,
        )
    return following
