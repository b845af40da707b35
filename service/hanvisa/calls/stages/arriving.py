"""Where a call comes in: who rings, what was dialled, and which stage that leads to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hanvisa.calls.prompts import OutsideFailed, UnknownNumber
from hanvisa.calls.ringing import outside_place, ring
from hanvisa.calls.stage import (
    Arriving,
    AtSwitchboard,
    BackToOperator,
    CallingOut,
    ReachingMembers,
    ReachingPerson,
    Stage,
    SwitchingOpen,
    Talking,
    Transferred,
    runs,
)
from hanvisa.calls.stages.reaching import display_of
from hanvisa.policy.facts import TargetKind
from hanvisa.policy.numbers import NumberKind, Reading, caller_language, normalise_caller, read_number

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

OPEN_OR_CLOSE = ("*27#", "*27")  # phones often take # as "send"


@runs(Arriving)
async def arrive(call: Call, _: Arriving) -> Stage | None:
    identify_caller(call)
    call.tell(
        "opened",
        side=call.state.side,
        caller=call.caller.number,
        caller_person=str(call.caller.person or ""),
        called=call.state.dialled,
        language=call.state.language,
        organisation=str(call.state.organisation or ""),
    )
    if call.state.side == "phone" and call.state.dialled in OPEN_OR_CLOSE:
        return SwitchingOpen()
    reading = read_dialled(call, call.state.dialled)
    inside = stage_for(call, reading)
    if inside is not None:
        return inside
    if call.state.side == "phone" and reading.number is not None:
        return CallingOut()
    # A carrier's call never goes out again, whatever it asks for.
    call.tell("outcome", outcome="unknown_number")
    await call.say(UnknownNumber())
    switchboard = call.register.switchboard_of(call.state.organisation) if call.state.organisation else None
    return AtSwitchboard(switchboard.id) if switchboard and call.state.side == "carrier" else None


@runs(Transferred)
async def send_on(call: Call, stage: Transferred) -> Stage | None:
    """The caller has been sent on: to one of ours, or to an outside number that the policy let through."""
    reading = read_dialled(call, stage.dialled)
    inside = stage_for(call, reading)
    if inside is not None:
        return inside
    rung = await ring(call, [outside_place(reading)], call.house.settings.ring_person, display_of(call))
    if rung.leg is None:
        call.tell("outcome", outcome="outside_failed", why=rung.why)
        await call.say(OutsideFailed(rung.why))
        return BackToOperator(call.state.touched_by) if call.state.touched_by else None
    await call.connect(rung.leg)
    return Talking()


def identify_caller(call: Call) -> None:
    """Find out whose phone or registered mobile is calling, in which language to speak, and for whom."""
    register = call.register
    if call.state.side == "phone":
        phone = register.phone_of_account(call.caller.account)
        if phone is None:
            return
        extensions = register.extensions_of(TargetKind.PERSON, phone.owner_id) if phone.owner_id else ()
        owner = register.person(phone.owner_id) if phone.owner_id else None
        caller = replace(
            call.caller, person=phone.owner_id, number=extensions[0].number if extensions else ""
        )
        call.change(
            caller=caller,
            organisation=phone.organisation_id,
            language=owner.language if owner else call.state.language,
        )
        return
    number = normalise_caller(call.caller.number)
    mobile = register.mobile(number) if number else None
    call.change(
        # Asterisk's trunk endpoint is no phone of ours: a carrier's leg has no account.
        caller=replace(
            call.caller,
            account="",
            number=number or "",
            person=mobile.person_id if mobile else None,
            kind=NumberKind.MOBILE if mobile else NumberKind.FIXED,
        ),
        language=caller_language(number),
    )


def read_dialled(call: Call, dialled: str) -> Reading:
    return read_number(dialled, call.organisation, call.register, call.house.plan)


def stage_for(call: Call, reading: Reading) -> Stage | None:
    """The stage that a number of ours leads to (None: it is not ours). Marks the call with what the number brings."""
    if reading.kind is not NumberKind.INTERNAL or reading.target is None:
        return None
    kind, id_ = reading.target
    register = call.register
    confidential = reading.confidential
    stage: Stage
    match kind:
        case TargetKind.PERSON:
            person = register.person(id_)
            if person is None:
                return None
            department = register.department(person.department_id)
            confidential = (
                confidential or person.confidential or (department is not None and department.confidential)
            )
            organisation, stage = person.organisation_id, ReachingPerson(id_)
        case TargetKind.DEPARTMENT:
            department = register.department(id_)
            if department is None:
                return None
            confidential = confidential or department.confidential
            organisation, stage = department.organisation_id, ReachingMembers(TargetKind.DEPARTMENT, id_)
        case TargetKind.GROUP:
            group = register.group(id_)
            if group is None:
                return None
            organisation, stage = group.organisation_id, ReachingMembers(TargetKind.GROUP, id_)
        case TargetKind.SWITCHBOARD:
            switchboard = register.switchboard(id_)
            if switchboard is None:
                return None
            organisation, stage = switchboard.organisation_id, AtSwitchboard(id_)
    call.change(organisation=organisation, confidential=call.state.confidential or confidential)
    return stage
