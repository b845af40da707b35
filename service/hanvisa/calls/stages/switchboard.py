"""The switchboard: a main number's greeting, the queue, the operator who has been idle longest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.decisions import decide, tell
from hanvisa.calls.gate import may_be_served
from hanvisa.calls.leaving import to_ways_on
from hanvisa.calls.operators import attendance, pause
from hanvisa.calls.parties import may_ever_have, may_have_now, operator_of
from hanvisa.calls.prompts import DialRefused, Greeting, TryLater, WentWrong, Why
from hanvisa.calls.queue import AT_THE_HEAD
from hanvisa.calls.ringing import Display, operator_places, ring
from hanvisa.calls.stage import (
    Apologising,
    AtSwitchboard,
    BackToOperator,
    LeavingNumber,
    Stage,
    Talking,
    runs,
)
from hanvisa.calls.stages.closed import unattended, unless_open
from hanvisa.calls.state import Leg
from hanvisa.calls.waiting import Waiting, may_be_rung_back
from hanvisa.calls.whispering import whisper
from hanvisa.errors import Gone, Refused, Unavailable
from hanvisa.policy.facts import Operator, Switchboard
from hanvisa.policy.model import Decision, Effect
from hanvisa.policy.register import Register

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

CALLBACK = "4"  # the key
MUSIC_INSTEAD = 2.0  # seconds: about as long as the words would take
SHOWN_WHY = {
    Why.ABSENT: "frånvarande",
    Why.BUSY: "upptagen",
    Why.NO_ANSWER: "svarar ej",
    Why.UNPLUGGED: "kan inte nås",
    Why.NOT_RUNG: "kunde inte ringas upp",
}


@runs(AtSwitchboard)
async def serve(call: Call, stage: AtSwitchboard) -> Stage | None:
    switchboard = call.register.switchboard(stage.switchboard)
    if switchboard is None:  # ended in the register since the stage was written
        await call.say(TryLater())
        return None
    call.change(organisation=switchboard.organisation_id)
    if stage.since is None:
        closed = unless_open(call, switchboard, stage.sought, stage.why)
        if closed is not None:
            return closed
        if stage.sought is None:
            await call.say(Greeting(switchboard.greeting), enough=lambda: call.taken_by is not None)
        return AtSwitchboard(stage.switchboard, stage.sought, stage.why, call.house.clock.now())
    queue = call.house.queues.at(switchboard.id)
    queue.join(call, stage.since, partial(_may_have, call))
    try:
        return await _until_served(call, stage, switchboard, stage.since)
    finally:
        queue.leave(call)
        call.house.queues.wake()


async def _until_served(
    call: Call, stage: AtSwitchboard, switchboard: Switchboard, since: datetime
) -> Stage | None:
    queues, waiting = call.house.queues, Waiting(call, switchboard)
    known = Effect.ALLOW
    while True:
        if call.taken_by is not None and call.register.operator(call.taken_by) is None:
            call.taken_by = None  # ended in the register since they took the caller
        served = may_be_served(call, call.caller, list(call.register.operators_of(switchboard.id)))
        if not served.allowed:
            await waiting.stop_music()
            return await _not_served(call, stage, served)
        facts = attendance(call, switchboard)
        decision = decide(facts)
        if decision.effect is not known:
            tell(call, facts, decision)
            known = decision.effect
        if decision.effect is Effect.REFER and call.taken_by is None:
            await waiting.stop_music()
            return unattended(call, switchboard.id, since, stage.sought, stage.why)
        free = _operator_for(call, switchboard)
        if free is None:
            key = await waiting.a_while(
                lambda: _operator_for(call, switchboard) is not None, away=decision.effect is Effect.WAIT
            )
            if key == CALLBACK and may_be_rung_back(call):
                await waiting.stop_music()
                return LeavingNumber(switchboard.id, since, stage.sought, stage.why)
            continue
        await waiting.stop_music()
        queues.at(switchboard.id).leave(call)
        if await _takes(call, free, _display(call, stage), returns=stage.sought is not None):
            waiting.is_answered()
            return Talking()
        queues.at(switchboard.id).join(call, since, partial(_may_have, call))
        waiting = Waiting(call, switchboard)


def _operator_for(call: Call, switchboard: Switchboard) -> Operator | None:
    """The operator who is to have the caller now: who takes them, else, if it is their turn, one who is free."""
    queues = call.house.queues
    if call.taken_by is not None:
        return call.register.operator(call.taken_by)
    operators = call.register.operators_of(switchboard.id)
    free = queues.next_operator(
        operators, call.house.live.is_engaged, call.house.clock.now(), partial(_may_have, call)
    )
    return free if free and queues.at(switchboard.id).is_turn(call, free) else None


def _may_have(call: Call, operator: Operator) -> bool:
    """Who would meet a mobile with the caller is not rung for them; another may be, and who came later passes."""
    return may_have_now(call, operator, call.caller)


async def _not_served(call: Call, stage: AtSwitchboard, decision: Decision) -> Stage | None:
    """The caller is told by which rule, and may still leave a message for whom they sought."""
    call.tell("outcome", outcome="refused", rules=decision.rules)
    await call.say(DialRefused(decision.rules[0]))
    return to_ways_on(call, stage.sought, stage.why)


async def _takes(call: Call, operator: Operator, display: Display, *, returns: bool) -> bool:
    """Offer the caller to the operator. One who does not answer is paused (docs/decisions.md), unless nothing rang.

    Of a caller who ``returns`` they are not told the organisation first, nor of one whom they take at the console. Who
    does so, or loses the caller to who does, is not paused.
    """
    queues = call.house.queues
    has_taken, call.taken_by = call.taken_by == operator.person_id, None
    queues.offer(operator)
    queues.wake()
    # O2 follows the caller from here.
    call.change(touched_by=operator.person_id)
    try:
        rung = await ring(
            call,
            operator_places(call, operator),
            call.house.settings.ring_operator,
            replace(display, answers=has_taken),
            enough=lambda: call.taken_by is not None or not may_ever_have(call, call.caller, operator),
        )
        if rung.leg is not None and not (returns or has_taken):
            rung = await whisper(call, rung.leg, operator)
        is_through = rung.leg is not None and await _is_through(call, rung.leg)
    finally:
        queues.offered(operator, call.house.clock.now())
    if not is_through:
        if has_taken:
            call.tell("signal", type="not_taken", person=str(operator.person_id))
        elif rung.leg or rung.refusals or rung.is_kept_apart or not _may_have(call, operator):
            # They were not to be had in this moment, a mobile has come beside them, or the call was marked: it is not
            # theirs to answer for.
            if _may_have(call, operator):
                queues.left_alone(operator.person_id, call.house.clock.now())
        elif call.taken_by is None and not rung.is_lost:
            await call.make_sure_of_caller()  # else it was for them that nobody could be rung
            if rung.why is Why.NOT_RUNG:  # nor would it be at once, and again and again
                queues.left_alone(operator.person_id, call.house.clock.now())
            else:
                await pause(call, operator.person_id, rung.why)
        queues.wake()  # who came before the caller may have them, unless they are paused
        return False
    if call.state.serial is not None:  # to whoever has the caller now they come back
        call.change(serial=operator.person_id)
    call.tell("outcome", outcome="operator", operator=str(operator.person_id))
    return True


async def _is_through(call: Call, leg: Leg) -> bool:
    """Not where the operator, who has answered, hangs up in this moment: the caller keeps their place."""
    try:
        await call.connect(leg)
    except (Gone, Refused) as error:
        await call.make_sure_of_caller()
        call.tell("command", failed=str(error))
        call.house.live.release(leg.channel)
        return False
    return True


def _display(call: Call, stage: AtSwitchboard) -> Display:
    organisation = call.organisation
    name = _returned(call, stage.sought, stage.why) or (organisation.name if organisation else "")
    return Display(name, call.callers_number)


def _returned(call: Call, sought: UUID | None, why: Why | None) -> str | None:
    """What the operator's phone shows of a caller who comes back: for whom it was, and why they were not had."""
    name = _name_shown(call.register, sought) if sought else None
    return f"ÅTER {name}: {SHOWN_WHY[why]}" if name and why else None


