"""A caller handed over to a colleague who is open and free: the next call of theirs, offered as to whom one comes back.

The colleague's phone shows from whom. Who does not answer leaves the caller to the queue's head, as ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.gate import may_be_served
from hanvisa.calls.live_ports import Asked, Outcome
from hanvisa.calls.parties import may_have_now
from hanvisa.calls.stage import BackToOperator

if TYPE_CHECKING:
    from hanvisa.calls.call import Call
    from hanvisa.calls.state import Leg


def to_colleague(
    call: Call, asked: Asked, party: Leg, by: UUID | None, sought: UUID | None = None
) -> tuple[BackToOperator | None, Outcome]:
    """The stage in which the colleague is offered the party, who is for ``sought``; None where they can't be."""
    colleague = call.register.operator(asked.person) if asked.person else None
    if colleague is None:
        return None, Outcome("nowhere")
    decision = may_be_served(call, party, [colleague])
    if not decision.allowed:
        return None, Outcome("refused", decision)
    queues, live = call.house.queues, call.house.live
    if not queues.is_free(colleague, live.is_engaged, call.house.clock.now()):
        return None, Outcome("not_now")
    if not may_have_now(call, colleague, party):
        return None, Outcome("kept_apart")
    call.tell("signal", type="handed_over", by=str(by or ""), person=str(colleague.person_id))
    return BackToOperator(colleague.person_id, sought, handed_by=by), Outcome("done")


def hand_over_parked(call: Call, asked: Asked) -> Outcome:
    """The parked caller need not be fetched first; the colleague sees for whom they were parked."""
    if call.fetched_by is not None:
        return Outcome("not_now")
    by = asked.by or call.state.touched_by
    call.handed_to, outcome = to_colleague(call, asked, call.caller, by, call.parked_for)
    call.wake()
    return outcome
