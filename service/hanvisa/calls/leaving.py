"""Whether a message may be left for somebody (S1, M4), which number they ring back, and the ways on besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.decisions import decide, tell
from hanvisa.calls.prompts import Why
from hanvisa.calls.stage import LeavingMessage, Referring, ReferringMembers, Stage
from hanvisa.policy.absence import absence_at
from hanvisa.policy.facts import Person, TargetKind
from hanvisa.policy.messages import MessageKind, Recipient, kinds_for, message_facts, number_to_ring
from hanvisa.policy.offers import WaysOn, ways_on

if TYPE_CHECKING:
    from uuid import UUID

    from hanvisa.calls.call import Call
    from hanvisa.calls.state import Leg
    from hanvisa.policy.model import Decision


def leaving(call: Call, person: Person) -> LeavingMessage:
    """The stage for whoever leaves a message without having rung: of one who is not absent no phone has."""
    is_absent = absence_at(call.register.absences_of(person.id), call.house.clock.now())
    return LeavingMessage(person.id, Why.ABSENT if is_absent else Why.NOT_RUNG)


def recipient(call: Call, id_: UUID) -> Recipient | None:
    return call.register.person(id_) or call.register.department(id_)


def to_ways_on(call: Call, sought: UUID | None, why: Why | None, *, told: bool = True) -> Stage | None:
    """Where a caller whom no operator has is told the ways on of whom they sought, a message among them.

    None: they sought nobody. Not ``told`` why, they hear the referral first.
    """
    if sought is None or why is None:
        return None
    if call.register.person(sought) is not None:
        return Referring(sought, why, told)
    kind = TargetKind.DEPARTMENT if call.register.department(sought) else TargetKind.GROUP
    return ReferringMembers(kind, sought, why, told)


def ways_of(call: Call, to: Recipient) -> WaysOn:
    """What there is at this moment for the caller of a person or a department who is not to be had."""
    number, confidential = number_of(call, call.caller, to), call.state.confidential
    language = call.language_of(call.caller)
    if isinstance(to, Person):
        return ways_on(
            call.register,
            to,
            call.house.clock.now(),
            number=number,
            confidential=confidential,
            language=language,
            caller=call.callers_number,
            texts=call.house.texts is not None and call.state.texted != to.id,
        )
    return WaysOn(
        messages=kinds_for(call.register, to, number, confidential=confidential),
        operator=call.register.switchboard_of(to.organisation_id),
        language=language,
    )


def number_of(call: Call, leg: Leg, to: Recipient) -> str:
    """What whoever gets the message dials to ring whoever is on this leg back; "" withheld."""
    phone = call.register.phone_of_account(leg.account) if leg.account else None
    return number_to_ring(call.register, phone, call.state.number_told(leg), to)


def may_leave(call: Call, leg: Leg, to: Recipient, kind: MessageKind) -> Decision:
    """May whoever is on this leg leave them such a message? The decision goes into the call's story."""
    number = number_of(call, leg, to)
    facts = message_facts(call.register, to, kind, number, confidential=call.state.confidential)
    decision = decide(facts)
    tell(call, facts, decision)
    return decision
