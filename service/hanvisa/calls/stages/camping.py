"""A caller whom an operator sent on and who was not put through: waiting for a busy person, recall, or the referral."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hanvisa.calls.afterwards import Afterwards
from hanvisa.calls.decisions import decide, tell
from hanvisa.calls.prompts import OfferToWait, Waiting, Why
from hanvisa.calls.signals import Key
from hanvisa.calls.stage import (
    BackToOperator,
    CampingOn,
    OfferingToWait,
    ReachingPerson,
    Referring,
    Stage,
    runs,
)
from hanvisa.policy import attendant
from hanvisa.policy.attendant import PastReferralFacts, SentOnFacts
from hanvisa.policy.facts import Person
from hanvisa.policy.model import Effect

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

WAIT = "5"  # the key
OPERATOR = "0"


def not_had(call: Call, stage: ReachingPerson, person: Person, why: Why) -> Stage:
    """What follows when the person's phones were rung in vain."""
    waits = stage.waited_since is not None
    waiting = attendant.Waiting.WAITS if waits else attendant.Waiting.NOT_ASKED
    following = _sent_on(call, stage, person, why, waiting)
    if isinstance(following, OfferingToWait) and stage.waited_since is not None:
        return CampingOn(person.id, stage.waited_since, stage.past_referral, stage.via)
    return following


def gets_past_referral(call: Call, person: Person) -> bool:
    """Whether an absent person's phone is rung all the same. The decision goes into the call's story."""
    rings = call.caller.person if call.caller.account else None
    by_operator = call.touched or (rings is not None and call.register.operator(rings) is not None)
    facts = PastReferralFacts(person, by_operator)
    decision = decide(facts)
    tell(call, facts, decision)
    return decision.allowed


@runs(OfferingToWait)
async def offer_to_wait(call: Call, stage: OfferingToWait) -> Stage | None:
    person = call.register.person(stage.person)
    if person is None:  # ended in the register since the stage was written
        return Referring(stage.person, Why.BUSY)
    key = await call.say(OfferToWait(person.name)) or await call.key(call.house.settings.key_wait)
    if key == WAIT:
        await call.say(Waiting())
        return CampingOn(person.id, call.house.clock.now(), stage.past_referral, stage.via)
    if key == OPERATOR and call.state.touched_by is not None:
        return BackToOperator(call.state.touched_by, person.id, Why.BUSY)
    return _sent_on(call, stage, person, Why.BUSY, attendant.Waiting.DECLINED)


@runs(CampingOn)
async def camp_on(call: Call, stage: CampingOn) -> Stage | None:
    person = call.register.person(stage.person)
    if person is None:
        return Referring(stage.person, Why.BUSY)
    queue = call.house.queues.at(person.id)
    queue.join(call, stage.since)
    await call.answer()
    await call.insist(call.house.control.start_music, call.caller.channel)
    async with Afterwards(lambda: call.insist(call.house.control.stop_music, call.caller.channel)):
        try:
            is_free = await _until_free(call, stage)
        finally:
            queue.leave(call)
    if is_free:
        return ReachingPerson(
            person.id, waited_since=stage.since, past_referral=stage.past_referral, via=stage.via
        )
    return _sent_on(call, stage, person, Why.BUSY, attendant.Waiting.OVER)


async def _until_free(call: Call, stage: CampingOn) -> bool:
    """Wait in turn. False when the caller has waited long enough, or wants the operator."""
    settings, now = call.house.settings, asyncio.get_running_loop().time
    waited = max(
        0.0, (call.house.clock.now() - stage.since).total_seconds()
    )  # the clock may have been put back
    over = now() + settings.camp_on - waited
    # A phone may be busy for a reason that is not known here: it is tried again.
    retry = now() + settings.camp_on_retry
    while now() < over:
        engaged = call.house.live.is_engaged(stage.person)
        if engaged:
            retry = 0.0
        elif now() >= retry and call.house.queues.at(stage.person).place(call) == 0:
            return True
        match await call.next(min(over - now(), settings.camp_on_retry)):
            case Key(channel, digit) if channel == call.caller.channel and digit == OPERATOR:
                return False
    return False


def _sent_on(
    call: Call,
    stage: ReachingPerson | OfferingToWait | CampingOn,
    person: Person,
    why: Why,
    waiting: attendant.Waiting,
) -> Stage:
    """What becomes of the caller, by the policy. Who was sent by no operator is referred."""
    operator = call.state.touched_by
    if operator is None:
        return Referring(person.id, why)
    facts = SentOnFacts(
        person,
        why,
        waiting,
        to_operator=call.register.operator(person.id) is not None and person.id != operator,
        serial=call.state.serial is not None,
        setting=call.house.settings.unanswered_transfer,
    )
    decision = decide(facts)
    tell(call, facts, decision)
    match decision.effect:
        case Effect.WAIT:
            return OfferingToWait(person.id, stage.past_referral, stage.via)
        case Effect.RECALL:
            return BackToOperator(operator, person.id, why)
        case _:
            return Referring(person.id, why)
