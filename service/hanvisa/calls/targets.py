"""What a dialled string leads to, as a stage: the person, department, group or switchboard of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.stage import AtSwitchboard, ReachingMembers, ReachingPerson, Stage
from hanvisa.policy.attendant import Wanted, read_wanted
from hanvisa.policy.confidentiality import has_confidential_line
from hanvisa.policy.facts import Department, Group, Person, Switchboard, TargetKind
from hanvisa.policy.numbers import NumberKind, Reading, read_number

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


def read_dialled(call: Call, dialled: str) -> Reading:
    return read_number(dialled, call.organisation, call.register, call.house.plan)


def wanted_by(call: Call, person: UUID | None, dialled: str) -> Wanted:
    """What operators may dial before a number means nothing on other phones."""
    return read_wanted(dialled) if person and call.register.operator(person) else Wanted(dialled)


def stage_for(call: Call, reading: Reading) -> Stage | None:
    """The stage that a number of ours leads to (None: it is not ours). Marks the call with what the number brings."""
    if reading.kind is not NumberKind.INTERNAL or reading.target is None:
        return None
    kind, id_ = reading.target
    register = call.register
    found: Person | Switchboard | Department | Group | None
    stage: Stage
    match kind:
        case TargetKind.PERSON:
            found, stage = register.person(id_), ReachingPerson(id_)
        case TargetKind.SWITCHBOARD:
            found, stage = register.switchboard(id_), AtSwitchboard(id_)
        case TargetKind.DEPARTMENT:
            found, stage = register.department(id_), ReachingMembers(kind, id_)
        case TargetKind.GROUP:
            found, stage = register.group(id_), ReachingMembers(kind, id_)
    if found is None:
        return None
    confidential = (
        call.state.confidential or reading.confidential or has_confidential_line(register, kind, id_)
    )
    call.change(organisation=found.organisation_id, confidential=confidential)
    return stage


def mark_confidential(call: Call, kind: TargetKind, id_: UUID) -> None:
    """M4: a call that goes on to a confidential person, department or line is confidential from there."""
    if has_confidential_line(call.register, kind, id_):
        call.change(confidential=True)
