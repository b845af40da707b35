"""Calls to the public network: whether they may be made, whether they are private, and which number is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.decisions import decide, tell
from hanvisa.calls.ringing import Display
from hanvisa.calls.targets import read_dialled, wanted_by
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
    if call.state.side != "phone":
        return
    person, dialled = call.caller.person, call.state.dialled
    number = _after_prefix(call, person, dialled)
    if number:
        before = dialled.removesuffix(call.house.settings.private_prefix + number)
        call.change(private=private_number(call, person, dialled), dialled=before + number)


def private_number(call: Call, person: UUID | None, dialled: str) -> str:
    """What the person has dialled with the prefix of private calls, E.164 where it can be read; "" where it is none."""
    number = _after_prefix(call, person, dialled)
    reading = read_dialled(call, number)
    is_private = number and reading.kind not in (NumberKind.INTERNAL, NumberKind.EMERGENCY)
    return (reading.number or number) if is_private else ""


def _after_prefix(call: Call, person: UUID | None, dialled: str) -> str:
    """What follows the prefix, whatever operators dial before it; "" without one."""
    prefix = call.house.settings.private_prefix
    wanted = wanted_by(call, person, dialled).number
    return wanted.removeprefix(prefix) if prefix and wanted.startswith(prefix) else ""


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
