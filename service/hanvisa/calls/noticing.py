"""What a call is marked with, and tells, by who is on the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.policy.confidentiality import has_confidential_line
from hanvisa.policy.facts import TargetKind
from hanvisa.policy.numbers import NumberKind

if TYPE_CHECKING:
    from hanvisa.calls.call import Call
    from hanvisa.calls.state import Leg


def notice_parties(call: Call, left: Leg | None = None) -> None:
    """These two talk from now on: O2 follows the caller from the moment an operator does, and M5 a mobile.

    ``left``: who was on the line until now, where the talk goes on without them.
    """
    call.change(talking_since=call.house.clock.now(), sent_to=None)
    parties = [leg for leg in (call.caller, call.other) if leg]
    for leg in parties:
        if leg.account and leg.person and call.register.operator(leg.person):
            call.change(touched_by=leg.person)
    mobiles = [leg for leg in parties if leg.kind is NumberKind.MOBILE]
    for leg in mobiles:
        call.tell("signal", type="with_mobile", person=str(leg.person or ""))
    if left and left.kind is NumberKind.MOBILE and not mobiles:
        call.tell("signal", type="without_mobile")
    notice_confidential(call)


def notice_confidential(call: Call) -> None:
    """M4: the call of a confidential person, department or line is confidential, whoever rang whom."""
    for leg in (call.caller, call.other):
        person = call.person_of(leg) if leg and leg.account else None
        if person and has_confidential_line(call.register, TargetKind.PERSON, person.id):
            call.change(confidential=True)
