"""What an operator may ask of a call in any stage: mark it, end it, have the caller who waits or hand them over."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.answering import take
from hanvisa.calls.handing_over import hand_over_parked
from hanvisa.calls.live_ports import Asked, Outcome, Wish

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


class Dismissed(Exception):  # noqa: N818 - it is an event of the call, not a fault
    """An operator has ended the call."""


def settle(call: Call, asked: Asked) -> None:
    """Do what can be done in every stage; what needs two parties is "not now" where there are none.

    Raises:
        Dismissed: the call is to end.
    """
    if asked.answer.done():  # nobody waits for it any more
        return
    match asked.wish:
        case Wish.CONFIDENTIAL:
            mark_confidential(call, asked.by)
            asked.is_answered(Outcome("done"))
        case Wish.THREAT:
            mark_threat(call, asked.by)
            asked.is_answered(Outcome("done"))
        case Wish.HANG_UP:
            asked.is_answered(Outcome("done"))
            raise Dismissed
        case Wish.ANSWER:
            asked.is_answered(take(call, asked.by))
        case Wish.HAND_OVER if call.parked_for is not None:
            asked.is_answered(hand_over_parked(call, asked))
        case _ if call.state.bridge is None:
            asked.is_answered(Outcome("not_now"))


def mark_confidential(call: Call, by: UUID | None) -> None:
    """M4: from now on, whoever takes the call on: its channel may be told only when what plays there has ended."""
    call.change(confidential=True)
    call.keep()
    call.wake()  # it may wait for an operator whom it is kept from now
    call.tell("signal", type="marked_confidential", by=str(by or ""), confidential=True)


def mark_threat(call: Call, by: UUID | None) -> None:
    """A threatening call: its record is kept from purging, and it is recorded where the setting says so."""
    call.change(threat=True)
    call.keep()
    call.tell("signal", type="marked_threat", by=str(by or ""), threat=True)
