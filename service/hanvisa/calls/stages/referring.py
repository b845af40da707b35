"""The referral: who is not to be had, why, until when, when best reached, and the ways on (G1, G2, O1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from hanvisa.calls.decisions import UnansweredFacts, decide, tell
from hanvisa.calls.leaving import ways_of
from hanvisa.calls.operators import attendance
from hanvisa.calls.prompts import (
    DepartmentEmpty,
    Goodbye,
    MobileNumber,
    NoMoreTexts,
    Offers,
    Prompt,
    Referral,
    TextOnItsWay,
    UnknownNumber,
    Why,
)
from hanvisa.calls.stage import (
    AskingToBeRung,
    AtSwitchboard,
    BackToOperator,
    LeavingMessage,
    ReachingMembers,
    ReachingPerson,
    Referring,
    ReferringMembers,
    Stage,
    runs,
)
from hanvisa.ids import new_id
from hanvisa.policy.absence import AbsenceNow, absence_at, compose_referral, is_unreferred
from hanvisa.policy.facts import Department, Group, Person, TargetKind
from hanvisa.policy.model import Effect, Language
from hanvisa.policy.offers import Offer, WaysOn
from hanvisa.policy.texts import TextFacts
from hanvisa.policy.transfer import Via

if TYPE_CHECKING:
    from uuid import UUID

    from hanvisa.calls.call import Call


@runs(Referring)
async def refer(call: Call, stage: Referring) -> Stage | None:
    person = call.register.person(stage.person)
    if person is None:  # ended in the register since the stage was written
        await call.say(UnknownNumber())
        return None
    absence = _absence_now(call, person)
    if not stage.told:
        _note(call, person, stage.why, absence)
    stage = replace(stage, why=_why_told(stage.why, absence))
    return await _offer(call, _referral(call, person, stage.why), lambda: ways_of(call, person), stage)


def _note(call: Call, person: Person, why: Why, absence: AbsenceNow | None) -> None:
    """The referral in the call's story. Whoever has no absence registered should have had one (G1)."""
    absent = absence is not None
    if why is not Why.ABSENT:
        facts = UnansweredFacts(person, why, call.touched, call.register.direct_number(person), absent)
        tell(call, facts, decide(facts))
    call.tell(
        "outcome",
        outcome="referred",
        why=_why_told(why, absence),
        person=str(person.id),
        unreferred=is_unreferred(why, absent=absent),
    )


def _why_told(why: Why, absence: AbsenceNow | None) -> Why:
    """Of who is absent callers always learn it (G1): rung past their referral, or before the absence was set."""
    return Why.ABSENT if absence is not None and not absence.reason.reachable else why


@runs(ReferringMembers)
async def refer_members(call: Call, stage: ReferringMembers) -> Stage | None:
    found = call.register.department(stage.id) or call.register.group(stage.id)
    if found is None:  # ended in the register since the stage was written
        await call.say(UnknownNumber())
        return None
    if not stage.told:
        members = {"department" if isinstance(found, Department) else "members": str(found.id)}
        call.tell("outcome", outcome="referred", why="nobody", **members)
    numbers = call.register.numbers_of(stage.kind, found.id)
    empty = DepartmentEmpty(found.name, numbers[0].number if numbers else None)
    return await _offer(call, empty, lambda: _ways_of_members(call, found), stage)


def _ways_of_members(call: Call, members: Department | Group) -> WaysOn:
    """A message is for a department only: to a group it belongs to nobody in particular."""
    if isinstance(members, Department):
        return ways_of(call, members)
    return WaysOn(
        operator=call.register.switchboard_of(members.organisation_id), language=call.language_of(call.caller)
    )


def _referral(call: Call, person: Person, why: Why) -> Referral:
    # O1: whom an operator has sent on hears the direct number, for a new call.
    direct = call.register.direct_number(person) if call.touched else None
    recordings = call.register.recordings_of(person.id)
    return Referral.of(compose_referral(person, _absence_now(call, person), why, direct, recordings))


