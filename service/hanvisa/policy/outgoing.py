"""Calls from our phones to the public network: who may ring what, private calls (G4, P1), and the number shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from hanvisa.policy.facts import CallingClass, NumberShown, Organisation, OutsideNumber, Person, TargetKind
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.numbers import NumberKind, NumberPlan, Reading, read_number
from hanvisa.policy.register import Register
from hanvisa.policy.spelling import around_private_prefix
from hanvisa.policy.strictest import or_strictest

_SWEDEN = "+46"
_PREMIUM = ("+46900", "+46939", "+46944")
_OF_NO_COUNTRY = ("+87", "+88", "+979")  # satellites and international networks: as dear as the dearest


class PrivateCalls(StrEnum):
    """What becomes of private calls on fixed phones (setting ``private_calls_fixed``)."""

    ITEMISED = "itemised"  # the subscriptions have an itemised invoice: let through
    MARKED = "marked"  # let through for the mark in the call record alone
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class OutgoingFacts:
    """``needs`` is the class that the number takes, None for an emergency number, which no rule touches.

    ``own`` is the person's class and ``department`` their department's, None where nothing is said; then ``usual``.
    The number itself is not kept: of a private call nobody needs to know it.
    """

    needs: CallingClass | None
    own: CallingClass | None
    department: CallingClass | None
    usual: CallingClass
    private: bool = False
    private_calls: PrivateCalls = PrivateCalls.ITEMISED

    @property
    def may(self) -> CallingClass:
        return self.own or self.department or self.usual


def classes_of(register: Register, person: Person | None) -> tuple[CallingClass | None, CallingClass | None]:
    """The person's own class and their department's, None where nothing is said."""
    if person is None:
        return None, None
    department = register.department(person.department_id)
    return person.may_call, department.may_call if department else None


def calling_class(register: Register, person: Person | None, usual: CallingClass) -> CallingClass:
    """What this person may call, whatever it is."""
    return OutgoingFacts(None, *classes_of(register, person), usual).may


@or_strictest(Effect.REFUSE)
def decide_outgoing(facts: OutgoingFacts) -> Decision:
    """May this call go out? Classes are the house's own matter and no rule of the policy: such a refusal names none."""
    if facts.needs is None:
        return Decision(
            Effect.ALLOW,
            (),
            Text(sv="Nödnumret rör ingen regel.", en="No rule touches the emergency number."),
        )
    if not facts.may.covers(facts.needs):
        return Decision(Effect.REFUSE, (), _BARRED[facts.needs])
    if not facts.private:
        return Decision(
            Effect.ALLOW,
            (),
            Text(
                sv="Den som ringer får ringa sådana nummer.", en="Whoever dialled may call numbers like this."
            ),
        )
    if facts.private_calls is PrivateCalls.REFUSED:
        return Decision(
            Effect.REFUSE,
            ("P1", "G4"),
            Text(
                sv="Abonnemanget har ingen specificerad faktura, och då rings inga privata samtal.",
                en="The subscription has no itemised invoice, so no private calls are made on it.",
            ),
        )
    # G4: it is told from a call of the service by its own prefix, and counted.
    return Decision(Effect.ALLOW, ("P1", "G4"), _PRIVATE[facts.private_calls])


def private_number(
    dialled: str, prefix: str, organisation: Organisation | None, register: Register, plan: NumberPlan
) -> str:
    """What is dialled with the prefix of private calls, E.164 where it can be read; "" where it is none.

    With the prefix before it a number inside, or 112, is what it is without.
    """
    _, number = around_private_prefix(dialled, prefix)
    if not number:
        return ""
    reading = read_number(number, organisation, register, plan)
    is_private = reading.kind not in (NumberKind.INTERNAL, NumberKind.EMERGENCY)
    return (reading.number or number) if is_private else ""


def class_needed(number: Reading) -> CallingClass | None:
    """The class that this number takes, None for an emergency number. What nobody can tell takes the widest."""
    match number.kind:
        case NumberKind.EMERGENCY:
            return None
        case NumberKind.INTERNAL:
            return CallingClass.INSIDE
        case NumberKind.SERVICE:
            return CallingClass.NATIONAL
        case NumberKind.UNKNOWN:
            return CallingClass.PREMIUM
    return _class_of(number.number or "")


def number_shown(register: Register, person: Person | None, organisation_id: UUID) -> str | None:
    """The number that is seen outside (E.164): the person's direct one, or their organisation's main number.

    The main number stands for whoever has no direct one, wants it so, or is protected.
    """
    own: tuple[OutsideNumber, ...] = ()
    if person is not None and not person.protected and person.number_shown is NumberShown.DIRECT:
        own = register.numbers_of(TargetKind.PERSON, person.id)
    switchboard = register.switchboard_of(organisation_id)
    main = register.numbers_of(TargetKind.SWITCHBOARD, switchboard.id) if switchboard else ()
    numbers = own or main
    return numbers[0].number if numbers else None


def _class_of(number: str) -> CallingClass:
    if number.startswith((*_PREMIUM, *_OF_NO_COUNTRY)) or _is_premium_rate(number):
        return CallingClass.PREMIUM
    return CallingClass.NATIONAL if number.startswith(_SWEDEN) else CallingClass.ABROAD


def _is_premium_rate(number: str) -> bool:
    try:
        return phonenumbers.number_type(phonenumbers.parse(number)) == PhoneNumberType.PREMIUM_RATE
    except NumberParseException:
        return True


_BARRED = {
    CallingClass.INSIDE: Text(
        sv="Den som ringer får inte ringa alls.", en="Whoever dialled may not call at all."
    ),
    CallingClass.NATIONAL: Text(
        sv="Den som ringer får bara ringa inom huset.", en="Whoever dialled may call inside numbers only."
    ),
    CallingClass.ABROAD: Text(
        sv="Den som ringer får inte ringa till utlandet.", en="Whoever dialled may not call abroad."
    ),
    CallingClass.PREMIUM: Text(
        sv="Den som ringer får inte ringa betalnummer, eller nummer som inte kan tydas.",
        en="Whoever dialled may not call premium numbers, or numbers that can't be read.",
    ),
}
_PRIVATE = {
    PrivateCalls.ITEMISED: Text(
        sv="Ett privat samtal, på specificerad faktura.", en="A private call, on an itemised invoice."
    ),
    PrivateCalls.MARKED: Text(
        sv="Ett privat samtal, märkt så i samtalslistan.", en="A private call, marked so in the call record."
    ),
}
