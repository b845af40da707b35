"""Being rung back without losing the place in the queue: leaving the number, and the call when the turn has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.decisions import decide, tell
from hanvisa.calls.noticing import notice_confidential
from hanvisa.calls.parties import is_in_confidence, may_none_have_a_mobile
from hanvisa.calls.prompts import (
    Breath,
    CallbackGivenUp,
    CallbackKept,
    CallbackRefused,
    ConfirmCallback,
    DialRefused,
    KeyYourNumber,
    OutsideFailed,
    Prompt,
    TryLater,
    WentWrong,
    Whisper,
    Why,
)
from hanvisa.calls.ringing import Display, outside_place, ring_or_refuse
from hanvisa.calls.stage import (
    AtSwitchboard,
    GivenUp,
    LeavingNumber,
    RingingBack,
    Stage,
    Talking,
    Unattended,
    runs,
)
from hanvisa.calls.storing import stored
from hanvisa.ids import new_id
from hanvisa.policy.callbacks import CallbackFacts, as_caller
from hanvisa.policy.facts import Callback
from hanvisa.policy.model import Decision
from hanvisa.policy.numbers import read_number
from hanvisa.policy.outgoing import number_shown

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

RIGHT = "1"  # the key
END = "#"
ASKED = 3  # times in vain
LONGEST = 20  # digits
TRIES = 2


@runs(LeavingNumber)
async def leave_number(call: Call, stage: LeavingNumber) -> Stage | None:
    """The place in the queue is kept meanwhile, and the caller comes back to it where nothing comes of this.

    So does one to whom nobody was there, but not by the on-call list, which has been rung in vain.
    """
    back: Stage = AtSwitchboard(stage.switchboard, stage.sought, stage.why, stage.since)
    if stage.unattended:
        back = Unattended(stage.switchboard, stage.since, stage.sought, stage.why)
    number = call.callers_number or await _keyed(call)
    if not number:
        return back
    in_confidence = call.state.confidential or may_none_have_a_mobile(call, stage.switchboard)
    facts = _facts(call, number, confidential=in_confidence)
    decision = _decide(call, facts)
    if not decision.allowed or facts.number.number is None:
        await call.say(*(DialRefused(rule) for rule in decision.rules[:1]), CallbackRefused())
        return back
    confirm = ConfirmCallback(facts.number.number)
    if (await call.say(confirm) or await call.key(call.house.settings.key_wait)) != RIGHT:
        return back
    kept = Callback(
        new_id(),
        stage.switchboard,
        facts.number.number,
        stage.since,
        call.house.clock.now(),
        call.language_of(call.caller),
        call.state.confidential,
    )
    if not await stored(f"callback of {call.id}", call.house.directory.callbacks.keep(kept)):
        await call.say(WentWrong(holds=True))
        return back
    call.house.queues.wake()
    call.tell("outcome", outcome="callback")
    await call.say(CallbackKept())
    return None


@runs(RingingBack)
async def ring_back(call: Call, stage: RingingBack) -> Stage | None:
    """An operator has answered: the caller is rung. Who can't be had is tried once more later.

    O2: the operator has the caller from here on, and rings no mobile meanwhile.
    """
    callback = call.register.callback(stage.callback)
    if call.other is None and not await _is_had(call, callback, stage.tries):
        return None
    # Here as well begins whoever takes the call on once the two are joined.
    operator = call.other
    call.tell("outcome", outcome="rung_back", operator=str(operator.person or "") if operator else "")
    await _let_go(call, stage.callback)
    return Talking()


async def _is_had(call: Call, callback: Callback | None, tries: int) -> bool:
    """The caller is rung and joined; False where they are not to be had, which the operator has been told."""
    call.promised = call.caller
    notice_confidential(call)
    if callback is None or not await _taken(call, callback, tries):
        await _say(call, WentWrong())
        return False
    facts = facts_now(call, callback)
    decision = _decide(call, facts)
    mobile = call.register.mobile(callback.number)
    place = outside_place(as_caller(facts.number), mobile.person_id if mobile else None)
    places = [place] if decision.allowed else []
    try:
        rung = await ring_or_refuse(call, places, call.house.settings.ring_person, _shown_outside(call))
    finally:
        await _keep_mark(call, callback)
    if rung.leg is None:
        # A rule keeps it from being rung at all, or this operator from it: another may, so that it stays.
        rules = decision.rules or [rule for refusal in rung.refusals for rule in refusal.rules]
        has_rung = rung.why is not Why.NOT_RUNG  # else it says nothing of whoever left it
        is_last = not decision.allowed or (has_rung and tries + 1 >= TRIES)
        call.tell("outcome", outcome="not_rung_back" if is_last else "rung_back_later", why=rung.why)
        if is_last and not rules:  # else whoever left it is told so, when it is due again
            await _let_go(call, callback.id)
        if not has_rung and not rules:
            await give_back(call, callback.id, tries)
        await _say(call, DialRefused(rules[0]) if rules else OutsideFailed(rung.why))
        return False
    await call.connect(rung.leg)
    # The one who is served is the caller of the call, whoever was rung first.
    operator = call.caller
    call.change(caller=replace(rung.leg, language=callback.language), other=operator)
    await call.save_without(operator.channel)
    return True


@runs(GivenUp)
async def tell_given_up(call: Call, stage: GivenUp) -> Stage | None:
    """Nobody is joined to them. Where it may be rung again by now it stays, and is, unless it has had its tries."""
    callback = call.register.callback(stage.callback)
    if callback is None:
        await _say(call, TryLater())
        return None
    decision = _decide(call, facts_now(call, callback))
    whose = Whisper(call.organisation.name if call.organisation else "")
    if decision.rules:
        call.tell("outcome", outcome="refused", rules=decision.rules)
        await _say(call, whose, DialRefused(decision.rules[0]), CallbackGivenUp())
    elif callback.tries > TRIES:
        call.tell("outcome", outcome="not_rung_back", why=Why.NOT_RUNG)
        await _say(call, whose, TryLater())
    else:
        await _say(call, WentWrong())
        return None
    await _let_go(call, callback.id)
    return None


async def _let_go(call: Call, callback: UUID) -> None:
    await stored(f"end of {callback}", call.house.directory.callbacks.let_go(callback))


async def give_back(call: Call, callback: UUID, tries: int) -> None:
    """The try in which no phone rang. Where that can't be stored it counts as one of the two."""
    await stored(f"try of {callback} given back", call.house.directory.callbacks.give_back(callback, tries))


