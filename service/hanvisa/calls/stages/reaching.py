"""Reaching someone of ours: a person, or the members of a department or group (G1, G2, G3's stand-ins, M3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.decisions import ArrivalFacts, decide, tell
from hanvisa.calls.hunting import ring_members
from hanvisa.calls.leaving import to_ways_on
from hanvisa.calls.masking import masked
from hanvisa.calls.operators import attendance
from hanvisa.calls.outgoing import forwarded_to, may_call_out, private_number
from hanvisa.calls.prompts import Why
from hanvisa.calls.refusing import tell_refused
from hanvisa.calls.ringing import Display, Place, Rung, outside_place, phone_places, ring_or_refuse
from hanvisa.calls.sending_on import read
from hanvisa.calls.stage import (
    AtSwitchboard,
    BackToOperator,
    ReachingMembers,
    ReachingPerson,
    Referring,
    ReferringMembers,
    Stage,
    Talking,
    runs,
)
from hanvisa.calls.stages.camping import gets_past_referral, not_had
from hanvisa.calls.targets import mark_confidential, stage_for
from hanvisa.policy.facts import (
    Department,
    ForwardingKind,
    Group,
    OperatorState,
    Person,
    Ringing,
    TargetKind,
)
from hanvisa.policy.forwarding import FORWARDABLE
from hanvisa.policy.model import Effect
from hanvisa.policy.numbers import NumberKind, Reading, read_number
from hanvisa.policy.opening import OpeningFacts, decide_opening
from hanvisa.policy.stand_ins import DepartmentFacts, answering, stand_in_chain
from hanvisa.policy.transfer import Via

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


@runs(ReachingPerson)
async def reach_person(call: Call, stage: ReachingPerson) -> Stage | None:
    person = call.register.person(stage.person)
    if person is None:  # ended in the register since the stage was written
        return to_operators(call)
    if stage.via is Via.SUBSTITUTE:
        mark_confidential(call, TargetKind.PERSON, person.id)
    if is_away(call, person) and not (stage.past_referral and gets_past_referral(call, person)):
        return Referring(person.id, Why.ABSENT)
    forwarded = forwarded_to(call, person)
    onward = _onward(call, stage, forwarded) if forwarded else None
    return onward or await _ring_person(call, stage, person, forwarded)


async def _ring_person(
    call: Call, stage: ReachingPerson, person: Person, forwarded: Reading | None
) -> Stage | None:
    """Their phones, or the number they are ``forwarded`` to; then what a phone redirects to, if one does."""
    own = phone_places(call, person, stage.via)
    tried = places = _places_of(call, person, forwarded, own)
    rung = await _ring_places(call, places)
    if rung.leg is None and places != own and (rung.refusals or rung.is_kept_apart):
        # This caller may not be sent there: the person's own phones ring.
        rung = (await _ring_places(call, own)).after(rung)
    if rung.is_refused and _is_told(call, rung):
        return await _refused(call, person.id, rung)
    if rung.leg is None and rung.redirects:
        # A phone's 302 is decided like any other step that would join the caller to that number.
        reading = _redirected_to(call, person, rung.redirects[0])
        onward = _onward(call, stage, reading)
        if onward is not None:
            return onward
        places = _outside(call, person, reading, Via.REDIRECT)
        tried = [*tried, *places]
        rung = (await _ring_places(call, places)).after(rung)
    if rung.leg is None:
        return await _when_not_had(call, stage, person, rung, tried)
    await call.connect(rung.leg)
    return Talking()


async def _ring_places(call: Call, places: Sequence[Place]) -> Rung:
    return await ring_or_refuse(call, places, call.house.settings.ring_person, display_of(call))


def _is_told(call: Call, rung: Rung) -> bool:
    """By which rule nothing of a person's was rung: who dialled it, and for whose own line that is. Others are not."""
    has_dialled = bool(call.caller.account) and not call.touched
    return has_dialled or _is_for_own_line(call, rung)


async def _refused(call: Call, sought: UUID, rung: Rung) -> Stage | None:
    """Nothing was rung, for the caller has a mobile or a caller on the line, or is a mobile (M4, O2): they are told.

    Nothing counts against the ``sought``. Who is put through by an operator comes back to them; else the ways on are
    told, a message among them, and so they are to a mobile: no operator may have it either, whatever the hours.
    """
    await tell_refused(call, rung)
    if call.caller.account and call.state.touched_by is not None:
        return BackToOperator(call.state.touched_by, sought, Why.NOT_RUNG, told=True)
    return to_ways_on(call, sought, Why.NOT_RUNG)


