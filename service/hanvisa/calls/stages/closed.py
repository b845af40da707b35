"""A switchboard where nobody answers: closed (the on-call list in turn, else the closed message), or unattended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.decisions import decide, tell
from hanvisa.calls.hunting import is_busy
from hanvisa.calls.leaving import recipient, to_ways_on, ways_of
from hanvisa.calls.operators import attendance
from hanvisa.calls.prompts import Goodbye, Greeting, NoOperator, Offers, SwitchboardClosed, TryLater, Why
from hanvisa.calls.ringing import Place, ring
from hanvisa.calls.stage import (
    AtSwitchboard,
    Closed,
    LeavingNumber,
    NightService,
    Stage,
    Talking,
    Unattended,
    runs,
)
from hanvisa.calls.stages.reaching import display_of, places_in_turn
from hanvisa.calls.targets import mark_confidential
from hanvisa.calls.waiting import may_be_rung_back
from hanvisa.policy.facts import Group, Switchboard, TargetKind
from hanvisa.policy.messages import MessageKind
from hanvisa.policy.model import Effect, Language
from hanvisa.policy.offers import Offer, WaysOn
from hanvisa.policy.opening import OpeningFacts, opens_at
from hanvisa.policy.transfer import Via

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


def unless_open(
    call: Call, switchboard: Switchboard, sought: UUID | None, why: Why | None, since: datetime | None = None
) -> Closed | NightService | None:
    """Where a caller goes on whom the hours keep from the operators; None when it is open. It is kept in the story.

    For who comes straight from the on-call list, by its own number, and has not waited ``since``, it has been rung: not
    again, unless Asterisk dialled nobody.
    """
    facts = OpeningFacts(switchboard.hours, call.house.clock.now())
    decision = decide(facts)
    tell(call, facts, decision)
    if decision.effect is not Effect.REFER:
        return None
    on_call = switchboard.night_group_id
    has_been_rung = since is None and sought == on_call and why is not Why.NOT_RUNG
    if on_call and not has_been_rung:
        return NightService(switchboard.id, since=since, sought=sought, why=why)
    return Closed(switchboard.id, sought, why)


def unattended(call: Call, board: UUID, since: datetime, sought: UUID | None, why: Why | None) -> Stage:
    """Where a caller goes on who has waited, and whom nobody serves: outside the hours to the on-call list first.

    To that once: who can't be told that nobody is there comes here again and again.
    """
    switchboard = call.register.switchboard(board)  # as it is by now
    closed = unless_open(call, switchboard, sought, why, since) if switchboard is not None else None
    if isinstance(closed, NightService) and not call.state.on_call_in_vain:
        return closed
    return Unattended(board, since, sought, why)


@runs(NightService)
async def ring_night_service(call: Call, stage: NightService) -> Stage | None:
    """Ring the ``turn``-th of the on-call list. A mobile there needs an exception in force (O2).

    Of a list whose line is confidential the call is so as well (M4), as if that line had been dialled.
    """
    switchboard = call.register.switchboard(stage.switchboard)
    group = _night_group(call, switchboard) if switchboard else None
    on_call = _on_call(call, group) if group else []
    if not any(on_call[stage.turn :]):
        call.change(on_call_in_vain=True)
        if stage.since is not None:
            return Unattended(stage.switchboard, stage.since, stage.sought, stage.why)
        return Closed(stage.switchboard, stage.sought, stage.why)
    if group is not None:
        mark_confidential(call, TargetKind.GROUP, group.id)
    if stage.turn == 0 and stage.since is None and switchboard is not None:
        await call.say(Greeting(switchboard.greeting))
    rung = await ring(call, on_call[stage.turn], call.house.settings.ring_person, display_of(call))
    if rung.leg is None:
        return NightService(stage.switchboard, stage.turn + 1, stage.since, stage.sought, stage.why)
    call.tell("outcome", outcome="night_service", person=str(rung.leg.person or ""))
    await call.connect(rung.leg)
    return Talking()


def _night_group(call: Call, switchboard: Switchboard) -> Group | None:
    return call.register.group(switchboard.night_group_id) if switchboard.night_group_id else None


def _on_call(call: Call, group: Group) -> list[list[Place]]:
    """Each one's places, none of whom is away or on the line: the others keep their turn."""
    in_turn = places_in_turn(call, group, Via.NIGHT)
    return [places if places and not is_busy(call, places) else [] for places in in_turn]


@runs(Closed)
async def say_closed(call: Call, stage: Closed) -> Stage | None:
    switchboard = call.register.switchboard(stage.switchboard)
    if switchboard is None:  # ended in the register since the stage was written
        await call.say(TryLater())
        return None
    call.tell("outcome", outcome="closed")
    opens = opens_at(switchboard.hours, call.house.clock.now())
    await call.say(SwitchboardClosed(switchboard.closed, opens))
    return _ways_on(call, stage, besides_operators=True)


@runs(Unattended)
async def say_unattended(call: Call, stage: Unattended) -> Stage | None:
    switchboard = call.register.switchboard(stage.switchboard)
    if switchboard is None:  # ended in the register since the stage was written
        await call.say(TryLater())
        return None
    call.tell("outcome", outcome="no_operator")
    organisation = call.register.organisation(switchboard.organisation_id)
    said = NoOperator(organisation.name if organisation else switchboard.name)
    kinds = (MessageKind.RING_BACK,) if may_be_rung_back(call) else ()
    ways_on = _ways_on(call, stage, besides_operators=bool(kinds))
    if ways_on is not None:
        await call.say(said)
        return ways_on
    while True:
        offers = WaysOn(messages=kinds, language=call.language_of(call.caller)).offers
        key = await call.say(said, Offers(offers)) or await call.key(call.house.settings.key_wait)
        if key is None:
            # Somebody may have opened meanwhile.
            if decide(attendance(call, switchboard)).effect is not Effect.REFER:
                return AtSwitchboard(switchboard.id, stage.sought, stage.why, stage.since)
            key = await call.say(Goodbye())
        if key is None:
            return None
        match Offer(key) if key in offers else None:
            case Offer.RING_BACK:
                return LeavingNumber(switchboard.id, stage.since, stage.sought, stage.why, unattended=True)
            case Offer.ENGLISH:
                call.change(caller=replace(call.caller, language=Language.EN))


def _ways_on(call: Call, stage: Closed | Unattended, *, besides_operators: bool) -> Stage | None:
    """Those of whom they sought. None where it is to be others, and they lead back to the operators, as a group's."""
    to = recipient(call, stage.sought) if stage.sought is not None else None
    if to is None:
        return None
    are_told = ways_of(call, to).lead_on or not besides_operators
    return to_ways_on(call, stage.sought, stage.why) if are_told else None