def _handed(call: Call, by: UUID | None) -> str:
    name = _name_shown(call.register, by) if by else None
    return f"FRÅN {name}" if name else f"ÅTER {call.callers_number}"


def _name_shown(register: Register, sought: UUID) -> str | None:
    person = register.person(sought)
    if person is not None:
        return f"{person.given_name} {person.family_name[:1]}"
    members = register.department(sought) or register.group(sought)
    return members.name if members else None


@runs(BackToOperator)
async def offer_back(call: Call, stage: BackToOperator) -> Stage | None:
    """The queue's rules hold: who is paused, closed or engaged is not rung, and who does not answer is paused.

    Where the organisation has no switchboard whoever is not had hears the referral of whom they sought (G1).
    """
    operator = call.register.operator(stage.operator)
    live, now = call.house.live, call.house.clock.now()
    is_free = operator is not None and call.house.queues.is_free(operator, live.is_engaged, now)
    if operator is not None and is_free and _may_have(call, operator):
        name = _returned(call, stage.sought, stage.why) or _handed(call, stage.handed_by)
        if await _takes(call, operator, Display(name, call.callers_number), returns=True):
            return Talking()
    switchboard = call.switchboard
    if switchboard is not None:
        return AtSwitchboard(switchboard.id, stage.sought, stage.why, AT_THE_HEAD)
    referral = to_ways_on(call, stage.sought, stage.why, told=stage.told)
    if referral is not None:
        return referral
    await call.say(TryLater())
    return None


@runs(Apologising)
async def apologise(call: Call, _: Apologising) -> Stage | None:
    await call.part()
    is_ours = bool(call.caller.account) and operator_of(call, call.caller) is None
    switchboard = None if is_ours else call.switchboard
    try:
        await call.say(WentWrong(holds=True) if switchboard else TryLater())
    except (Refused, Unavailable) as error:
        await call.make_sure_of_caller()  # where Asterisk answers nothing they are here again
        # What brought them here has failed as well: the operators are worth more than the words.
        call.tell("command", failed=str(error))
        if switchboard is None:
            await call.say(TryLater())
        else:
            await _music_instead(call)
    if switchboard is None:
        return None
    return AtSwitchboard(switchboard.id, since=AT_THE_HEAD if call.touched else call.house.clock.now())


async def _music_instead(call: Call) -> None:
    """Where nobody is there nothing can be told either, and the caller is here again: in no circle without a pause."""
    control, caller = call.house.control, call.caller.channel
    await call.insist(control.start_music, caller)
    await call.key(MUSIC_INSTEAD)
    await call.insist(control.stop_music, caller)