async def _when_not_had(
    call: Call, stage: ReachingPerson, person: Person, rung: Rung, tried: Sequence[Place]
) -> Stage | None:
    """Where the person is forwarded when their phone is busy, or when nobody answers (M3); else what is said then.

    To none of the places that were ``tried``: a redirect may have led to the same mobile.
    """
    kind = ForwardingKind.BUSY if rung.why is Why.BUSY else ForwardingKind.NO_ANSWER
    forwarded = forwarded_to(call, person, kind)
    if forwarded is None or any(forwarded.number == place.reading.number for place in tried):
        return not_had(call, stage, person, rung.why)
    onward = _onward(call, stage, forwarded)
    if onward is not None:
        return onward
    places = _outside(call, person, forwarded, Via.FORWARDING)
    if not places:
        return not_had(call, stage, person, rung.why)
    there = (await _ring_places(call, places)).after(rung)
    if there.leg is not None:
        await call.connect(there.leg)
        return Talking()
    if there.is_refused and _is_told(call, there):
        return await _refused(call, person.id, there)
    return not_had(call, stage, person, Why.NOT_RUNG if there.is_refused else rung.why)


def _redirected_to(call: Call, person: Person, target: str) -> Reading:
    """As it is read where the person is, whoever rings. Nowhere where no phone may be forwarded, as to 112 (M3).

    Nor by the prefix of private calls: whoever rings makes none (P1).
    """
    if private := private_number(call, target, person.organisation_id):
        call.tell("signal", type="redirect_private", to=masked(target, private), person=str(person.id))
        return Reading(NumberKind.UNKNOWN)
    reading = read(call, target, person.organisation_id)
    is_followed = reading.kind in FORWARDABLE
    kind = "redirect" if is_followed else "redirect_refused"
    call.tell("signal", type=kind, to=target, person=str(person.id))
    return reading if is_followed else Reading(NumberKind.UNKNOWN)


def _onward(call: Call, stage: ReachingPerson, reading: Reading) -> Stage | None:
    """Whom a forwarding or a redirect to one of ours leads to; None when it leads outside, or in a circle."""
    onward = stage_for(call, reading)
    if not isinstance(onward, ReachingPerson):
        return onward
    followed = (*stage.followed, stage.person)
    return None if onward.person in followed else replace(onward, followed=followed)


def _places_of(call: Call, person: Person, forwarded: Reading | None, own: list[Place]) -> list[Place]:
    """Their ``own`` phones, or the number they are forwarded to, which rings where this caller may follow (M3, O2)."""
    return (forwarded and _outside(call, person, forwarded, Via.FORWARDING)) or own


def _outside(call: Call, person: Person, number: Reading, via: Via) -> list[Place]:
    """The number outside that a person's phone leads to; none where they may not call it themselves."""
    if not _is_outside(number) or not may_call_out(call, number, person).allowed:
        return []
    return [outside_place(number, person.id, via)]


def _is_outside(number: Reading) -> bool:
    return number.kind is not NumberKind.INTERNAL and bool(number.number)


@runs(ReachingMembers)
async def reach_members(call: Call, stage: ReachingMembers) -> Stage | None:
    mark_confidential(call, stage.kind, stage.id)
    rung = Rung(why=Why.ABSENT)
    if stage.kind is TargetKind.GROUP:
        group = call.register.group(stage.id)
        if group is not None:
            rung = await _ring(call, _of_group(call, group), group.ringing)
        return Talking() if rung.leg else await _without_members(call, stage.kind, stage.id, rung)
    tried = (*stage.tried, stage.id)
    department = _answering(call, stage.id, stage.tried)
    if department is not None and department.id == stage.id:
        rung = await _ring(call, _of_department(call, department), department.ringing)
        if rung.leg is not None:
            return Talking()
        department = _answering(call, stage.id, tried)
    if department is not None:
        return ReachingMembers(TargetKind.DEPARTMENT, department.id, tried)
    return await _without_members(call, stage.kind, tried[0], rung)


async def _ring(call: Call, members: list[list[Place]], ringing: Ringing) -> Rung:
    """Whoever of the members answers talks with the caller."""
    if not members:
        return Rung(why=Why.ABSENT)
    rung = await ring_members(call, members, ringing, display_of(call))
    if rung.leg is not None:
        await call.connect(rung.leg)
    return rung


