"""Calls to the public network: whether they may be made, whether they are private, and which number is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.decisions import decide, tell
from hanvisa.calls.ringing import Display
from hanvisa.calls.targets import read_dialled
from hanvisa.policy.facts import Person
from hanvisa.policy.model import Decision
from hanvisa.policy.numbers import NumberKind, Reading
from hanvisa.policy.outgoing import OutgoingFacts, class_needed, number_shown

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


def may_call_out(call: Call, number: Reading, person: Person | None) -> Decision:
    """May this person's phone lead a call to that number? The decision goes into the call's story."""
    settings = call.house.settings
    department = call.register.department(person.department_id) if person else None
    facts = OutgoingFacts(
        needs=class_needed(number),
        own=person.may_call if person else None,
        department=department.may_call if department else None,
        usual=settings.may_call,
        private=bool(call.state.private),
        private_calls=settings.private_calls_fixed,
    )
    decision = decide(facts)
    tell(call, facts, decision)
    return decision


def notice_private(call: Call) -> None:
    """A call to the public network that was dialled with the prefix of private calls is one, from its first step."""
    prefix = call.house.settings.private_prefix
    if call.state.side != "phone" or not prefix or not call.state.dialled.startswith(prefix):
        return
    dialled = call.state.dialled
    call.change(private=private_number(call, dialled), dialled=dialled.removeprefix(prefix))


def private_number(call: Call, dialled: str) -> str:
    """What follows the prefix of private calls, E.164 where it can be read; "" without one, or where it is none."""
    prefix = call.house.settings.private_prefix
    number = dialled.partition(prefix)[2] if prefix else ""
    reading = read_dialled(call, number)
    if not number or reading.kind in (NumberKind.INTERNAL, NumberKind.EMERGENCY):
        return ""
    return reading.number or number


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
