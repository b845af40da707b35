"""What the operators are told when somebody dials 112, or is put through to it: who, and where.

The call itself waits for none of this.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from hanvisa.policy.facts import Operator, OperatorState, TargetKind
from hanvisa.policy.register import Register


@dataclass(frozen=True, slots=True)
class EmergencyCall:
    """112 was dialled on the phone of this ``account``.

    Where somebody (an operator, mostly), ``by``, has put a caller through to it, that is the caller's phone; or the
    caller is outside, and ``number`` (E.164) is theirs, "" where it is withheld.
    """

    account: str = ""
    number: str = ""
    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class EmergencyCaller:
    """Who calls 112, from which phone or ``number`` outside.

    Of a phone that is nobody's, ``person`` is None and ``name`` empty. ``by`` is who has put them through,
    ``operator`` that one's name.
    """

    account: str
    person: UUID | None = None
    name: str = ""
    extension: str = ""
    site: str = ""
    organisation: UUID | None = None
    number: str = ""
    by: UUID | None = None
    operator: str = ""


def emergency_caller(register: Register, call: EmergencyCall) -> EmergencyCaller:
    """What is known of whoever calls. Protected or not: help must find them."""
    operator = register.person(call.by) if call.by else None
    caller = _at_phone(register, call.account) if call.account else _outside(register, call.number)
    return replace(caller, by=call.by, operator=operator.name if operator else "")


def _outside(register: Register, number: str) -> EmergencyCaller:
    mobile = register.mobile(number)
    holder = register.person(mobile.person_id) if mobile else None
    if holder is None:
        return EmergencyCaller("", number=number)
    return EmergencyCaller("", holder.id, holder.name, organisation=holder.organisation_id, number=number)


def _at_phone(register: Register, account: str) -> EmergencyCaller:
    phone = register.phone_of_account(account)
    if phone is None:
        return EmergencyCaller(account)
    user = register.user_of(phone)
    person = register.person(user) if user else None
    extensions = register.extensions_of(TargetKind.PERSON, user) if user else ()
    return EmergencyCaller(
        account=account,
        person=user,
        name=person.name if person else "",
        extension=extensions[0].number if extensions else "",
        site=phone.site,
        organisation=phone.organisation_id,
    )


def operators_to_tell(
    register: Register, caller: EmergencyCaller, is_engaged: Callable[[UUID], bool]
) -> tuple[Operator, ...]:
    """Every open operator who is free, whichever switchboard they serve; not the one who has dialled or put through."""
    return tuple(
        operator
        for operator in register.operators.rows
        if operator.state is OperatorState.OPEN
        and operator.person_id not in (caller.person, caller.by)
        and not is_engaged(operator.person_id)
    )
