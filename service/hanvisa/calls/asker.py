"""Whoever wants a transfer, and how they are told what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.ports import TransferProgress
from hanvisa.calls.prompts import Barred, CallBarred, TransferRefused
from hanvisa.policy.model import AlternativeKind, Decision

if TYPE_CHECKING:
    from hanvisa.calls.call import Call
    from hanvisa.calls.state import Leg


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


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused transfer: whom to tell, and what."""

    channel: str
    prompt: TransferRefused | CallBarred
    decision: Decision


async def decline(call: Call, asker: Asker, decision: Decision, barred: Barred | None = None) -> Refusal:
    """A phone gets 603 Decline; the caller stays where they are.

    ``barred`` is the kind of call that whoever asks may not make from their phone, which is no matter of O2's.
    """
    await asker.is_told("channel_declined")
    call.tell("outcome", outcome="transfer_refused", rules=decision.rules, by=str(asker.person or ""))
    return Refusal(asker.leg.channel, CallBarred(barred) if barred else _refused(decision), decision)


def _refused(decision: Decision) -> TransferRefused:
    numbers = {alternative.kind: alternative.number for alternative in decision.alternatives}
    return TransferRefused(
        rule=decision.rules[0],
        mobile_number=numbers.get(AlternativeKind.TELL_MOBILE_NUMBER),
        direct_number=numbers.get(AlternativeKind.GIVE_DIRECT_NUMBER),
    )