async def _keep_mark(call: Call, callback: Callback) -> None:
    """M4: an operator's mark on the call holds for whoever rings them next, but not what their own line makes of it."""
    is_marked = call.state.confidential and not is_in_confidence(call, call.caller.person)
    if is_marked and not callback.confidential:
        marking = call.house.directory.callbacks.mark_confidential(callback.id)
        await stored(f"mark of {callback.id}", marking)


async def _say(call: Call, *prompts: Prompt) -> None:
    """The phone has only just been answered."""
    await call.say(Breath(), *prompts)


async def _keyed(call: Call) -> str | None:
    """The digits that the caller keys, up to the hash; None when they give up. Who stops is asked to go on."""
    keyed, in_vain, keying = "", 0, call.house.settings.keying
    while in_vain < ASKED and len(keyed) <= LONGEST:
        key = await call.say(KeyYourNumber()) or await call.key(keying)
        in_vain = 0 if key else in_vain + 1
        while key and key != END and len(keyed) <= LONGEST:
            keyed += key
            key = await call.key(keying)
        if key == END:
            return keyed
    return None


def facts_now(call: Call, callback: Callback) -> CallbackFacts:
    """What decides whether it is rung: that nobody may can have come since it was left."""
    in_confidence = callback.confidential or may_none_have_a_mobile(call, callback.switchboard_id)
    return _facts(call, callback.number, confidential=in_confidence)


def _facts(call: Call, number: str, *, confidential: bool) -> CallbackFacts:
    reading = read_number(number, call.organisation, call.register, call.house.plan)
    return CallbackFacts(reading, confidential, call.house.settings.may_call)


def _decide(call: Call, facts: CallbackFacts) -> Decision:
    decision = decide(facts)
    tell(call, facts, decision)
    return decision


async def _taken(call: Call, callback: Callback, tries: int) -> bool:
    """Take this try of it; whoever takes the call on has it already."""
    if callback.tries == tries + 1:
        return True
    again_at = call.house.clock.now() + timedelta(seconds=call.house.settings.callback_again)
    taking = call.house.directory.callbacks.take(callback.id, tries, again_at)
    return await stored(f"try of {callback.id}", taking)


def _shown_outside(call: Call) -> Display:
    """The organisation's main number, by which they came."""
    organisation = call.organisation
    if organisation is None:
        return Display()
    return Display(organisation.name, number_shown(call.register, None, organisation.id) or "")
