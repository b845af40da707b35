"""The one gate: no leg is ever joined to a caller without passing here (O2, M3, M4).

Every dial (`calls/ringing.py`) and every joining of legs that are up already (attended transfer, Replaces) asks it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.decisions import ConsultFacts, tell
from hanvisa.calls.parties import (
    has_chosen_mobile,
    is_in_confidence,
    may_ever_have,
    protected_callers,
    would_meet_in_place,
)
from hanvisa.policy.confidentiality import has_confidential_line, is_confidential_person
from hanvisa.policy.facts import Operator, Person
from hanvisa.policy.model import Decision
from hanvisa.policy.numbers import NumberKind, Reading
from hanvisa.policy.transfer import NO_MOBILE, JoinFacts, Via, decide_consult, decide_join

if TYPE_CHECKING:
    from hanvisa.calls.call import Call
    from hanvisa.calls.state import Leg


async def may_join(
    call: Call,
    number: Reading,
    person: Person | None,
    via: Via,
    *,
    taken: UUID | None = None,
    theirs: Call | None = None,
) -> Decision:
    """May the caller of this call be joined to ``number``? A use of the exception that lets it is taken at once.

    ``taken`` is the exception whose use was taken already for this very party, when the operator rang it; ``theirs``
    the operator's other call, of an attended transfer.
    """
    facts = join_facts(call, number, person, via, *([theirs] if theirs else []))
    if taken is not None:
        facts = _with_use_back(facts, taken)
    decision = await _take_use(call, facts, decide_join, taken)
    tell(call, facts, decision)
    return decision


async def may_be_sent(call: Call, sent: Leg, to: Reading, *, taken: UUID | None = None) -> Decision:
    """May this party be sent on to ``to``? A mobile is put through to nobody outside, nor in confidence (O2, M4).

    To colleagues it may be sent, and to 112 always. Who rings a confidential line from a mobile of their own has chosen
    that; whoever is outside, to whom they would be sent on from there, has not.
    """
    if to.kind is NumberKind.EMERGENCY:
        return NO_MOBILE
    in_confidence = call.state.confidential or to.confidential
    in_confidence = in_confidence or (
        to.target is not None and has_confidential_line(call.register, *to.target)
    )
    is_outside = to.kind is not NumberKind.INTERNAL
    is_sent_out = is_outside and (in_confidence or call.state.talking_since is not None)
    has_chosen = has_chosen_mobile(call, sent) and not is_sent_out
    if not sent.kind.may_be_mobile or has_chosen or not (is_outside or in_confidence):
        return NO_MOBILE
    reading = replace(sent.reading, confidential=in_confidence)
    return await may_join(call, reading, call.person_of(sent), Via.RANG_IN, taken=taken)


async def may_come(call: Call, new: Leg, stays: Leg, via: Via, *, also: Sequence[Leg] = ()) -> bool:
    """May a phone that takes somebody's place talk with who stays? Neither has, or is, a mobile that may not be met.

    ``also`` are those who are judged as the newcomer is. All of it takes one use of an exception.
    """
    if would_meet_in_place(call, new, stays):
        return False
    in_confidence = bool(new.account) and is_in_confidence(call, new.person)
    decision = await may_be_sent(call, stays, replace(new.reading, confidential=in_confidence))
    taken = decision.exception
    for party in (new, *also):
        if decision.allowed:
            decision = await may_join(call, party.reading, call.person_of(party), via, taken=taken)
            taken = decision.exception or taken
    # Anew, for uses are waited for.
    return decision.allowed and not would_meet_in_place(call, new, stays)


async def may_be_brought(call: Call, theirs: Call, party: Leg, to: Leg) -> Decision:
    """May an attended transfer bring this party to ``to``? No mobile to a phone that has a protected caller besides."""
    if not party.kind.may_be_mobile or not to.account:
        return NO_MOBILE
    held = [one for one in protected_callers(call, to) if one is not theirs]
    return await may_consult(call, party.reading, to.person, held) if held else NO_MOBILE


def may_be_served(call: Call, party: Leg, operators: Collection[Operator]) -> Decision:
    """May any of these operators have this party? In confidence a mobile comes to none (M4). No use is taken."""
    if (
        not party.kind.may_be_mobile
        or not operators
        or any(may_ever_have(call, party, one) for one in operators)
    ):
        return NO_MOBILE
    return would_join(call, replace(party.reading, confidential=True), call.person_of(party), Via.RANG_IN)


def would_join(
    call: Call, number: Reading, person: Person | None, via: Via, *, taken: UUID | None = None
) -> Decision:
    """The same question asked beforehand, before anything is rung: no use is taken."""
    facts = join_facts(call, number, person, via)
    if taken is not None:
        facts = _with_use_back(facts, taken)
    decision = decide_join(facts)
    tell(call, facts, decision)
    return decision


async def may_consult(
    call: Call, number: Reading, by: UUID | None, held: Sequence[Call], *, taken: UUID | None = None
) -> Decision:
    """May ``by``, who has callers on other lines, ring this number? A conference in the phone can't be seen.

    ``by`` is None where the phone is nobody's; ``taken`` as in `may_join`.
    """
    join = join_facts(call, number, None, Via.DIRECT, *held)
    confidential = join.confidential or any(other.state.confidential for other in held)
    join = replace(join, touched=True, touched_by=by, confidential=confidential)
    if taken is not None:
        join = _with_use_back(join, taken)
    setting = call.house.settings.operator_consults_mobile
    decision = await _take_use(call, join, lambda facts: decide_consult(facts, setting), taken)
    tell(call, ConsultFacts(join, setting), decision)
    return decision


async def _take_use(
    call: Call, facts: JoinFacts, decide: Callable[[JoinFacts], Decision], taken: UUID | None
) -> Decision:
    for use in call.uses_left:
        facts = _with_use_back(facts, use)
    decision = decide(facts)
    while decision.exception not in (None, taken) and not await _reserve(call, decision.exception):
        # The last use went to somebody else in the same moment: decide without that exception.
        facts = _without(facts, decision.exception)
        decision = decide(facts)
    return decision


async def _reserve(call: Call, exception: UUID) -> bool:
    """Take a use. It is written down at once: whoever takes the call on in this stage has it already."""
    if exception in call.uses_left:
        call.uses_left.remove(exception)
        return True
    if not await call.house.directory.reserve_use(exception, call.id):
        return False
    call.change(uses=(*call.state.uses, exception))
    await call.save()
    return True


def join_facts(call: Call, number: Reading, person: Person | None, via: Via, *others: Call) -> JoinFacts:
    """``others`` are calls whose callers would be joined as well."""
    register = call.register
    mobile = register.mobile(number.number) if number.number else None
    person = person or (register.person(mobile.person_id) if mobile else None)
    return JoinFacts(
        at=call.house.clock.now(),
        touched_by=call.state.touched_by,
        touched=call.touched,
        confidential=call.state.confidential,
        target_confidential=person is not None and is_confidential_person(register, person),
        number=number,
        person=person,
        via=via,
        # Only a mobile needs an exception: what is kept with the decision stays small.
        exceptions=register.exceptions.rows if number.kind.may_be_mobile else (),
        direct_number=register.direct_number(person) if person else None,
        mobile_protected=mobile.protected if mobile else False,
        calls=frozenset(one.id for one in (call, *others)),
    )


def _without(facts: JoinFacts, exception: UUID) -> JoinFacts:
    return replace(facts, exceptions=tuple(one for one in facts.exceptions if one.id != exception))


def _with_use_back(facts: JoinFacts, exception: UUID) -> JoinFacts:
    exceptions = (replace(one, uses=one.uses - 1) if one.id == exception else one for one in facts.exceptions)
    return replace(facts, exceptions=tuple(exceptions))
