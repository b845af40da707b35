"""Exceptions to O2: when one is in force, what it covers, and in whose operation it lies (docs/decisions.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from hanvisa.policy.facts import Person, PolicyException, ScopeKind, Window, aware
from hanvisa.policy.register import Register
from hanvisa.policy.swedish_time import LOCAL


def in_force(exception: PolicyException, at: datetime) -> bool:
    """Begun, not ended, not revoked, with uses left, and within its weekly schedule if it has one."""
    begun = exception.starts_at <= aware(at) < exception.ends_at
    revoked = exception.revoked_at is not None and exception.revoked_at <= at
    used_up = exception.max_uses is not None and exception.uses >= exception.max_uses
    return (
        begun and not revoked and not used_up and (not exception.weekly or in_windows(exception.weekly, at))
    )


def in_windows(windows: Iterable[Window], at: datetime) -> bool:
    """Whether one of the windows is open, by the clock on the wall in Sweden.

    A window whose end is not after its start lasts over midnight into the next day; its days are those on which it
    begins. The same start and end is the whole day round.
    """
    local = aware(at).astimezone(LOCAL)
    today, yesterday, clock = local.isoweekday(), (local - timedelta(days=1)).isoweekday(), local.time()
    return any(
        (today in window.days and window.start <= clock < window.end)
        if window.start < window.end
        else (today in window.days and clock >= window.start)
        or (yesterday in window.days and clock < window.end)
        for window in windows
    )


def covers(
    exception: PolicyException,
    *,
    operator_id: UUID | None,
    person: Person | None,
    number: str | None,
    calls: Collection[str] = (),
) -> bool:
    """Whether the exception is for this operator, and for this person (whose mobile it is) or number (E.164).

    ``calls`` are those in which the caller is: one that was made on the spot is for its own call alone.
    """
    for_others = exception.operators is not None and operator_id not in exception.operators
    if for_others or (exception.call is not None and exception.call not in calls):
        return False
    match exception.scope:
        case ScopeKind.EVERYONE:
            return True
        case ScopeKind.ORGANISATION:
            return person is not None and person.organisation_id == exception.scope_id
        case ScopeKind.DEPARTMENT:
            return person is not None and person.department_id == exception.scope_id
        case ScopeKind.PERSON:
            return person is not None and person.id == exception.scope_id
        case ScopeKind.NUMBER:
            return number is not None and number == exception.number


def exception_for(
    exceptions: Iterable[PolicyException],
    at: datetime,
    *,
    operator_id: UUID | None,
    person: Person | None,
    number: str | None,
    calls: Collection[str] = (),
) -> PolicyException | None:
    """The exception to use: one without a count of uses before a counted one, then the one that ends first."""
    usable = [
        exception
        for exception in exceptions
        if in_force(exception, at)
        and covers(exception, operator_id=operator_id, person=person, number=number, calls=calls)
    ]
    return min(
        usable, key=lambda exception: (exception.max_uses is not None, exception.ends_at), default=None
    )


def operation_of(exception: PolicyException, register: Register) -> UUID | None:
    """The operation that the exception's scope lies in; None when it reaches beyond one, or names nobody of ours."""
    if exception.scope is ScopeKind.DEPARTMENT and exception.scope_id:
        department = register.department(exception.scope_id)
        return department.operation_id if department else None
    person = None
    if exception.scope is ScopeKind.PERSON and exception.scope_id:
        person = register.person(exception.scope_id)
    if exception.scope is ScopeKind.NUMBER and exception.number:
        mobile = register.mobile(exception.number)
        person = register.person(mobile.person_id) if mobile else None
    return person.operation_id if person else None
