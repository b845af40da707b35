"""Calls to the public network: whether they may be made, whether they are private, and which number is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.decisions import decide, tell
from hanvisa.calls.prompts import Barred
from hanvisa.calls.ringing import Display
from hanvisa.policy import outgoing
from hanvisa.policy.codes import FORWARDS, code_in
from hanvisa.policy.facts import CallingClass, ForwardingKind, Person
from hanvisa.policy.forwarding import forwarding_at
from hanvisa.policy.model import Decision
from hanvisa.policy.numbers import NumberKind, Reading, read_number
from hanvisa.policy.outgoing import OutgoingFacts, class_needed, classes_of, number_shown
from hanvisa.policy.spelling import around_private_prefix

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


def may_call_out(call: Call, number: Reading, person: Person | None) -> Decision:
    """May this person's phone lead a call to that number? The decision goes into the call's story."""
    settings = call.house.settings
    own, department = classes_of(call.register, person)
    facts = OutgoingFacts(
        needs=class_needed(number),
        own=own,
        department=department,
        usual=settings.may_call,
        private=bool(call.state.private),
        private_calls=settings.private_calls_fixed,
    )
    decision = decide(facts)
    tell(call, facts, decision)
    return decision


def barred_by(decision: Decision, number: Reading) -> Barred:
    """What kind of call it is that may not be made. Only private calls are refused by a rule of the policy."""
    return Barred.PRIVATE if decision.rules else _BARRED[class_needed(number) or CallingClass.PREMIUM]


_BARRED = {
    CallingClass.INSIDE: Barred.OUTSIDE,
    CallingClass.NATIONAL: Barred.OUTSIDE,
    CallingClass.ABROAD: Barred.ABROAD,
    CallingClass.PREMIUM: Barred.PREMIUM,
}


def notice_private(call: Call) -> None:
    """A call to the public network that was dialled with the prefix of private calls is one, from its first step.

    So is a code that would forward a phone there, which stays as it was dialled and is refused as such.
    """
    if call.state.side != "phone":
        return
    dialled = call.state.dialled
    code = code_in(dialled, call.register)
    is_other_code = code is not None and code.action not in FORWARDS
    number = private_number(call, dialled)
    if is_other_code or not number:
        return
    around = around_private_prefix(dialled, call.house.settings.private_prefix)
    call.change(private=number, dialled="".join(around) if code is None else dialled)


def private_number(call: Call, dialled: str, organisation: UUID | None = None) -> str:
    """As `outgoing.private_number`; the number is read in that organisation, or in the call's."""
    found = call.register.organisation(organisation) if organisation else call.organisation
    prefix = call.house.settings.private_prefix
    return outgoing.private_number(dialled, prefix, found, call.register, call.house.plan)


def forwarded_to(call: Call, person: Person, kind: ForwardingKind = ForwardingKind.ALWAYS) -> Reading | None:
    """Where the person's phone is forwarded now. None too by the prefix of private calls: whoever rings makes none."""
    forwarding = forwarding_at(call.register.forwardings_of(person.id), call.house.clock.now(), kind)
    if forwarding is None or private_number(call, forwarding.target, person.organisation_id):
        return None
    organisation = call.register.organisation(person.organisation_id)
    return read_number(forwarding.target, organisation, call.register, call.house.plan)


def shown_outside(call: Call, number: Reading) -> Display:
    """What is seen of whoever calls out: their organisation's name, and their number or the main one.

    112 sees the location number of the phone's site, if it has one.
    """
    organisation = call.organisation
    if organisation is None:
        return Display()
    phone = call.register.phone_of_account(call.caller.account)
    location = phone.location_number if phone and number.kind is NumberKind.EMERGENCY else None
    own = number_shown(call.register, call.person_of(call.caller), organisation.id)
    return Display(organisation.name, location or own or "")