def _absence_now(call: Call, person: Person) -> AbsenceNow | None:
    return absence_at(call.register.absences_of(person.id), call.house.clock.now())


async def _offer(
    call: Call, said: Prompt, ways_now: Callable[[], WaysOn], stage: Referring | ReferringMembers
) -> Stage | None:
    """Say it, then what the caller can do; keys interrupt the speech. No key: goodbye, and the last chance of one.

    ``ways_now`` tells what there is at this moment: somebody may have come back meanwhile.
    """
    sought = stage if isinstance(stage, Referring) else None
    first = None if stage.told else said
    while True:
        ways = ways_now()
        offers = Offers(ways.offers, ways.substitute.name if ways.substitute else "")
        prompts = (first, offers) if first else (offers,)
        key = await call.say(*prompts) or await call.key(call.house.settings.key_wait)
        back = None if key else _back(call, stage)  # somebody may have opened meanwhile
        key = key or (None if back else await call.say(Goodbye()))
        if key is None:
            return back
        first = None
        match Offer(key) if key in ways.offers else None:
            case Offer.AGAIN:
                first = said
            case Offer.ENGLISH:
                call.change(caller=replace(call.caller, language=Language.EN))
                first = said
            case Offer.MOBILE_NUMBER:
                first = _mobile_number(call, ways, sought)
            case Offer.TEXT:
                first = _text(call, ways, sought)
            case Offer.MESSAGE:
                return LeavingMessage(*_whom(stage))
            case Offer.RING_BACK:
                return AskingToBeRung(*_whom(stage), new_id())
            case Offer.INSTEAD | Offer.OPERATOR as chosen:
                return _onward(chosen, ways, stage)


def _back(call: Call, stage: Referring | ReferringMembers) -> Stage | None:
    """A serial caller's way, who presses nothing: as after any party, but in no circle where nobody is there."""
    operator = call.state.serial
    if operator is None or (stage.told and not _is_attended(call)):
        return None
    return BackToOperator(operator, *_whom(stage), told=True)


def _is_attended(call: Call) -> bool:
    switchboard = call.switchboard
    return switchboard is not None and decide(attendance(call, switchboard)).effect is not Effect.REFER


def _whom(stage: Referring | ReferringMembers) -> tuple[UUID, Why]:
    return (stage.person if isinstance(stage, Referring) else stage.id), stage.why


def _mobile_number(call: Call, ways: WaysOn, sought: Referring | None) -> Prompt | None:
    person = call.register.person(sought.person) if sought else None
    return MobileNumber(person.name, ways.mobile_number) if person and ways.mobile_number else None


def _text(call: Call, ways: WaysOn, sought: Referring | None) -> Prompt | None:
    """Queue it, and say so: nobody waits for the gateway. It is offered once for each person sought."""
    if sought is None or ways.text is None or call.house.texts is None:
        return None
    facts = TextFacts(call.house.texts.lately(ways.text.to), call.house.settings.text_a_day)
    decision = decide(facts)
    tell(call, facts, decision)
    if not decision.allowed:
        call.change(texted=sought.person)
        return NoMoreTexts()
    queued = call.house.texts.queue(f"{call.id}-{sought.person.hex}", ways.text)
    if queued:
        call.change(texted=sought.person)
    call.tell("signal", type="texted" if queued else "not_texted", person=str(sought.person))
    return TextOnItsWay(queued)


def _onward(chosen: Offer, ways: WaysOn, stage: Referring | ReferringMembers) -> Stage | None:
    """Whom the caller has chosen instead. An operator sees who was sought, and why they were not had."""
    if chosen is Offer.OPERATOR and ways.operator is not None:
        return AtSwitchboard(ways.operator.id, *_whom(stage))
    if ways.substitute is not None:
        return ReachingPerson(ways.substitute.id, via=Via.SUBSTITUTE)
    return ReachingMembers(TargetKind.DEPARTMENT, ways.department.id) if ways.department else None
