"""What the operators are told when somebody dials 112: who, and where. The call itself waits for none of this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from hanvisa.policy.facts import Operator, OperatorState, TargetKind
from hanvisa.policy.register import Register


@dataclass(frozen=True, slots=True)
class EmergencyCaller:
    """Who has dialled 112, from which phone. Of a phone that is nobody's, ``person`` is None and ``name`` empty."""

    account: str
    person: UUID | None = None
    name: str = ""
    extension: str = ""
    site: str = ""
    organisation: UUID | None = None


def emergency_caller(register: Register, account: str) -> EmergencyCaller:
    """What is known of the phone of this account. Protected or not: help must find them."""
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
    """Every open operator who is free, whichever switchboard they serve; not the one who has dialled."""
    return tuple(
        operator
        for operator in register.operators.rows
        if operator.state is OperatorState.OPEN
        and operator.person_id != caller.person
        and not is_engaged(operator.person_id)
    )