async def _without_members(call: Call, kind: TargetKind, id_: UUID, rung: Rung) -> Stage | None:
    """G3: the operators take the call, first of all whoever had it, and see whom it was for and why.

    Where they are not there either, a message can be left for a department (S1). Whose own line is why nobody was rung
    is told so. An operator who is to serve these callers is told as who has no operators: they would be in their own
    queue.
    """
    is_own_queue = call.state.touched_by is None and _serves_themselves(call)
    if rung.is_refused and (is_own_queue or _is_for_own_line(call, rung)):
        return await _refused(call, id_, rung)
    if call.state.touched_by is not None:
        return BackToOperator(call.state.touched_by, id_, rung.why)
    instead = None if is_own_queue else to_operators(call, id_, rung.why)
    if instead is None or (kind is TargetKind.DEPARTMENT and not _is_attended(call)):
        return ReferringMembers(kind, id_, rung.why)
    return instead


def _serves_themselves(call: Call) -> bool:
    """The caller is on duty as an operator of the switchboard to which they would be led."""
    operators = call.register.operators_of(call.switchboard.id) if call.switchboard else ()
    return any(
        one.person_id == call.caller.person and one.state is not OperatorState.CLOSED for one in operators
    )


def _is_for_own_line(call: Call, rung: Rung) -> bool:
    """For what the caller has on the line, or is: a mobile in confidence. Else it is for the operator who had them."""
    if call.caller.account:
        return rung.for_own_line
    return call.state.confidential and call.caller.kind.may_be_mobile


def _is_attended(call: Call) -> bool:
    """Whether somebody serves the callers of the organisation's switchboard, or the night service does."""
    switchboard = call.switchboard
    if switchboard is None:
        return False
    if decide_opening(OpeningFacts(switchboard.hours, call.house.clock.now())).effect is Effect.REFER:
        return switchboard.night_group_id is not None
    return decide(attendance(call, switchboard)).effect is not Effect.REFER


def _answering(call: Call, asked: UUID, tried: tuple[UUID, ...]) -> Department | None:
    """G3: the department, or whichever stands in for it; None is nobody. The decision goes into the call's story."""
    chain = stand_in_chain(call.register, asked, call.house.clock.now())
    if not chain:  # ended in the register since the stage was written
        return None
    facts = DepartmentFacts(chain, tried)
    tell(call, facts, decide(facts))
    return answering(facts)


def _of_department(call: Call, department: Department) -> list[list[Place]]:
    return [
        phone_places(call, member, Via.GROUP)
        for member in call.register.members(department.id)
        if not is_away(call, member)
    ]


def _of_group(call: Call, group: Group) -> list[list[Place]]:
    """The places of each member; whoever is absent is passed over."""
    return [places for places in places_in_turn(call, group, Via.GROUP) if places is not None]


def places_in_turn(call: Call, group: Group, via: Via) -> list[list[Place] | None]:
    """The places of each member: None of who is away (G1), so that the others keep their turn whoever comes or goes.

    A number that is somebody's of ours is theirs. A registered mobile rings itself, without its holder's phones.
    """
    readings = [read_number(number, None, call.register, call.house.plan) for number in group.numbers]
    with_phones = [*group.member_ids, *(_whose(one) for one in readings if not _is_outside(one))]
    persons = {
        id_: person
        for id_ in [*with_phones, *map(_whose, readings)]
        if id_ and (person := call.register.person(id_))
    }
    away = {id_ for id_, person in persons.items() if is_away(call, person)}
    return [
        *(
            None if id_ in away else phone_places(call, persons[id_], via)
            for id_ in dict.fromkeys(with_phones)
            if id_ in persons
        ),
        *(
            None if _whose(one) in away else [outside_place(one, _whose(one), via)]
            for one in readings
            if _is_outside(one)
        ),
    ]


def _whose(reading: Reading) -> UUID | None:
    kind, id_ = reading.target or (None, None)
    return id_ if kind is TargetKind.PERSON else None


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


def display_of(call: Call) -> Display:
    """What the rung phone shows: the caller's name where it is one of ours, and number."""
    person = call.person_of(call.caller)
    return Display(person.name if person else "", call.callers_number)


def to_operators(call: Call, sought: UUID | None = None, why: Why | None = None) -> Stage | None:
    switchboard = call.switchboard
    return AtSwitchboard(switchboard.id, sought, why) if switchboard else None
