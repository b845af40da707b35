"""Reaching someone of ours: a person, or the members of a department or group (G1, G2, G3's stand-ins, M3)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.decisions import ArrivalFacts, decide, tell
from hanvisa.calls.gate import would_join
from hanvisa.calls.prompts import Why
from hanvisa.calls.ringing import Display, Place, Rung, outside_place, phone_places, ring
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
        return _to_operators(call)
    if is_away(call, person):
        return Referring(person.id, Why.ABSENT)
    rung = await ring(call, places_of(call, person), call.house.settings.ring_person, display_of(call))
    rung = await follow_redirects(call, rung)
    if rung.leg is None:
        return Referring(person.id, rung.why)
    await call.connect(rung.leg)
    return Talking()


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
    return _to_operators(call) or ReferringDepartment(stage.id)


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


def places_of(call: Call, person: Person) -> list[Place]:
    """The person's phones, or where they have forwarded them to, when the policy lets this caller follow (M3, O2)."""
    forwarding = forwarding_at(call.register.forwardings_of(person.id), call.house.clock.now())
    if forwarding is None:
        return phone_places(call, person)
    organisation = call.register.organisation(person.organisation_id)
    reading = read_number(forwarding.target, organisation, call.register, call.house.plan)
    if reading.kind.may_be_mobile and not would_join(call, reading, person, Via.FORWARDING).allowed:
        return phone_places(call, person)
    return _places_of_reading(call, reading, person.id, Via.FORWARDING) or phone_places(call, person)


def _places_of_reading(call: Call, reading: Reading, person: UUID | None, via: Via) -> list[Place]:
    if reading.kind is NumberKind.INTERNAL:
        target = call.register.person(reading.target[1]) if reading.target else None
        return phone_places(call, target, via) if target else []
    return [outside_place(reading, person, via)] if reading.number else []


async def follow_redirects(call: Call, rung: Rung) -> Rung:
    """A phone answered with a 302: the same decision as any other step that would join the caller to that number.

    One redirect is followed, not those that it leads to.
    """
    if rung.leg is not None or not rung.redirects:
        return rung
    person, target = rung.redirects[0]
    call.tell("signal", type="redirect", to=target, person=str(person or ""))
    reading = read_number(target, call.organisation, call.register, call.house.plan)
    places = _places_of_reading(call, reading, person, Via.REDIRECT)
    followed = await ring(call, places, call.house.settings.ring_person, display_of(call))
    if followed.refusals:
        followed.why = Why.NO_ANSWER
    return followed


def display_of(call: Call) -> Display:
    """What the rung phone shows: the caller's name where it is one of ours, and number."""
    person = call.person_of(call.caller)
    return Display(person.name if person else "", call.caller.number)


def _to_operators(call: Call) -> Stage | None:
    switchboard = call.register.switchboard_of(call.state.organisation) if call.state.organisation else None
    return AtSwitchboard(switchboard.id) if switchboard else None
