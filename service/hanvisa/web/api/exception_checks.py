"""What no exception may be, whoever grants it (docs/decisions.md: always an end, and a reason)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from hanvisa.directory.repositories.exceptions import ExceptionFields
from hanvisa.policy.facts import ScopeKind
from hanvisa.policy.granting import GrantFacts, GrantFault, decide_grant, fault_of_grant
from hanvisa.policy.model import Text
from hanvisa.policy.numbers import read_number
from hanvisa.policy.register import Register
from hanvisa.web.people import person_given
from hanvisa.web.problems import invalid
from hanvisa.web.routing import Ask

_O2 = ("O2",)


def check_exception(
    ask: Ask[Any, Any], fields: ExceptionFields, before: ExceptionFields | None = None
) -> None:
    """Raises Problem (422) for what can't be granted, and for who is not there.

    What stands in it as ``before`` is let be: who has left since then, or a scope that has ended.
    """
    if before is None or _granted(before) != _granted(fields):
        _must_be_grantable(ask, fields)
    known = (before and before.operators) or frozenset()
    for person in (fields.operators or frozenset()) - known:
        if ask.register.operator(person_given(ask.register, person, "operators").id) is None:
            raise invalid(
                "operators", Text(sv=f"{person} är ingen telefonist.", en=f"{person} is no operator.")
            )
    is_new = before is None or before.scope_id != fields.scope_id
    if is_new and fields.scope_id and scope_name(ask.register, fields.scope, fields.scope_id) is None:
        raise invalid(
            "scope.id", Text(sv="Det finns inget med det id:t.", en="There is nothing with that id.")
        )


def _granted(fields: ExceptionFields) -> tuple[str, datetime, datetime]:
    """What is weighed when it is granted."""
    return fields.reason, fields.starts_at, fields.ends_at


def _must_be_grantable(ask: Ask[Any, Any], fields: ExceptionFields) -> None:
    facts = GrantFacts(*_granted(fields), ask.now, ask.services.settings.exception_longest)
    decision = decide_grant(facts)
    if not decision.allowed:
        where = "reason" if fault_of_grant(facts) is GrantFault.NO_REASON else "ends_at"
        raise invalid(where, decision.because, rules=decision.rules)


def scope_name(register: Register, kind: ScopeKind, id_: UUID) -> str | None:
    """The name of the organisation, department or person of the id; None when there is none."""
    look_up = {
        ScopeKind.ORGANISATION: register.organisation,
        ScopeKind.DEPARTMENT: register.department,
        ScopeKind.PERSON: register.person,
    }
    found = look_up[kind](id_)
    return found.name if found is not None else None


def mobile_given(ask: Ask[Any, Any], dialled: str) -> str:
    """The mobile that the asker wrote, in E.164. Raises Problem (422) for what is no mobile."""
    person = ask.register.person(ask.who.person_id) if ask.who.person_id else None
    organisation = ask.register.organisation(person.organisation_id) if person else None
    reading = read_number(dialled, organisation, ask.register, ask.services.plan)
    if reading.number is None or not reading.kind.may_be_mobile:
        raise invalid(
            "scope.number",
            Text(
                sv="Numret är inget mobilnummer, så det behöver inget undantag.",
                en="The number is not a mobile's, so it needs no exception.",
            ),
            rules=_O2,
        )
    return reading.number
