"""Reaching someone of ours: a person, or the members of a department or group (G1, G2, G3's stand-ins, M3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.decisions import ArrivalFacts, decide, tell
from hanvisa.calls.gate import would_join
from hanvisa.calls.outgoing import may_call_out
from hanvisa.calls.prompts import Why
from hanvisa.calls.ringing import Display, Place, outside_place, phone_places, ring
from hanvisa.calls.stage import (
    AtSwitchboard,
    ReachingMembers,
    ReachingPerson,
    Referring,
    ReferringDepartment,
    Stage,
    Talking,
    runs,
)
from hanvisa.calls.stages.camping import gets_past_referral, not_had
from hanvisa.calls.targets import read_dialled, stage_for
from hanvisa.policy.facts import Person, TargetKind
from hanvisa.policy.forwarding import forwarding_at
from hanvisa.policy.model import Effect
from hanvisa.policy.numbers import NumberKind, Reading, read_number
from hanvisa.policy.transfer import Via

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


@runs(ReachingPerson)
async def reach_person(call: Call, stage: ReachingPerson) -> Stage | None:
    person = call.register.person(stage.person)
    if person is None:  # ended in the register since the stage was written
        return to_operators(call)
    if is_away(call, person) and not (stage.past_referral and gets_past_referral(call, person)):
        return Referring(person.id, Why.ABSENT)
    forwarded = _forwarded_to(call, person)
    onward = _onward(call, stage, forwarded) if forwarded else None
    if onward is not None:
        return onward
    rung = await ring(
        call, _places_of(call, person, forwarded), call.house.settings.ring_person, display_of(call)
    )
    if rung.leg is None and rung.redirects:
        # A phone's 302 is decided like any other step that would join the caller to that number.
        by, target = rung.redirects[0]
        call.tell("signal", type="redirect", to=target, person=str(by or ""))
        reading = read_dialled(call, target)
        onward = _onward(call, stage, reading)
        if onward is not None:
            return onward
        may_go_out = reading.number and may_call_out(call, reading, person).allowed
        places = [outside_place(reading, by, Via.REDIRECT)] if may_go_out else []
        rung = await ring(call, places, call.house.settings.ring_person, display_of(call))
        rung.why = Why.NO_ANSWER if rung.refusals or not places else rung.why
    if rung.leg is None:
        return not_had(call, stage, person, rung.why)
    await call.connect(rung.leg)
    return Talking()


def _forwarded_to(call: Call, person: Person) -> Reading | None:
    forwarding = forwarding_at(call.register.forwardings_of(person.id), call.house.clock.now())
    if forwarding is None:
        return None
    organisation = call.register.organisation(person.organisation_id)
    return read_number(forwarding.target, organisation, call.register, call.house.plan)


def _onward(call: Call, stage: ReachingPerson, reading: Reading) -> Stage | None:
    """Whom a forwarding or a redirect to one of ours leads to; None when it leads outside, or in a circle."""
    onward = stage_for(call, reading)
    if not isinstance(onward, ReachingPerson):
        return onward
    followed = (*stage.followed, stage.person)
    return None if onward.person in followed else replace(onward, followed=followed)


def _places_of(call: Call, person: Person, forwarded: Reading | None) -> list[Place]:
    """The person's phones, or the number they are forwarded to, when the policy lets this caller follow (M3, O2)."""
    if forwarded is None or forwarded.kind is NumberKind.INTERNAL or not forwarded.number:
        return phone_places(call, person)
    if forwarded.kind.may_be_mobile and not would_join(call, forwarded, person, Via.FORWARDING).allowed:
        return phone_places(call, person)
    if not may_call_out(call, forwarded, person).allowed:
        return phone_places(call, person)
    return [outside_place(forwarded, person.id, Via.FORWARDING)]


@runs(ReachingMembers)
async def reach_members(call: Call, stage: ReachingMembers) -> Stage | None:
    places = [
        place for place in _places(call, stage) if place.person is None or not _is_away_id(call, place.person)
    ]
    rung = await ring(call, places, call.house.settings.ring_person, display_of(call))
    if rung.leg is not None:
        await call.connect(rung.leg)
        return Talking()
    department = call.register.department(stage.id)
    if department is not None:
        stand_in = department.stand_in_id
        if stand_in and stand_in not in (*stage.tried, stage.id):
            return ReachingMembers(TargetKind.DEPARTMENT, stand_in, (*stage.tried, stage.id))
        if call.touched:
            return ReferringDepartment(department.id)
    return to_operators(call) or ReferringDepartment(stage.id)


def _places(call: Call, stage: ReachingMembers) -> list[Place]:
    register = call.register
    if stage.kind is TargetKind.DEPARTMENT:
        return [
            place for member in register.members(stage.id) for place in phone_places(call, member, Via.GROUP)
        ]
    group = register.group(stage.id)
    if group is None:
        return []
    members = [member for id_ in group.member_ids if (member := register.person(id_))]
    inside = [place for member in members for place in phone_places(call, member, Via.GROUP)]
    readings = [read_number(number, None, register, call.house.plan) for number in group.numbers]
    return inside + [outside_place(reading, via=Via.GROUP) for reading in readings if reading.number]


def is_away(call: Call, person: Person) -> bool:
    """G1: an absent person's phone does not ring. The decision goes into the call's story."""
    facts = ArrivalFacts(
        person=person,
        absences=call.register.absences_of(person.id),
        at=call.house.clock.now(),
        touched=call.touched,
        direct_number=call.register.direct_number(person),
    )
    decision = decide(facts)
    tell(call, facts, decision)
    return decision.effect is Effect.REFER


def _is_away_id(call: Call, id_: UUID) -> bool:
    person = call.register.person(id_)
    return person is not None and is_away(call, person)


def display_of(call: Call) -> Display:
    """What the rung phone shows: the caller's name where it is one of ours, and number."""
    person = call.person_of(call.caller)
    return Display(person.name if person else "", call.caller.number)


def to_operators(call: Call) -> Stage | None:
    switchboard = call.register.switchboard_of(call.state.organisation) if call.state.organisation else None
    return AtSwitchboard(switchboard.id) if switchboard else None
