"""The one gate: no leg is ever joined to a caller without passing here (O2, M3, M4).

Every dial (`calls/ringing.py`) and every joining of legs that are up already (attended transfer, Replaces) asks it.
What one step asks is asked at once (`calls/uses.py`): uses of exceptions are taken when all of it is let through.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.decisions import ConsultFacts, decide, tell
from hanvisa.calls.parties import (
    has_chosen_mobile,
    is_in_confidence,
    may_ever_have,
    protected_callers,
    would_meet_in_place,
)
from hanvisa.calls.uses import PartyGone, ask, with_uses_back
from hanvisa.policy.confidentiality import has_confidential_line
from hanvisa.policy.destination import Destination, with_register
from hanvisa.policy.facts import Operator, Person
from hanvisa.policy.model import Decision
from hanvisa.policy.numbers import NumberKind, Reading, read_number
from hanvisa.policy.transfer import NO_MOBILE, JoinFacts, Via, decide_any

if TYPE_CHECKING:
    from hanvisa.calls.call import Call
    from hanvisa.calls.state import Leg


async def may_be_sent(call: Call, sent: Leg, to: Reading) -> Decision:
    """May this party be sent on to ``to``? A use of the exception that lets it is taken at once. Raises PartyGone."""
    return (await ask(call, to_be_sent(call, sent, to), [sent])).decision


async def may_come(call: Call, new: Leg, stays: Leg, via: Via, *, also: Sequence[Leg] = ()) -> bool:
    """May a phone that takes somebody's place talk with who stays? Neither has, or is, a mobile that may not be met.

    ``also`` are those who are judged as the newcomer is.
    """
    if would_meet_in_place(call, new, stays):
        return False
    in_confidence = bool(new.account) and is_in_confidence(call, new.person)
    sent = to_be_sent(call, stays, replace(new.reading, confidential=in_confidence))
    joined = [to_join(call, one.reading, call.person_of(one), via) for one in (new, *also)]
    try:
        answers = await ask(call, [*sent, *joined], [new, stays])
    except PartyGone:
        return False
    # Anew, for uses are waited for.
    return answers.decision.allowed and not would_meet_in_place(call, new, stays)


def to_be_sent(call: Call, sent: Leg, to: Reading) -> list[JoinFacts]:
    """What is asked of a party who is sent on: a mobile is put through to nobody outside, nor in confidence (O2, M4).

    To colleagues it may be sent, and to 112 always. Who rings a confidential line from a mobile of their own has chosen
    that; whoever is outside, to whom they would be sent on from there, has not.
    """
    if to.kind is NumberKind.EMERGENCY:
        return []
    in_confidence = call.state.confidential or to.confidential
    in_confidence = in_confidence or (
        to.target is not None and has_confidential_line(call.register, *to.target)
    )
    is_outside = to.kind is not NumberKind.INTERNAL
    is_sent_out = is_outside and (in_confidence or call.state.talking_since is not None)
    has_chosen = has_chosen_mobile(call, sent) and not is_sent_out
    if not sent.kind.may_be_mobile or has_chosen or not (is_outside or in_confidence):
        return []
    reading = replace(sent.reading, confidential=in_confidence)
    return [to_join(call, reading, call.person_of(sent), Via.RANG_IN, sought=False)]


def to_be_brought(call: Call, theirs: Call, party: Leg, to: Leg, *, sought: bool) -> list[ConsultFacts]:
    """What an attended transfer asks of a party whom it brings to ``to``: no mobile comes to a protected caller."""
    if not party.kind.may_be_mobile or not to.account:
        return []
    held = [one for one in protected_callers(call, to) if one is not theirs]
    return [to_consult(call, party.reading, to.person, held, sought=sought)] if held else []


def may_be_served(call: Call, party: Leg, operators: Collection[Operator]) -> Decision:
    """May any of these operators have this party? In confidence a mobile comes to none (M4). No use is taken."""
    if (
        not party.kind.may_be_mobile
        or not operators
        or any(may_ever_have(call, party, one) for one in operators)
    ):
        return NO_MOBILE
    reading = replace(party.reading, confidential=True)
    facts = to_join(call, reading, call.person_of(party), Via.RANG_IN, sought=False)
    decision = decide(facts)
    tell(call, facts, decision)
    return decision


def would_join(
    call: Call, ends: Iterable[Destination], *, taken: UUID | None = None
) -> tuple[JoinFacts, Decision]:
    """May the caller be joined to one of these? Asked beforehand, before anything is rung: no use is taken.

    ``taken`` is the exception whose use was taken already for this very party, when the operator rang it; what the
    stage had taken before it was begun anew counts as well, as when it is asked (`calls/uses.py`).
    """
    had = [*call.uses_left, *([taken] if taken else [])]
    asked = (to_join(call, end.number, end.person, end.via) for end in ends)
    facts, decision = decide_any(with_uses_back(one, had) for one in asked)
    tell(call, facts, decision)
    return facts, decision


def to_consult(
    call: Call,
    number: Reading,
    by: UUID | None,
    held: Sequence[Call],
    *,
    mobile_on_line: bool = False,
    sought: bool = True,
) -> ConsultFacts:
    """``by``, who has callers on other lines, would ring this number: a conference in the phone can't be seen.

    ``by`` is None where the phone is nobody's. ``mobile_on_line``: it is who they have that has the number.
    """
    join = to_join(call, number, None, Via.DIRECT, *held, sought=sought)
    confidential = join.confidential or any(other.state.confidential for other in held)
    join = replace(join, touched=True, touched_by=by, confidential=confidential)
    return ConsultFacts(join, call.house.settings.operator_consults_mobile, mobile_on_line)


def to_join(
    call: Call, number: Reading, person: Person | None, via: Via, *others: Call, sought: bool = True
) -> JoinFacts:
    """The caller would be joined to ``number``. ``others`` are calls whose callers would be joined as well.

    By the number of a private call whoever has it is not told of, as if they were protected (P1). ``sought`` is that
    of the facts.
    """
    may_follow = via is not Via.REDIRECT or (person is not None and _is_forwarded_to(call, person, number))
    facts = JoinFacts(
        at=call.house.clock.now(),
        number=number,
        touched=call.touched,
        touched_by=call.state.touched_by,
        confidential=call.state.confidential,
        via=via,
        person=person,
        forwarding_allowed=may_follow,
        sought=sought,
        calls=frozenset(one.id for one in (call, *others)),
    )
    facts = with_register(facts, call.register)
    if number.number in call.state.private_numbers:
        return replace(facts, direct_number=None, mobile_protected=True)
    return facts


def _is_forwarded_to(call: Call, person: Person, number: Reading) -> bool:
    """M3 has let this person's phone be forwarded to ``number``, in whatever case, and that holds now."""
    register, now = call.register, call.house.clock.now()
    organisation = register.organisation(person.organisation_id)
    targets = (
        read_number(one.target, organisation, register, call.house.plan)
        for one in register.forwardings_of(person.id)
        if one.starts_at <= now < one.ends_at
    )
    return any(target.number == number.number for target in targets)
