"""A caller who waits or is parked, taken by an operator at the console: the phone answers by itself where it can.

ARI can't make a desk phone answer. It is rung with `Call-Info: answer-after=0`, which many heed; the others ring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.live_ports import Outcome
from hanvisa.policy.facts import Operator

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

_WAITING = ("AtSwitchboard", "BackToOperator", "Parked")


def take(call: Call, by: UUID | None) -> Outcome:
    """The operator is to have the caller now, out of turn, unless they talk with somebody else."""
    operator = call.register.operator(by) if by else None
    if operator is None or call.state.stage.get("name") not in _WAITING or _talks(call, operator):
        return Outcome("not_now")
    call.taken_by = operator.person_id
    call.tell("signal", type="taken", person=str(operator.person_id))
    call.wake()
    return Outcome("done")


def _talks(call: Call, operator: Operator) -> bool:
    """A phone of theirs is in another call, where nobody is on hold, or rings for one."""
    return any(
        other is not call and not other.is_held for other, _ in call.house.live.legs_of(operator.person_id)
    )
